// The network beside a list of the same things. Source: {nodes: [{uri, url, title, kind, kind_word, topic}],
// links: [{from, to, relation}]}, at most a few hundred nodes. Arrow keys go from node to node. With `data-around` a node
// leads to its neighbourhood at that address, otherwise to its page.
import { forceCenter, forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from "d3-force";

import { nearest } from "../lib/compass.js";
import { draw, flag, make, safeAddress } from "../lib/dom.js";
import { explain, makeLegend } from "../lib/legend.js";
import { paintName, writeNames } from "../lib/network-names.js";
import { steeringBar } from "../lib/steering.js";
import { syncWithList } from "../lib/sync.js";
import { say } from "../lib/words.js";

const WIDTH = 1000;
const HEIGHT = 700;
const ROUNDS = 300; // of the simulation: enough to come to rest
const MOST_STRETCHED = 1.8;

let views = 0;

/** @typedef {{ uri: string, url?: string, title?: string, kind?: string, kind_word?: string, topic?: string, language?: string,
 *   x: number, y: number, degree: number, element?: SVGAElement, name?: SVGTextElement }} Node */
/** @typedef {{ source: Node, target: Node, relation: string, line?: SVGLineElement }} Edge */

/** @param {HTMLElement} figure */
export default function mount(figure) {
  const canvas = draw("svg", { class: "network-canvas", role: "group", "aria-label": say("network_label") });
  const view = make("div", { class: "network-view", id: `network-view-${(views += 1)}`, tabindex: -1 }, canvas);
  const jump = make("p", { class: "view-jump" }, make("a", { href: `#${view.id}` }, say("network_jump")));
  figure.prepend(jump);
  figure.append(view);
  const frame = new Frame(canvas);
  const legend = makeLegend();
  view.append(frame.bar(), legend);

  const whole = offerWhole(figure, view);

  /** @type {Node[]} */
  let nodes = [];
  /** @type {Edge[]} */
  let edges = [];
  /** @type {(uri: string | null) => void} */
  let markInList = () => {};

  /** @param {string | null} uri */
  const light = (uri) => {
    for (const edge of edges) {
      edge.line?.classList.toggle("is-lit", edge.source.uri === uri || edge.target.uri === uri);
    }
    const near = new Set(
      edges.flatMap(({ source, target }) =>
        source.uri === uri ? [target.uri] : target.uri === uri ? [source.uri] : [],
      ),
    );
    for (const node of nodes) {
      for (const part of [node.element, node.name]) {
        part?.classList.toggle("is-lit", node.uri === uri);
        part?.classList.toggle("is-near", near.has(node.uri));
      }
    }
  };

  const read = async () => {
    const response = await fetch(figure.dataset.source ?? "", { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(`${response.status} from the network's source`);
    const data = await response.json();
    whole.hidden = !(data.left_out > 0) || view.querySelector(".network-whole") !== null;
    ({ nodes, edges } = settle(data, nodes, canvas.clientWidth / canvas.clientHeight || WIDTH / HEIGHT));
    for (const node of nodes) node.url = neighbourhoodOf(node, figure.dataset.around);
    canvas.replaceChildren(...paint(nodes, edges));
    wire(nodes, (uri) => {
      light(uri);
      markInList(uri);
    });
    frame.fit(nodes);
    explain(legend, nodes.map(({ topic }) => topic));
  };

  markInList = syncWithList(figure, light);
  const refresh = () => void read().catch((error) => console.warn("The network could not be read again.", error));
  figure.addEventListener("island:refresh", refresh);
  return read().then(() => () => {
    figure.removeEventListener("island:refresh", refresh);
    figure.dispatchEvent(new CustomEvent("whole:gone"));
    view.remove();
    jump.remove();
  });
}

/**
 * Places every node; those already placed start where they were, so that a refresh moves little.
 * @param {any} data @param {Node[]} before @param {number} aspect width of the canvas for each unit of its height
 */
function settle(data, before, aspect) {
  const known = new Map(before.map((node) => [node.uri, node]));
  /** @type {Map<string, Node>} */
  const byUri = new Map();
  for (const node of data.nodes ?? []) {
    const at = known.get(node.uri);
    byUri.set(node.uri, { ...node, x: at?.x ?? NaN, y: at?.y ?? NaN, degree: 0 });
  }
  /** @type {Edge[]} */
  const edges = [];
  for (const { from, to, relation } of data.links ?? []) {
    const source = byUri.get(from);
    const target = byUri.get(to);
    if (!source || !target || source === target) continue;
    source.degree += 1;
    target.degree += 1;
    edges.push({ source, target, relation: String(relation ?? "") });
  }
  const nodes = [...byUri.values()];
  forceSimulation(nodes)
    .force("link", forceLink(edges).distance(130).strength(0.5))
    .force("charge", forceManyBody().strength(-420).distanceMax(420))
    .force("centre", forceCenter(WIDTH / 2, HEIGHT / 2))
    .force("x", forceX(WIDTH / 2).strength(0.09 / aspect))
    .force("y", forceY(HEIGHT / 2).strength(0.09 * aspect))
    .force("apart", forceCollide(48))
    .stop()
    .tick(ROUNDS);
  stretch(nodes, aspect);
  return { nodes, edges };
}

/** The forces make a round heap; a wide or a high canvas has room for names only where the heap is pulled to its shape.
 * @param {Node[]} nodes @param {number} aspect */
function stretch(nodes, aspect) {
  const [xs, ys] = [nodes.map(({ x }) => x), nodes.map(({ y }) => y)];
  const width = Math.max(...xs) - Math.min(...xs);
  const height = Math.max(...ys) - Math.min(...ys);
  if (!(width > 0 && height > 0)) return;
  const times = (aspect * height) / width;
  for (const node of nodes) {
    if (times > 1) node.x *= Math.min(times, MOST_STRETCHED);
    else node.y *= Math.min(1 / times, MOST_STRETCHED);
  }
}

/**
 * Where not everything fits: the button that draws all of it, with a library that is only fetched then.
 * @param {HTMLElement} figure @param {HTMLElement} view
 */
function offerWhole(figure, view) {
  const source = figure.dataset.whole;
  const said = make("span", { role: "status" });
  const button = make("button", { type: "button", class: "button is-quiet is-small" }, say("whole_draw"));
  const offer = make("p", { class: "network-offer", hidden: true }, button, said);
  if (!source) return offer;
  view.append(offer);
  button.addEventListener("click", async () => {
    if (!make("canvas").getContext("webgl2")) {
      said.textContent = say("whole_cannot");
      return;
    }
    said.textContent = say("whole_coming");
    button.disabled = true;
    try {
      const { drawWhole } = await import("../lib/whole-network.js");
      const goAway = await drawWhole(view, source, (uri) => neighbourhoodOf({ uri }, figure.dataset.around) ?? uri);
      figure.addEventListener("whole:gone", goAway, { once: true });
      said.textContent = "";
    } catch (error) {
      said.textContent = say("whole_failed");
      console.warn("The whole network could not be drawn.", error);
    } finally {
      button.disabled = false;
    }
  });
  return offer;
}

/** @param {{ uri: string, url?: string }} node @param {string} [around] the address of this page without a middle */
function neighbourhoodOf(node, around) {
  if (around === undefined) return node.url;
  const address = new URL(around, location.href);
  address.searchParams.set("around", node.uri);
  return address.href;
}

/** @param {Node[]} nodes @param {Edge[]} edges */
function paint(nodes, edges) {
  const lines = draw("g", { "aria-hidden": "true" });
  for (const edge of edges) {
    const { source, target } = edge;
    edge.line = draw("line", { class: "network-link", x1: source.x, y1: source.y, x2: target.x, y2: target.y });
    const words = draw("text", {
      class: "network-relation",
      x: (source.x + target.x) / 2,
      y: (source.y + target.y) / 2,
    });
    words.append(edge.relation);
    lines.append(edge.line, words);
  }
  const marks = draw("g", {});
  const names = draw("g", { class: "network-names", "aria-hidden": "true" }); // above every flag
  for (const node of nodes) {
    node.element = paintNode(node);
    node.name = paintName(node);
    marks.append(node.element);
    names.append(node.name);
  }
  return [lines, marks, names];
}

/** @param {Node} node */
function paintNode(node) {
  const title = node.title ?? "";
  const label = say("network_node", { title, kind: node.kind_word ?? "", count: node.degree });
  const link = draw("a", {
    class: "network-node",
    href: safeAddress(node.url ?? node.uri) ?? "#",
    "aria-label": label,
    transform: `translate(${node.x.toFixed(1)} ${node.y.toFixed(1)})`,
    tabindex: -1,
  });
  const mark = draw("g", { class: "network-mark" });
  mark.append(
    draw("circle", { class: "network-ring", r: 19 }),
    node.topic
      ? flag(node.topic, { x: -11, y: -11, width: 22, height: 22 })
      : draw("circle", { class: "network-dot", r: 9 }),
  );
  link.append(mark);
  return link;
}

/** @param {Node[]} nodes @param {(uri: string | null) => void} point */
function wire(nodes, point) {
  /** @param {Node} chosen */
  const offer = (chosen) => {
    for (const node of nodes) node.element?.setAttribute("tabindex", node === chosen ? "0" : "-1");
  };
  for (const node of nodes) {
    const { element } = node;
    if (!element) continue;
    element.addEventListener("focus", () => {
      offer(node);
      point(node.uri);
    });
    element.addEventListener("pointerenter", () => point(node.uri));
    for (const leave of ["blur", "pointerleave"]) element.addEventListener(leave, () => point(null));
    element.addEventListener("keydown", (event) => {
      if (!event.key.startsWith("Arrow")) return;
      event.preventDefault();
      nearest(event.key, node, nodes)?.element?.focus();
    });
  }
  if (nodes[0]) offer(nodes[0]);
}

/** What part of the plane is seen: fitted, nearer, further, moved. Every drag has a button. */
class Frame {
  /** @param {SVGSVGElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.box = { x: 0, y: 0, width: WIDTH, height: HEIGHT };
    /** @type {Node[]} */
    this.nodes = [];
  }

  /** @param {Node[]} nodes */
  fit(nodes) {
    this.nodes = nodes;
    if (nodes.length === 0) return;
    const xs = nodes.map(({ x }) => x);
    const ys = nodes.map(({ y }) => y);
    const [left, top] = [Math.min(...xs) - 90, Math.min(...ys) - 50];
    // Never nearer than life size: few nodes would shout.
    const width = Math.max(Math.max(...xs) + 90 - left, this.canvas.clientWidth);
    const height = Math.max(Math.max(...ys) + 110 - top, this.canvas.clientHeight);
    const middle = { x: (Math.min(...xs) + Math.max(...xs)) / 2, y: (Math.min(...ys) + Math.max(...ys)) / 2 + 30 };
    this.look({ x: middle.x - width / 2, y: middle.y - height / 2, width, height });
  }

  /** @param {{ x: number, y: number, width: number, height: number }} box */
  look(box) {
    this.box = box;
    this.canvas.setAttribute("viewBox", `${box.x} ${box.y} ${box.width} ${box.height}`);
    const { clientWidth, clientHeight } = this.canvas;
    const scale = Math.max(box.width / (clientWidth || WIDTH), box.height / (clientHeight || HEIGHT));
    // Names keep their size on the screen; flags shrink a little as more of the network is seen.
    this.canvas.style.setProperty("--scale", scale.toFixed(3));
    this.canvas.style.setProperty("--mark-scale", (scale ** 0.6).toFixed(3));
    writeNames(this.nodes, scale);
  }

  /** @param {number} times */
  zoom(times) {
    const { x, y, width, height } = this.box;
    const [w, h] = [width / times, height / times];
    this.look({ x: x + (width - w) / 2, y: y + (height - h) / 2, width: w, height: h });
  }

  /** @param {number} dx @param {number} dy in parts of what is seen */
  move(dx, dy) {
    const { x, y, width, height } = this.box;
    this.look({ x: x + dx * width, y: y + dy * height, width, height });
  }

  bar() {
    return steeringBar(say("network_controls"), {
      closer: () => this.zoom(1.35),
      further: () => this.zoom(1 / 1.35),
      left: () => this.move(-0.25, 0),
      up: () => this.move(0, -0.25),
      down: () => this.move(0, 0.25),
      right: () => this.move(0.25, 0),
      all: () => this.fit(this.nodes),
    });
  }
}
