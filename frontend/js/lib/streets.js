// Streets out of a PMTiles file of this node, drawn in the browser. Fetched only where a steward has put such a file.
import L from "leaflet";
import { PMTiles } from "pmtiles";
import { leafletLayer } from "protomaps-leaflet";

// protomaps-leaflet looks for Leaflet where a script of its own would have left it.
Object.assign(globalThis, { L });

/** A layer over the shipped shapes. Rejects when the file is not there or is no map.
 * @param {string} address @param {{ dark: boolean, language: string, pane: string }} how */
export async function layerOf(address, { dark, language, pane }) {
  const file = new PMTiles(new URL(address, location.href).href);
  const { maxZoom } = await file.getHeader();
  const layer = leafletLayer({
    url: file,
    flavor: dark ? "dark" : "light",
    lang: language,
    maxDataZoom: maxZoom,
    noWrap: true,
    attribution: "",
    pane,
  });
  layer.backgroundColor = undefined; // where the file holds nothing, the shapes below stay
  return layer;
}
