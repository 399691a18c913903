// The map beside a list of the same things. Source: a GeoJSON FeatureCollection of points.
import L from "leaflet";

import { creditOf, fetchBaseMap, layBaseMap, layOutline, layStreets } from "../lib/base-map.js";
import { calmly, make, painted, safeAddress } from "../lib/dom.js";
import { explain, makeLegend } from "../lib/legend.js";
import { metropolis } from "../lib/metropolis.js";
import { Pins } from "../lib/pins.js";
import { steeringBar } from "../lib/steering.js";
import { syncWithList } from "../lib/sync.js";
import { say } from "../lib/words.js";

/** @typedef {import("../lib/pins.js").Pin} Pin */
/** @typedef {import("../lib/pins.js").Properties} Properties */

const WORLD = L.latLngBounds([-58, -170], [78, 180]);
const LONDON = L.latLngBounds([51.33, -0.45], [51.66, 0.28]);
const CLOSEST = 17;
const SETTLE = 250; // milliseconds after the last movement before the source is read again
const STEP = 160; // pixels a pan button moves
const OURS = 3; // weight of a thing of this node, when the map opens: a node of Milan opens on Milan

let views = 0;

/** @param {HTMLElement} figure */
export default async function mount(figure) {
  const canvas = make("div", { class: "map-canvas", role: "group", "aria-label": say("map_label") });
  const view = make("div", { class: "map-view", id: `map-view-${(views += 1)}`, tabindex: -1 }, canvas);
  const jump = make("p", { class: "view-jump" }, make("a", { href: `#${view.id}` }, say("map_jump")));
  figure.prepend(jump);
  figure.append(view);

  const still = calmly();
  const map = L.map(canvas, {
    attributionControl: false,
    zoomControl: false,
    zoomAnimation: !still,
    fadeAnimation: !still,
    markerZoomAnimation: !still,
    maxZoom: CLOSEST,
    minZoom: 2,
    maxBounds: WORLD.pad(0.2),
    scrollWheelZoom: false,
  });
  if (still) keepStill(map);
  map.fitBounds(LONDON);
  // The wheel scrolls the page until the map was chosen on purpose.
  map.on("focus click", () => map.scrollWheelZoom.enable());
  map.on("blur", () => map.scrollWheelZoom.disable());
  layStreets(map, figure);

  /** @type {(uri: string | null, bring?: boolean) => void} */
  let markInList = () => {};
  const pins = new Pins(map, { open: (pin) => open(map, pin), point: (uri) => markInList(uri) });
  markInList = syncWithList(figure, (uri) => pins.light(uri));
  const legend = makeLegend();
  const reader = new Source(figure, map, pins, legend);
  view.append(bar(map, reader), legend, make("p", { class: "map-credit" }, ...creditOf(figure), " ", say("map_credit")));

  const tellMiddle = () => {
    const { lat, lng } = map.getCenter().wrap();
    figure.dataset.middle = `${lat.toFixed(3)},${lng.toFixed(3)}`;
  };
  map.on("moveend", tellMiddle);
  reader.outline = await layOutline(map, figure);
  const refresh = () => void reader.read(false);
  figure.addEventListener("island:refresh", refresh);
  const sized = new ResizeObserver(() => map.invalidateSize({ animate: false }));
  sized.observe(canvas);
  // The points first: what they are decides where the map opens, and moving the ground there costs more than they do.
  const ground = fetchBaseMap();
  const points = reader.read(true);
  pins.rehearse();
  await points;
  await painted();
  await layBaseMap(map, ground);
  return () => {
    sized.disconnect();
    figure.removeEventListener("island:refresh", refresh);
    map.remove();
    view.remove();
    jump.remove();
  };
}

