// The whole network on a canvas, at places the server worked out. Source: {nodes: [[uri, title, kind, flag, x, y, degree]],
// links: [[from, to]] as numbers of nodes, kinds: {kind: word}, left_out, laid_out_at}. The list and the table beside it
// say the same; every movement has a button and a key, and a thing can be found by its name, of several the best linked.
import Graph from "graphology";
import Sigma from "sigma";

import { calmly, make } from "./dom.js";
import { explain, makeLegend } from "./legend.js";
import { inks } from "./inks.js";
import { steeringBar } from "./steering.js";
import { say } from "./words.js";

/** @typedef {[uri: string, title: string, kind: string, flag: string, x: number, y: number, degree: number]} Row */
/** @typedef {{ nodes: Row[], links: [number, number][], kinds: Record<string, string>, left_out: number, laid_out_at: string | null }} Whole */

const OFFERED = 40; // names while typing
const STEP = 0.25; // of what is seen
let drawings = 0;

/**
 * @param {HTMLElement} view what is drawn now gives way to it
 * @param {string} source
 * @param {(uri: string) => string} neighbourhoodOf its address
 * @returns {Promise<() => void>} takes it away again
 */
export async function drawWhole(view, source, neighbourhoodOf) {
  const response = await fetch(source, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`${response.status} from the whole network's source`);
  /** @type {Whole} */
  const whole = await response.json();
  if (whole.laid_out_at === null) return tell(view, say("whole_not_yet"));

  const canvas = make("div", { class: "network-whole", role: "application", tabindex: 0, "aria-label": say("whole_label") });
  const chosen = make("p", { class: "network-chosen", role: "status" });
  const legend = makeLegend();
  const before = [...view.children];
  const graph = graphOf(whole);
  view.append(canvas);
  const sigma = started(graph, canvas);
  for (const each of before) each.setAttribute("hidden", "");
  sigma.resize();

  /** @param {string} node */
  const choose = (node) => {
    const { label, kind, uri, degree } = graph.getNodeAttributes(node);
    for (const each of graph.nodes()) graph.setNodeAttribute(each, "highlighted", each === node);
    const words = say("network_node", { title: label, kind, count: degree });
    chosen.replaceChildren(make("a", { href: neighbourhoodOf(uri) }, words));
    const at = sigma.getNodeDisplayData(node);
    if (at) void sigma.getCamera().animate({ x: at.x, y: at.y, ratio: Math.min(sigma.getCamera().ratio, 0.15) }, calm());
  };
  sigma.on("clickNode", ({ node }) => choose(node));
  canvas.addEventListener("keydown", (event) => {
    const act = moves(sigma)[event.key];
    if (!act || event.target !== canvas) return;
    event.preventDefault();
    act();
  });
  const paint = () => dress(sigma, graph);
  const stopWatching = watchTheme(paint);
  paint();
  const said = whole.left_out ? say("whole_count_left", { count: graph.order, left: whole.left_out }) : say("whole_count", { count: graph.order });
  view.append(bar(sigma), search(graph, choose), chosen, legend, make("p", { class: "soft small" }, said));
  explain(legend, whole.nodes.map((node) => node[3]));
  canvas.focus();
  return () => {
    stopWatching();
    sigma.kill();
  };
}

/** Where it cannot be drawn after all, nothing of it stays. @param {Graph} graph @param {HTMLElement} canvas */
function started(graph, canvas) {
  try {
    return new Sigma(graph, canvas, {
      allowInvalidContainer: true,
      labelDensity: 0.5,
      labelGridCellSize: 200,
      labelRenderedSizeThreshold: 5,
      labelSize: 13,
      minCameraRatio: 0.01,
      maxCameraRatio: 2,
    });
  } catch (error) {
    canvas.remove();
    throw error;
  }
}

/** @param {HTMLElement} view @param {string} words */
function tell(view, words) {
  view.querySelector(".network-told")?.remove();
  const told = make("p", { class: "network-told", role: "status" }, words);
  view.append(told);
  return () => told.remove();
}

/** @param {Whole} whole */
function graphOf({ nodes, links, kinds }) {
  const graph = new Graph({ type: "undirected" });
  for (const [number, [uri, label, kind, flag, x, y, degree]] of nodes.entries()) {
    // On the screen y counts downwards, here upwards.
    graph.addNode(String(number), { uri, label, kind: kinds[kind] ?? kind, flag, x, y: -y, degree, size: 2 + Math.sqrt(degree) });
  }
  for (const [from, to] of links) graph.mergeEdge(String(from), String(to));
  return graph;
}

