// The ground under the pins: countries and London's boroughs from our own files. Missing files leave plain sea.
import L from "leaflet";

import { make } from "./dom.js";

const NAMES_FROM = 11; // zoom from which borough names are written
const NAME = { letter: 7, height: 17 }; // pixels a name takes
// Around the river within London: what the boroughs leave free in here is the Thames. Latitude, longitude.
/** @type {[number, number][]} */
const RIVER = [
  [51.405, -0.335], [51.47, -0.345], [51.5, -0.3], [51.505, -0.2], [51.53, -0.13], [51.53, 0], [51.535, 0.1],
  [51.51, 0.19], [51.47, 0.19], [51.475, 0.05], [51.46, -0.1], [51.445, -0.2], [51.44, -0.28], [51.405, -0.295],
];

/** @param {L.Map} map */
export async function layBaseMap(map) {
  const [countries, boroughs] = await Promise.all([read("countries"), read("boroughs")]);
  if (countries) {
    L.geoJSON(countries, { interactive: false, style: { className: "map-land" } }).addTo(map).bringToBack();
  }
  if (!boroughs) return;
  L.polygon(RIVER, { interactive: false, className: "map-water" }).addTo(map);
  /** @type {{ name: L.Marker, size: number }[]} */
  const found = [];
  L.geoJSON(boroughs, {
    interactive: false,
    style: { className: "map-borough" },
    onEachFeature: (borough, layer) => {
      if (layer instanceof L.Polygon) found.push({ name: nameOf(borough, layer), size: sizeOf(layer.getBounds()) });
    },
  }).addTo(map);
  const names = found.sort((a, b) => b.size - a.size).map(({ name }) => name.addTo(map));
  const write = () => writeNames(map, names);
  map.on("zoomend", write);
  write();
}

/** @param {L.LatLngBounds} box */
const sizeOf = (box) => (box.getNorth() - box.getSouth()) * (box.getEast() - box.getWest());

/** Those names that do not cover each other, from near enough; the largest boroughs come first. @param {L.Map} map @param {L.Marker[]} names */
function writeNames(map, names) {
  const near = map.getZoom() >= NAMES_FROM;
  /** @type {{ x: number, y: number, half: number }[]} */
  const taken = [];
  for (const name of names) {
    const { x, y } = map.project(name.getLatLng());
    const half = ((name.options.alt ?? "").length * NAME.letter) / 2;
    const free = taken.every(
      (other) => Math.abs(other.x - x) > other.half + half || Math.abs(other.y - y) > NAME.height,
    );
    if (near && free) taken.push({ x, y, half });
    name.getElement()?.classList.toggle("is-written", near && free);
  }
}

/** A borough's name in its middle: part of the drawing, so hidden from those who hear the list.
 * @param {GeoJSON.Feature} borough @param {L.Polygon} layer */
function nameOf(borough, layer) {
  const name = String(borough.properties?.name ?? "");
  const words = make("span", { "aria-hidden": "true" }, name);
  const icon = L.divIcon({ className: "map-name", html: words, iconSize: [0, 0] });
  const middle = layer.getBounds().getCenter();
  return L.marker(middle, { icon, alt: name, interactive: false, keyboard: false, pane: "shadowPane" });
}

/** @param {string} name @returns {Promise<GeoJSON.FeatureCollection | null>} */
async function read(name) {
  try {
    const response = await fetch(new URL(`../${name}.geojson`, import.meta.url));
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

/** A steward's own tiles above the base, when the figure names them. @param {L.Map} map @param {HTMLElement} figure */
export function layTiles(map, figure) {
  const { tiles, tilesCredit } = figure.dataset;
  if (tiles) L.tileLayer(tiles, { attribution: tilesCredit, maxZoom: 19 }).addTo(map);
}

/** The outline of the area that the figure names. @param {L.Map} map @param {HTMLElement} figure
 * @returns {Promise<L.LatLngBounds | null>} its box */
export async function layOutline(map, figure) {
  const { outline } = figure.dataset;
  if (!outline) return null;
  try {
    const response = await fetch(outline, { headers: { Accept: "application/geo+json" } });
    if (!response.ok) return null;
    const style = { className: "map-area" };
    return L.geoJSON(await response.json(), { interactive: false, style }).addTo(map).getBounds();
  } catch {
    return null;
  }
}
