// A list that fetches itself again: new items slide in once and are announced, and focus stays where it was.
// Mark it with `data-live-list`; its items carry `data-uri`.
import { announce } from "./announce.js";
import { say } from "./words.js";

/** @type {WeakMap<Element, Set<string>> } */
const before = new WeakMap();
/** @type {Map<string, Set<string>>} by the list's id, because an outerHTML swap brings another element */
const beforeById = new Map();
/** @type {{ uri: string, index: number } | null} */
let focused = null;

export function watchLists() {
  document.body.addEventListener("htmx:beforeSwap", remember);
  document.body.addEventListener("htmx:afterSettle", compare);
}

/** @param {Event} event */
function remember(event) {
  const target = /** @type {CustomEvent<{ target: Element }>} */ (event).detail.target;
  for (const list of listsIn(target)) {
    const uris = new Set(items(list).map((item) => item.dataset.uri ?? ""));
    before.set(list, uris);
    if (list.id) beforeById.set(list.id, uris);
  }
  focused = focusIn(target);
}

/** @param {Event} event */
function compare(event) {
  const target = /** @type {CustomEvent<{ target: Element }>} */ (event).detail.target;
  const lists = listsIn(target.isConnected ? target : (document.getElementById(target.id) ?? target));
  for (const list of lists) {
    const known = before.get(list) ?? beforeById.get(list.id);
    if (!known) continue;
    const fresh = items(list).filter((item) => !known.has(item.dataset.uri ?? ""));
    for (const item of fresh) item.classList.add("is-new");
    if (fresh.length === 1) announce(say("live_one", { title: titleOf(fresh[0]) }));
    else if (fresh.length > 1) announce(say("live_many", { count: fresh.length }));
    before.delete(list);
    beforeById.delete(list.id);
  }
  giveFocusBack();
}

/** @param {Element | null} root @returns {Element[]} */
function listsIn(root) {
  if (!root) return [];
  const around = root.closest("[data-live-list]");
  return [...(around ? [around] : []), ...root.querySelectorAll("[data-live-list]")];
}

/** @param {Element} list @returns {HTMLElement[]} */
function items(list) {
  return [...list.querySelectorAll("[data-uri]")].filter((item) => item instanceof HTMLElement);
}

/** @param {HTMLElement} item */
function titleOf(item) {
  return item.querySelector(".card-title, a")?.textContent?.trim() ?? "";
}

/** @param {Element | null} root */
function focusIn(root) {
  const active = document.activeElement;
  const item = active?.closest("[data-uri]");
  if (!root || !active || !(item instanceof HTMLElement) || !root.contains(item)) return null;
  return { uri: item.dataset.uri ?? "", index: controls(item).indexOf(active) };
}

function giveFocusBack() {
  if (!focused || document.activeElement !== document.body) return;
  const item = document.querySelector(`[data-uri="${CSS.escape(focused.uri)}"]`);
  const control = item && controls(item)[focused.index];
  if (control instanceof HTMLElement) control.focus({ preventScroll: true });
  focused = null;
}

/** @param {Element} item */
const controls = (item) => [...item.querySelectorAll("a, button, input, summary")];
