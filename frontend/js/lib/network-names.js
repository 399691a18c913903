// The names in the network: above every flag, in at most two lines, and never one over another.
import { draw } from "./dom.js";
import { directionOf } from "./words.js";

/** @typedef {import("../islands/network.js").Node} Node */
/** @typedef {{ left: number, right: number, top: number, bottom: number }} Box */

const LINE_LENGTH = 17; // characters
const NAME = { letter: 6.4, line: 15, below: 15 }; // pixels: width of a letter, height of a line, where the name begins
const HUBS = 12; // those with the most links, which are named first
const MARK = 8; // pixels around its middle that no name may cover

/** @param {Node} node */
export function paintName({ x, y, title = "", language }) {
  const at = { "text-anchor": "middle", transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` };
  const text = draw("text", { ...at, lang: language || null, direction: directionOf(title) });
  text.append(...inLines(title).map((line, row) => draw("tspan", { x: 0, dy: row ? "1.15em" : "2em" }, line)));
  return text;
}

/**
 * Names what the most hangs on, then whatever else has room, and never one name over another. A name may cover the
 * flag of something small, since a network without any name says nothing; it never covers a flag that is named.
 * @param {Node[]} nodes @param {number} scale units of the drawing per pixel
 */
export function writeNames(nodes, scale) {
  const hubs = [...nodes].sort((a, b) => b.degree - a.degree);
  const flags = new Map(nodes.map((node) => [node, boxAround(node, MARK * scale)]));
  /** @type {Box[]} */
  const taken = [];
  for (const [rank, node] of hubs.entries()) {
    const box = boxBelow(node, scale);
    const inTheWay = rank < HUBS ? taken : [...taken, ...flags.values()];
    const free = !inTheWay.some((other) => overlap(box, other));
    node.name?.classList.toggle("is-named", free);
    if (free) taken.push(box, /** @type {Box} */ (flags.get(node)));
  }
}

/** @param {Node} node @param {number} half @returns {Box} */
const boxAround = ({ x, y }, half) => ({ left: x - half, right: x + half, top: y - half, bottom: y + half });

/** Where the name of a node stands. @param {Node} node @param {number} scale @returns {Box} */
function boxBelow(node, scale) {
  const lines = inLines(node.title ?? "");
  const half = (Math.max(...lines.map(({ length }) => length)) * NAME.letter * scale) / 2;
  const top = node.y + NAME.below * scale;
  return { left: node.x - half, right: node.x + half, top, bottom: top + lines.length * NAME.line * scale };
}

/** @param {Box} a @param {Box} b */
const overlap = (a, b) => a.right > b.left && a.left < b.right && a.bottom > b.top && a.top < b.bottom;

/** A name in at most two lines, cut between words. @param {string} title */
function inLines(title) {
  const lines = ["", ""];
  let at = 0;
  for (const word of title.split(/\s+/)) {
    if (lines[at] && lines[at].length + word.length > LINE_LENGTH) at += 1;
    if (at === lines.length) {
      // Not “companions, a…”: a line ends with a word that says something.
      lines[1] = `${lines[1].trim().replace(/[\s,;:–-]*(\s\S{1,2})?$/, "")}…`;
      break;
    }
    lines[at] += `${word} `;
  }
  return lines.filter(Boolean);
}
