// The ground under the pins: countries and London's boroughs from our own files, and above them a steward's own streets.
// Missing files leave plain sea, and missing streets the shapes.
import L from "leaflet";

import { make } from "./dom.js";

const GROUND = "ground"; // the pane of the shapes, below that of tiles
const HOPELESS = 6; // tiles that fail before any comes: then no more are asked for
const NAMES_FROM = 11; // zoom from which borough names are written
const NAME = { letter: 7, height: 17 }; // pixels a name takes
// Around the river within London: what the boroughs leave free in here is the Thames. Latitude, longitude.
/** @type {[number, number][]} */
const RIVER = [
  [51.405, -0.335], [51.47, -0.345], [51.5, -0.3], [51.505, -0.2], [51.53, -0.13], [51.53, 0], [51.535, 0.1],
  [51.51, 0.19], [51.47, 0.19], [51.475, 0.05], [51.46, -0.1], [51.445, -0.2], [51.44, -0.28], [51.405, -0.295],
];

/** @typedef {Promise<Response | null>[]} Ground countries and boroughs, on their way */

/** @returns {Ground} */
export const fetchBaseMap = () =>
  ["countries", "boroughs"].map((name) => fetch(new URL(`../${name}.geojson`, import.meta.url)).catch(() => null));

/** @param {L.Map} map @param {Ground} ground */
export async function layBaseMap(map, ground) {
  const [countries, boroughs] = await Promise.all(ground.map(read));
  map.createPane(GROUND);
  const below = { interactive: false, pane: GROUND };
  if (countries) L.geoJSON(countries, { ...below, style: { className: "map-land" } }).addTo(map).bringToBack();
  if (!boroughs) return;
  L.polygon(RIVER, { ...below, className: "map-water" }).addTo(map);
  /** @type {{ name: L.Marker, size: number }[]} */
  const found = [];
  L.geoJSON(boroughs, {
    ...below,
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

/** @param {Promise<Response | null>} coming @returns {Promise<GeoJSON.FeatureCollection | null>} */
async function read(coming) {
  try {
    const response = await coming;
    return response?.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

/** A steward's own streets above the shapes, when the figure names them. Whatever fails, the shapes are there.
 * @param {L.Map} map @param {HTMLElement} figure */
export function layStreets(map, figure) {
  const { tiles, streets } = figure.dataset;
  if (tiles) layTiles(map, tiles);
  else if (streets) {
    const dark = isDark();
    void import("./streets.js")
      .then(({ layerOf }) => layerOf(streets, { dark, language: document.documentElement.lang, pane: "tilePane" }))
      .then((layer) => show(map, layer.addTo(map)))
      .catch((error) => console.info("The streets could not be shown; the map is there without them.", error));
  }
}

/** @param {L.Map} map @param {string} address with {z}, {x} and {y} */
function layTiles(map, address) {
  // Hosts of tiles ask which site shows them, and hear no more than that.
  const layer = L.tileLayer(address, { maxZoom: 19, referrerPolicy: "origin" });
  let failed = 0;
  layer.on("tileload", () => {
    failed = -Infinity;
    show(map, layer);
  });
  layer.on("tileerror", () => {
    failed += 1;
    if (failed === HOPELESS) layer.remove();
  });
  layer.addTo(map);
}

/** Streets have names of their own. @param {L.Map} map @param {L.Layer} layer */
function show(map, layer) {
  if (map.hasLayer(layer)) map.getContainer().classList.add("has-streets");
}

function isDark() {
  const { theme } = document.documentElement.dataset;
  return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

/** Who is to be thanked for the streets, with the addresses in those words as links. @param {HTMLElement} figure */
export function creditOf(figure) {
  const parts = (figure.dataset.credit ?? "").split(/(https:\/\/[^\s,;()]+)/);
  return parts.map((part, index) => (index % 2 ? make("a", { href: part }, part.replace(/^https:\/\/(www\.)?/, "")) : part));
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
