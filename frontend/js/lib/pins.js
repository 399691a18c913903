// Pins on the map: a topic's flag on a mast for one thing, a count for several. All of them are one stop of the Tab
// key; arrow keys go from pin to pin.
import L from "leaflet";

import { gather } from "./cluster.js";
import { nearest } from "./compass.js";
import { flag, make, painted } from "./dom.js";
import { say } from "./words.js";

const FLAG = { width: 54, height: 50 }; // pixels: two pins nearer than this would cover each other
const MANY = 25;
const FLAGS = 3; // topics shown below a count
const AT_ONCE = 6; // pins of the very first frame; on an old machine all of them would take several

/** @typedef {{ uri?: string, url?: string, kind?: string, kind_word?: string, title?: string, summary?: string, language?: string,
 *   topic?: string, node?: string, cluster?: number }} Properties */
/** @typedef {{ lat: number, lon: number, count: number, properties: Properties, x: number, y: number }} Spot */
/** @typedef {{ spots: Spot[], marker: L.Marker, element: HTMLElement, x: number, y: number }} Pin */

export class Pins {
  /**
   * @param {L.Map} map
   * @param {{ open: (pin: Pin) => void, point: (uri: string | null) => void }} on
   */
  constructor(map, on) {
    this.map = map;
    this.on = on;
    /** @type {Spot[]} */
    this.spots = [];
    /** @type {Pin[]} */
    this.pins = [];
    /** @type {Map<string, Pin>} */
    this.byUri = new Map();
    /** @type {Set<string> | null} what was shown before; null until the first answer, when everything is new */
    this.known = null;
    this.layer = L.layerGroup().addTo(map);
    map.on("zoomend", () => this.draw());
  }

  /** Pins that nobody sees, while the points are still on their way: an old machine reads code slowly the first time. */
  rehearse() {
    const { lat, lng } = this.map.getCenter();
    /** @param {number} count */
    const spot = (count) => ({ lat, lon: lng, count, properties: {}, x: 0, y: 0 });
    for (const [group] of [gather([spot(1)], FLAG), gather([spot(2), spot(2)], FLAG)]) this.raise(group);
    this.layer.clearLayers();
  }

  /** @param {GeoJSON.Feature<GeoJSON.Point>[]} features */
  show(features) {
    this.spots = features.map(({ geometry, properties }) => ({
      lon: geometry.coordinates[0],
      lat: geometry.coordinates[1],
      count: Number(properties?.cluster) || 1,
      properties: /** @type {Properties} */ (properties ?? {}),
      x: 0,
      y: 0,
    }));
    this.draw();
    this.welcome();
  }

  /** What was not here before is marked once, also inside a count. */
  welcome() {
    const uris = new Set(this.spots.flatMap(({ properties: { uri } }) => uri ?? []));
    if (this.known) {
      for (const uri of uris) if (!this.known.has(uri)) this.byUri.get(uri)?.element.classList.add("is-new");
    }
    this.known = uris;
  }

  draw() {
    const held = this.focusedUri();
    const zoom = this.map.getZoom();
    for (const spot of this.spots) Object.assign(spot, point(this.map.project([spot.lat, spot.lon], zoom)));
    this.layer.clearLayers();
    this.byUri.clear();
    const groups = gather(this.spots, FLAG);
    const rest = this.known ? [] : groups.splice(AT_ONCE);
    const drawn = groups.map((group) => this.raise(group));
    this.pins = drawn;
    this.offer(this.pins[0]);
    const again = held && this.byUri.get(held);
    if (again) this.focus(again);
    if (rest.length > 0) void painted().then(() => this.pins === drawn && this.raiseRest(rest));
  }

  /** @param {Spot[][]} groups */
  raiseRest(groups) {
    const first = this.pins.find(({ element }) => element.tabIndex === 0);
    this.pins.push(...groups.map((group) => this.raise(group)));
    this.offer(first);
  }

