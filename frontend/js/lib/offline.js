// Reading offline. The worker keeps pages and marks those that it shows without the network; what they say and how their
// forms are sent is done here.
import { make } from "./dom.js";
import { say } from "./words.js";

const WORKER = "/worker.js";
const PAGES = "flotilla-pages"; // as in worker/kept.js
const ENOUGH = 8000; // milliseconds to fetch a new token

/** @type {WeakSet<HTMLFormElement>} forms that carry a new token */
const ready = new WeakSet();
const isKept = () => "kept" in document.documentElement.dataset;

export function startOffline() {
  if (isKept()) sayWhen();
  void listPages();
  // Before anybody else hears of it, htmx too.
  document.addEventListener("submit", (event) => void sendForm(event), true);
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-load-again]")) location.reload();
  });
  if ("serviceWorker" in navigator) addEventListener("load", () => void register());
}

async function register() {
  const fresh = /** @type {const} */ ({ updateViaCache: "none" });
  try {
    await navigator.serviceWorker.register(WORKER, { ...fresh, type: "module" });
  } catch {
    // A browser that knows no modules there can run it all the same; where none may run, pages need the network.
    await navigator.serviceWorker.register(WORKER, fresh).catch(() => undefined);
  }
}

/** At the top of the page, and politely: the words come into a region that is there already. */
function sayWhen() {
  const notice = make("div", { class: "notice is-warning kept-notice", role: "status" });
  document.querySelector("main")?.prepend(notice);
  const again = make("button", { type: "button", class: "button is-quiet is-small", "data-load-again": "" });
  again.append(say("kept_again"));
  const words = make("p", {}, say(navigator.onLine ? "kept_away" : "kept_offline"));
  requestAnimationFrame(() => notice.append(words, make("p", {}, again)));
}

/** On the page that stands in for one that was never read: those that were, the last one first. */
async function listPages() {
  const place = document.querySelector("[data-kept-pages]");
  if (!(place instanceof HTMLElement) || !("caches" in window)) return;
  const list = make("ul");
  const cache = await caches.open(PAGES);
  for (const request of [...(await cache.keys())].reverse()) {
    const page = await (await cache.match(request))?.text();
    const { title } = new DOMParser().parseFromString(page ?? "", "text/html");
    const lang = page?.match(/<html [^>]*lang="([a-zA-Z-]+)"/)?.[1];
    const { pathname, search } = new URL(request.url);
    list.append(make("li", {}, make("a", { href: pathname + search, lang }, title || pathname)));
  }
  place.append(list);
  place.hidden = list.children.length === 0;
}

/** Without a network nothing is lost. And the token of a page from long ago may have gone with its session: the form
 * gets a new one before it is sent. @param {SubmitEvent} event */
async function sendForm(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method !== "post") return;
  if (ready.delete(form) || (!isKept() && navigator.onLine)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const token = await newToken();
  const field = form.elements.namedItem("csrfmiddlewaretoken");
  if (!token || !(field instanceof HTMLInputElement)) {
    form.querySelector("[data-not-sent]")?.remove();
    form.prepend(make("p", { class: "field-error", role: "alert", "data-not-sent": "" }, say("kept_not_sent")));
    return;
  }
  field.value = token;
  ready.add(form);
  form.requestSubmit(event.submitter);
}

/** @returns {Promise<string>} nothing when the network does not give it */
async function newToken() {
  try {
    const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(ENOUGH) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector("input[name=csrfmiddlewaretoken]")?.getAttribute("value") ?? "";
  } catch {
    return "";
  }
}
