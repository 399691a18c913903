// The base of the map, cut from npm packages: Natural Earth countries (public domain, `world-atlas`) and London's
// boroughs (`vega-datasets`). Europe is kept fine, the rest of the world coarse: together about 60 kB compressed.
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

import { feature } from "topojson-client";

const require = createRequire(import.meta.url);
const EUROPE = { west: -25, east: 45, south: 34, north: 72 };

/** @param {string} name */
async function read(name) {
  return JSON.parse(await readFile(require.resolve(name), "utf8"));
}

/** @param {any} coordinates @param {number} digits @returns {any} */
function rounded(coordinates, digits) {
  if (typeof coordinates[0] === "number") return coordinates.map((/** @type {number} */ n) => Number(n.toFixed(digits)));
  return coordinates.map((/** @type {any} */ part) => rounded(part, digits)).filter(distinct);
}

/** Rounding makes neighbours equal: keep the first of each run. @type {(p: any, i: number, all: any[]) => boolean} */
const distinct = (point, index, all) =>
  typeof point[0] !== "number" || index === 0 || point[0] !== all[index - 1][0] || point[1] !== all[index - 1][1];

/** @param {any} geometry */
function middle(geometry) {
  const points = geometry.coordinates.flat(geometry.type === "Polygon" ? 1 : 2);
  const mean = (/** @type {number} */ axis) =>
    points.reduce((/** @type {number} */ sum, /** @type {number[]} */ p) => sum + p[axis], 0) / points.length;
  return { lon: mean(0), lat: mean(1) };
}

/** @param {any} one */
function inEurope(one) {
  const { lon, lat } = middle(one.geometry);
  return lon > EUROPE.west && lon < EUROPE.east && lat > EUROPE.south && lat < EUROPE.north;
}

/** @param {any} one @param {number} digits @param {string} name */
const slim = (one, digits, name) => ({
  type: "Feature",
  properties: { name },
  geometry: { type: one.geometry.type, coordinates: rounded(one.geometry.coordinates, digits) },
});

/** @param {string} file @param {any[]} features */
const collection = (file, features) => writeFile(file, JSON.stringify({ type: "FeatureCollection", features }));

/** @param {string} out folder to write `countries.geojson` and `boroughs.geojson` into */
export async function writeBaseMap(out) {
  const [coarse, fine, london] = await Promise.all([
    read("world-atlas/countries-110m.json"),
    read("world-atlas/countries-50m.json"),
    read("vega-datasets/data/londonBoroughs.json"),
  ]);
  const europe = feature(fine, fine.objects.countries).features.filter(inEurope);
  const known = new Set(europe.map((/** @type {any} */ one) => one.properties.name));
  const elsewhere = feature(coarse, coarse.objects.countries).features.filter(
    (/** @type {any} */ one) => !known.has(one.properties.name) && one.properties.name !== "Antarctica",
  );
  await collection(join(out, "countries.geojson"), [
    ...europe.map((/** @type {any} */ one) => slim(one, 2, one.properties.name)),
    ...elsewhere.map((/** @type {any} */ one) => slim(one, 1, one.properties.name)),
  ]);
  const boroughs = feature(london, Object.values(london.objects)[0]).features;
  await collection(join(out, "boroughs.geojson"), boroughs.map((/** @type {any} */ one) => slim(one, 4, String(one.id))));
}