  /** @param {Spot[]} spots @returns {Pin} */
  raise(spots) {
    const lat = mean(spots.map((spot) => spot.lat));
    const lon = mean(spots.map((spot) => spot.lon));
    const count = spots.reduce((sum, spot) => sum + spot.count, 0);
    const single = spots.length === 1 && count === 1;
    const element = single ? pinFor(spots[0]) : countFor(count, spots);
    const [width, height] = single ? [34, 42] : [54, 56];
    const icon = L.divIcon({
      html: element,
      className: "map-mark",
      iconSize: [width, height],
      iconAnchor: [1, height], // the foot of the mast
    });
    const marker = L.marker([lat, lon], { icon, keyboard: false, riseOnHover: true }).addTo(this.layer);
    const pin = { spots, marker, element, x: mean(spots.map((s) => s.x)), y: mean(spots.map((s) => s.y)) };
    this.wire(pin);
    for (const spot of spots) if (spot.properties.uri) this.byUri.set(spot.properties.uri, pin);
    return pin;
  }

  /** @param {Pin} pin */
  wire(pin) {
    const uri = pin.spots.length === 1 ? (pin.spots[0].properties.uri ?? null) : null;
    pin.element.addEventListener("click", (event) => {
      event.stopPropagation(); // to the map a click means: close what is open
      this.on.open(pin);
    });
    pin.element.addEventListener("focus", () => {
      this.offer(pin);
      this.on.point(uri);
    });
    pin.element.addEventListener("pointerenter", () => this.on.point(uri));
    for (const leave of ["blur", "pointerleave"]) pin.element.addEventListener(leave, () => this.on.point(null));
    pin.element.addEventListener("keydown", (event) => {
      const next = nearest(event.key, pin, this.pins);
      if (!event.key.startsWith("Arrow")) return;
      event.preventDefault();
      event.stopPropagation();
      if (next) this.focus(next);
    });
  }

  /** @param {Pin} pin */
  focus(pin) {
    this.offer(pin);
    this.map.panInside(pin.marker.getLatLng(), { padding: [60, 60] });
    pin.element.focus({ preventScroll: true });
  }

  /** Only one pin answers to Tab. @param {Pin | undefined} chosen */
  offer(chosen) {
    for (const pin of this.pins) pin.element.tabIndex = pin === chosen ? 0 : -1;
  }

  /** @param {string | null} uri */
  light(uri) {
    const lit = uri ? this.byUri.get(uri) : undefined;
    for (const pin of this.pins) {
      pin.element.classList.toggle("is-lit", pin === lit);
      pin.marker.setZIndexOffset(pin === lit ? 1000 : 0);
    }
  }

  focusedUri() {
    const pin = this.pins.find(({ element }) => element === document.activeElement);
    return pin?.spots[0].properties.uri;
  }
}

/** @param {Spot} spot */
function pinFor({ properties }) {
  const label = [properties.title, properties.kind_word].filter(Boolean).join(", ");
  const button = make("button", { type: "button", class: "map-pin", "aria-label": label, title: properties.title });
  button.append(flag(properties.topic));
  return button;
}

/** A hoist: the number on its burgee, and below it the flags of the topics it is mostly about.
 * @param {number} count @param {Spot[]} spots */
function countFor(count, spots) {
  const many = count >= MANY ? " is-many" : "";
  const label = say("map_count", { count });
  const button = make("button", { type: "button", class: `map-count${many}`, "aria-label": label });
  button.append(make("span", { class: "map-number" }, String(count)), make("span", { class: "map-flags" }, ...flagsOf(spots)));
  return button;
}

/** @param {Spot[]} spots */
function flagsOf(spots) {
  /** @type {Map<string, number>} */
  const topics = new Map();
  for (const { properties } of spots) {
    if (properties.topic) topics.set(properties.topic, (topics.get(properties.topic) ?? 0) + 1);
  }
  const commonest = [...topics].sort(([, a], [, b]) => b - a).slice(0, FLAGS);
  return commonest.map(([topic]) => flag(topic));
}

/** @param {number[]} numbers */
const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

/** @param {L.Point} p */
const point = ({ x, y }) => ({ x, y });