/** The colours of the page, which are not those it was drawn in once it is dark. @param {Sigma} sigma @param {Graph} graph */
function dress(sigma, graph) {
  const ink = inks();
  graph.forEachNode((node, { flag }) => graph.setNodeAttribute(node, "color", ink.ofFlag(flag)));
  sigma.setSetting("labelColor", { color: ink.text });
  sigma.setSetting("labelFont", ink.face);
  sigma.setSetting("defaultEdgeColor", ink.edge);
  sigma.setSetting("defaultDrawNodeHover", (context, { x, y, size, label }, { labelSize, labelFont }) => {
    context.font = `700 ${labelSize}px ${labelFont}`;
    const width = context.measureText(label ?? "").width;
    context.fillStyle = ink.surface;
    context.fillRect(x - size - 3, y - labelSize, width + 2 * size + 14, labelSize * 2);
    context.strokeStyle = context.fillStyle = ink.signal;
    context.lineWidth = 2;
    context.strokeRect(x - size - 3, y - labelSize, width + 2 * size + 14, labelSize * 2);
    context.beginPath();
    context.arc(x, y, size, 0, 2 * Math.PI);
    context.fill();
    context.fillStyle = ink.text;
    context.fillText(label ?? "", x + size + 4, y + labelSize / 3);
  });
  sigma.refresh();
}

/** @param {() => void} act @returns {() => void} stops */
function watchTheme(act) {
  const asked = ["(prefers-color-scheme: dark)", "(prefers-contrast: more)", "(forced-colors: active)"].map((each) => matchMedia(each));
  for (const each of asked) each.addEventListener("change", act);
  return () => asked.forEach((each) => each.removeEventListener("change", act));
}

const calm = () => ({ duration: calmly() ? 0 : 250 });

/** What every key does. @param {Sigma} sigma @returns {Record<string, () => void>} */
function moves(sigma) {
  const camera = sigma.getCamera();
  /** @param {number} dx @param {number} dy */
  const go = (dx, dy) => () => void camera.animate({ x: camera.x + dx * STEP * camera.ratio, y: camera.y + dy * STEP * camera.ratio }, calm());
  const closer = () => void camera.animatedZoom({ factor: 1.5, ...calm() });
  return {
    "+": closer,
    "=": closer,
    "-": () => void camera.animatedUnzoom({ factor: 1.5, ...calm() }),
    ArrowLeft: go(-1, 0),
    ArrowUp: go(0, 1),
    ArrowDown: go(0, -1),
    ArrowRight: go(1, 0),
    0: () => void camera.animatedReset(calm()),
  };
}

/** @param {Sigma} sigma */
function bar(sigma) {
  const act = moves(sigma);
  return steeringBar(say("network_controls"), {
    closer: act["+"],
    further: act["-"],
    left: act.ArrowLeft,
    up: act.ArrowUp,
    down: act.ArrowDown,
    right: act.ArrowRight,
    all: act["0"],
  });
}

/** By name; of several with one name the best linked. @param {Graph} graph @param {(node: string) => void} choose */
function search(graph, choose) {
  const number = (drawings += 1);
  const byLinks = graph.nodes().sort((a, b) => graph.getNodeAttribute(b, "degree") - graph.getNodeAttribute(a, "degree"));
  /** @type {Map<string, string>} */
  const byName = new Map();
  for (const node of byLinks) {
    const name = String(graph.getNodeAttribute(node, "label"));
    if (!byName.has(name)) byName.set(name, node);
  }
  const names = make("datalist", { id: `network-names-${number}` });
  const field = make("input", { type: "text", id: `network-find-${number}`, list: names.id, autocomplete: "off" });
  const offer = () => {
    const words = field.value.toLowerCase();
    const found = [...byName.keys()].filter((name) => name.toLowerCase().includes(words)).slice(0, OFFERED);
    names.replaceChildren(...found.map((name) => make("option", { value: name })));
    const exact = byName.get(field.value);
    if (exact !== undefined) choose(exact);
  };
  field.addEventListener("input", offer);
  offer();
  return make("p", { class: "network-find field" }, make("label", { for: field.id }, say("whole_find")), field, names);
}