/** Reads the figure's source; once it gathers points into counts, again for every part of the map looked at. */
class Source {
  /** @param {HTMLElement} figure @param {L.Map} map @param {Pins} pins @param {HTMLUListElement} legend */
  constructor(figure, map, pins, legend) {
    this.figure = figure;
    this.map = map;
    this.pins = pins;
    this.legend = legend;
    this.gathered = false;
    /** @type {L.LatLngBounds | null} */
    this.all = null;
    /** @type {L.LatLngBounds | null} of the area looked at */
    this.outline = null;
    /** @type {AbortController | undefined} */
    this.running = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    map.on("moveend", () => {
      if (!this.gathered) return;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.read(false), SETTLE);
    });
  }

  /** @param {boolean} first the first answer decides what the map shows */
  async read(first) {
    const source = this.figure.dataset.source;
    if (!source) return;
    this.running?.abort();
    this.running = new AbortController();
    try {
      const url = new URL(source, location.href);
      if (!first && this.gathered) this.narrow(url);
      const response = await fetch(url, { signal: this.running.signal, headers: { Accept: "application/geo+json" } });
      if (!response.ok) throw new Error(`${response.status} from ${url.pathname}`);
      this.take(await response.json(), first);
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
      console.warn("The points of the map could not be read; the list has them all.", error);
    }
  }

  /** @param {URL} url */
  narrow(url) {
    const seen = this.map.getBounds().pad(0.1);
    const box = [seen.getWest(), seen.getSouth(), seen.getEast(), seen.getNorth()];
    url.searchParams.set("bbox", box.map((degree) => degree.toFixed(4)).join(","));
    url.searchParams.set("zoom", String(Math.round(this.map.getZoom())));
  }

  /** @param {GeoJSON.FeatureCollection} collection @param {boolean} first */
  take(collection, first) {
    const points = (collection.features ?? []).filter(
      /** @returns {one is GeoJSON.Feature<GeoJSON.Point>} */ (one) =>
        one.geometry?.type === "Point" && one.geometry.coordinates.every(Number.isFinite),
    );
    this.gathered = this.gathered || points.some((one) => one.properties?.cluster);
    if (first && points.length > 0) {
      const places = points.map(({ geometry: { coordinates }, properties }) => {
        const count = Number(properties?.cluster) || 1;
        const ours = String(properties?.uri ?? "").startsWith(`${location.origin}/`);
        return { lat: coordinates[1], lon: coordinates[0], weight: ours ? OURS * count : count };
      });
      this.all = boundsOf(places);
      this.show(this.outline ?? boundsOf(metropolis(places)));
    } else if (first) {
      this.show(this.outline);
    }
    this.pins.show(points);
    // A legend that grows moves the page: not in the frame that shows the pins.
    void painted().then(() => explain(this.legend, points.map(({ properties }) => properties?.topic)));
  }

  /** @param {L.LatLngBounds | null} bounds */
  show(bounds) {
    // More room above and at the end than below: a flag flies there from the point it marks.
    const room = { paddingTopLeft: L.point(24, 56), paddingBottomRight: L.point(56, 24) };
    this.map.fitBounds(bounds ?? LONDON, { ...room, maxZoom: 14, animate: false });
  }
}

/** @param {{ lat: number, lon: number }[]} places */
const boundsOf = (places) => L.latLngBounds(places.map(({ lat, lon }) => L.latLng(lat, lon)));

/** One thing opens its words; several open the map closer, or a list when they stand on one spot.
 * @param {L.Map} map @param {Pin} pin */
function open(map, pin) {
  const bounds = L.latLngBounds(pin.spots.map(({ lat, lon }) => [lat, lon]));
  const gathered = pin.spots.some(({ count }) => count > 1);
  const oneSpot = bounds.getNorthEast().distanceTo(bounds.getSouthWest()) < 25; // metres
  if (gathered || (pin.spots.length > 1 && !oneSpot && map.getZoom() < CLOSEST)) {
    const closer = oneSpot ? map.getZoom() + 2 : map.getBoundsZoom(bounds.pad(0.2));
    map.setView(bounds.getCenter(), Math.min(CLOSEST, Math.max(closer, map.getZoom() + 1)));
    map.getContainer().focus({ preventScroll: true });
    return;
  }
  const words = make("div", {}, ...pin.spots.slice(0, 12).map(({ properties }) => describe(properties)));
  const popup = L.popup({ minWidth: 220, maxWidth: 320, offset: [14, -34] });
  popup.setLatLng(pin.marker.getLatLng()).setContent(words).openOn(map);
  name(popup);
  words.querySelector("a")?.focus({ preventScroll: true });
  popup.getElement()?.scrollIntoView({ block: "nearest" });
  popup.on("remove", () => pin.element.isConnected && pin.element.focus({ preventScroll: true }));
}

/** @param {Properties} properties */
function describe(properties) {
  const address = safeAddress(properties.url ?? properties.uri);
  const title = properties.title ?? "";
  const words = make("div", { class: "map-words" });
  if (properties.kind_word) words.append(make("span", { class: "kind" }, properties.kind_word));
  const lang = properties.language;
  words.append(make("p", { lang, dir: "auto" }, address ? make("a", { href: address }, title) : title));
  if (properties.summary) words.append(make("p", { lang, dir: "auto" }, properties.summary));
  if (properties.node) words.append(make("p", { class: "soft" }, say("map_from", { node: properties.node })));
  return words;
}

/** Leaflet slides when it pans, and has no option against it. @param {L.Map} map */
function keepStill(map) {
  const pan = map.panBy.bind(map);
  map.panBy = (offset, options) => pan(offset, { ...options, animate: false });
}

/** Leaflet's own close button says only “×”. @param {L.Popup} popup */
function name(popup) {
  const close = popup.getElement()?.querySelector(".leaflet-popup-close-button");
  close?.setAttribute("aria-label", say("map_close"));
  popup.getElement()?.addEventListener("keydown", (event) => {
    if (event.key === "Escape") popup.close();
  });
}

/** @param {L.Map} map @param {Source} reader */
function bar(map, reader) {
  /** @param {number} x @param {number} y */
  const pan = (x, y) => () => map.panBy([x * STEP, y * STEP]);
  const acts = {
    closer: () => map.zoomIn(),
    further: () => map.zoomOut(),
    left: pan(-1, 0),
    up: pan(0, -1),
    down: pan(0, 1),
    right: pan(1, 0),
    all: () => reader.show(reader.all),
  };
  return steeringBar(say("map_controls"), acts, { left: "map_west", up: "map_north", down: "map_south", right: "map_east" });
}
