// The colours of the page for what draws on a canvas: tokens, which may be any CSS colour, as #rrggbb.
import { make } from "./dom.js";

const CLOTH = ":not(.in-paper, .flag-hem)"; // what of a flag is seen on paper

/** @typedef {{ text: string, surface: string, edge: string, signal: string, face: string, ofFlag: (topic: string) => string }} Inks */

/** As they are now, in this look. @returns {Inks} */
export function inks() {
  const style = getComputedStyle(document.documentElement);
  const pot = make("canvas", { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  const probe = document.body.appendChild(make("span", { hidden: true }));
  /** @param {string} colour @returns {string} */
  const mixed = (colour) => {
    if (!pot) return "#000000";
    pot.fillStyle = colour;
    pot.fillRect(0, 0, 1, 1);
    return `#${[...pot.getImageData(0, 0, 1, 1).data.slice(0, 3)].map((part) => part.toString(16).padStart(2, "0")).join("")}`;
  };
  /** @param {string} token what light-dark() and var() in it come to @returns {string} */
  const token = (token) => {
    probe.style.color = `var(${token})`;
    return mixed(getComputedStyle(probe).color);
  };
  const found = { text: token("--text"), surface: token("--surface"), edge: token("--rule"), signal: token("--signal") };
  probe.remove();
  /** @type {Map<string, string>} */
  const flags = new Map();
  return {
    ...found,
    face: style.getPropertyValue("--face-text").trim() || "sans-serif",
    ofFlag(topic) {
      let colour = flags.get(topic);
      if (colour === undefined) {
        const cloth = topic && /^[a-z-]+$/.test(topic) && document.querySelector(`#flag-${topic} ${CLOTH}`);
        colour = cloth ? mixed(getComputedStyle(cloth).fill) : found.text;
        flags.set(topic, colour);
      }
      return colour;
    },
  };
}
