// Live pokes. The socket only says "something new"; fragments fetch themselves, so permission is checked on reading.
import { announce } from "./announce.js";
import htmx from "./htmx.js";
import { keep, kept } from "./remembered.js";
import { say } from "./words.js";

const SPACING = 1100; // milliseconds between two pokes of one name; the last of a burst is never dropped
const PATIENCE = 6000; // milliseconds of silence before an interruption is worth a sentence
const RETRIED = new Set([1006, 1011, 1012, 1013]); // close codes after which the ws extension comes back by itself
const KEPT = "flotilla-live"; // localStorage: "paused" or nothing

/** @type {Map<string, number>} */
const lastPoke = new Map();
/** @type {Map<string, ReturnType<typeof setTimeout>>} */
const comingPoke = new Map();
/** @type {Set<string>} pokes held back while paused */
const held = new Set();

let paused = kept(KEPT) === "paused";
let wasOpen = false;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let interruption;
let saidAway = false;

/** Opens the socket when something on the page waits for a poke, and wires the pause buttons. */
export function startLive() {
  showState();
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-live-toggle]")) toggle();
  });
  if (pokeNames().length === 0) return;
  for (const controls of document.querySelectorAll("[data-live-controls]")) controls.removeAttribute("hidden");
  document.body.addEventListener("htmx:wsBeforeMessage", hear);
  document.body.addEventListener("htmx:wsOpen", opened);
  document.body.addEventListener("htmx:wsClose", closed);
  connect();
}

function connect() {
  const line = document.createElement("div");
  line.hidden = true;
  line.setAttribute("hx-ext", "ws");
  line.setAttribute("ws-connect", "/ws/");
  document.body.append(line);
  htmx.process(line);
}

/** @param {Event} event */
function hear(event) {
  event.preventDefault(); // a message is a hint, never markup to swap in
  const { message } = /** @type {CustomEvent<{ message: string }>} */ (event).detail;
  let name;
  try {
    name = JSON.parse(message).poke;
  } catch {
    return;
  }
  if (typeof name === "string" && /^[a-z-]+$/.test(name)) poke(name);
}

/** At once when the last one is long past, else when the spacing is over. @param {string} name */
function poke(name) {
  if (paused) {
    held.add(name);
    return;
  }
  if (comingPoke.has(name)) return;
  const wait = Math.max(0, (lastPoke.get(name) ?? -SPACING) + SPACING - performance.now());
  const fire = () => {
    comingPoke.delete(name);
    lastPoke.set(name, performance.now());
    document.body.dispatchEvent(new CustomEvent(`poke:${name}`));
  };
  if (wait === 0) fire();
  else comingPoke.set(name, setTimeout(fire, wait));
}

function opened() {
  clearTimeout(interruption);
  if (wasOpen) pokeAll(); // what was missed meanwhile
  if (saidAway) announce(say("live_back"));
  wasOpen = true;
  saidAway = false;
}

/** @param {Event} event */
function closed(event) {
  const { code } = /** @type {CustomEvent<{ event: CloseEvent }>} */ (event).detail.event;
  if (!RETRIED.has(code) && event.target instanceof Element) {
    event.target.remove();
    setTimeout(connect, 1000 + Math.random() * 4000);
  }
  clearTimeout(interruption);
  if (!wasOpen || saidAway) return;
  interruption = setTimeout(() => {
    saidAway = true;
    announce(say("live_away"));
  }, PATIENCE);
}

function pokeAll() {
  for (const name of pokeNames()) poke(name);
}

/** The names anything on this page waits for. */
function pokeNames() {
  const names = new Set();
  for (const element of document.querySelectorAll("[hx-trigger*='poke:'], [data-refresh-on^='poke:']")) {
    const waits = `${element.getAttribute("hx-trigger") ?? ""} ${element.getAttribute("data-refresh-on") ?? ""}`;
    for (const match of waits.matchAll(/poke:([a-z-]+)/g)) names.add(match[1]);
  }
  return [...names];
}

function toggle() {
  paused = !paused;
  keep(KEPT, paused ? "paused" : "");
  showState();
  if (paused) return;
  for (const name of held) poke(name);
  held.clear();
}

function showState() {
  document.documentElement.dataset.live = paused ? "paused" : "on";
  for (const button of document.querySelectorAll("[data-live-toggle]")) {
    if (button instanceof HTMLElement) {
      button.textContent = (paused ? button.dataset.resume : button.dataset.pause) ?? "";
    }
  }
  for (const words of document.querySelectorAll("[data-live-words]")) {
    if (words instanceof HTMLElement) words.textContent = (paused ? words.dataset.off : words.dataset.on) ?? "";
  }
}
