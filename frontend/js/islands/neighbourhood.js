// A neighbourhood that the server drew: arrow keys go from flag to flag, and Enter walks on without leaving the page.
// Without it every flag is a link to its own neighbourhood all the same.
import { announce } from "../lib/announce.js";
import { nearest } from "../lib/compass.js";
import htmx from "../lib/htmx.js";

const NODES = ".network-node";
const MIDDLE = ".neighbourhood-middle";

/** The address that is shown; what only differs behind a “#” is the same page. */
let shown = "";
let steps = 0; // begun

const address = () => location.pathname + location.search;

/** @param {HTMLElement} figure */
export default function mount(figure) {
  const nodes = () => /** @type {SVGAElement[]} */ ([...figure.querySelectorAll(NODES)]);
  /** @type {string | undefined} of the neighbour that has the focus while the drawing fetches itself again */
  let focused;
  shown = address();

  /** One of them is reached with the Tab key, from there the arrow keys lead on. @param {Element | null} chosen */
  const offer = (chosen) => {
    for (const node of nodes()) node.setAttribute("tabindex", node === chosen ? "0" : "-1");
  };
  const first = () => figure.querySelector(MIDDLE);

  /** @param {FocusEvent} event */
  const onFocus = ({ target }) => {
    if (target instanceof Element && target.matches(NODES)) offer(target);
  };
  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    const from = event.target;
    if (!(from instanceof Element) || !from.matches(NODES) || !event.key.startsWith("Arrow")) return;
    event.preventDefault();
    const points = nodes().map((element) => ({ element, ...middleOf(element) }));
    const here = points.find(({ element }) => element === from);
    if (here) nearest(event.key, here, points)?.element.focus();
  };
  /** @param {MouseEvent} event */
  const onClick = (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[data-walk]") : null;
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    void walk(link.getAttribute("href") ?? "", true);
  };
  const onBack = () => {
    if (address() !== shown) void walk(location.href, false);
  };
  const beforeSwap = () => {
    const active = document.activeElement;
    focused = active instanceof SVGElement && figure.contains(active) ? active.dataset.uri : undefined;
  };
  const afterSwap = () => {
    const again = nodes().find((node) => focused !== undefined && node.dataset.uri === focused);
    offer(again ?? first());
    again?.focus({ preventScroll: true });
  };

  offer(first());
  figure.addEventListener("focusin", onFocus);
  figure.addEventListener("keydown", onKey);
  figure.addEventListener("click", onClick);
  figure.addEventListener("htmx:beforeSwap", beforeSwap);
  figure.addEventListener("htmx:afterSettle", afterSwap);
  window.addEventListener("popstate", onBack);
  return () => window.removeEventListener("popstate", onBack);
}

/** The flag, not the name beside it: what hangs in one row has one height. @param {Element} node */
function middleOf(node) {
  const box = (node.querySelector(".network-ring") ?? node).getBoundingClientRect();
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/**
 * The page at another address takes the place of this one, with the focus on its middle and its sentence said.
 * @param {string} to @param {boolean} isStep and not the way back
 */
async function walk(to, isStep) {
  const step = (steps += 1);
  try {
    const response = await fetch(to, { headers: { Accept: "text/html" } });
    if (!response.ok) throw new Error(`${response.status} from ${to}`);
    const page = await response.text();
    if (step !== steps) return; // somebody walked on before this answer came
    if (isStep) history.pushState({ walked: true }, "", to);
    shown = address();
    const target = document.getElementById("main");
    if (!target) return;
    document.title = new DOMParser().parseFromString(page, "text/html").title;
    htmx.swap(target, page, { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 }, { select: "#main > *", eventInfo: { target } });
    arrive();
  } catch (error) {
    console.warn("The neighbourhood is opened as a page.", error);
    location.assign(to);
  }
}

function arrive() {
  const middle = document.querySelector(MIDDLE);
  if (middle instanceof SVGElement) middle.focus();
  else document.getElementById("main")?.focus();
  const sentence = document.querySelector("[data-sentence]")?.textContent?.replace(/\s+/g, " ").trim();
  if (sentence) announce(sentence);
}
