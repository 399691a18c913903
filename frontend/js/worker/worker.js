// What the browser does when the network is gone, or does not answer in a while: it shows the page as it was last read.
// While there is a network, every page and every list comes from there.
import { asset, clearOut, isAsset, keepAsset, layIn, neverChanges, OFFLINE, speakAs } from "./assets.js";
import { begun, DATA, forgetAll, keep, kept, PAGES } from "./kept.js";

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

const PATIENCE = 4000; // milliseconds until what is kept is shown instead
const SILENCE = 30_000; // milliseconds after such a silence for which nobody waits so long again
const HARDLY = 300; // milliseconds to wait then
const POINTS = /\.(geojson|json)$/;

let silentUntil = 0;

worker.addEventListener("install", (event) => {
  event.waitUntil(layIn().then(() => worker.skipWaiting()));
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(clearOut([PAGES, DATA]).then(() => worker.clients.claim()).then(keepOpenPages));
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== worker.location.origin) return;
  // Whoever signs in or out leaves nothing behind.
  if (request.method !== "GET" && url.pathname.startsWith("/accounts/")) event.waitUntil(forgetAll());
  if (request.method !== "GET" || request.headers.has("Range")) return;
  url.hash = "";
  if (request.mode === "navigate") event.respondWith(page(event, url.href));
  else if (isAsset(url)) event.respondWith(file(event, url));
  else if (POINTS.test(url.pathname)) event.respondWith(points(event, url.href));
});

/** @param {FetchEvent} event @param {string} url */
async function page(event, url) {
  const coming = ask(event, (answer, since) => Promise.all([speakAs(answer), keep(PAGES, url, answer, since)]));
  const answer = (await soon(coming)) ?? (await asItWas(url));
  return answer ?? coming.catch(async () => (await offline()) ?? Response.error());
}

/** @param {FetchEvent} event @param {string} url */
async function points(event, url) {
  const coming = ask(event, (answer, since) => keep(DATA, url, answer, since));
  return (await soon(coming)) ?? (await kept(DATA, url)) ?? coming;
}

/** @param {FetchEvent} event @param {URL} url */
async function file(event, url) {
  const held = neverChanges(url) ? await asset(url.pathname) : undefined;
  if (held) return held;
  const coming = ask(event, (answer) => keepAsset(url.pathname, answer));
  return (await soon(coming)) ?? (await asset(url.pathname)) ?? coming;
}

/** The network's answer; a copy of it is handed on to be kept, also when nobody has waited for it.
 * @param {FetchEvent} event @param {(copy: Response, since: number) => Promise<unknown>} store */
function ask(event, store) {
  const since = begun();
  const coming = fetch(event.request);
  const stored = coming.then((answer) => {
    silentUntil = 0;
    return answer.type === "basic" ? store(answer.clone(), since) : undefined;
  });
  event.waitUntil(stored.catch(() => undefined));
  return coming;
}

/** What comes within the time there is; nothing when it does not, or when there is no network.
 * @param {Promise<Response>} coming @returns {Promise<Response | undefined>} */
async function soon(coming) {
  const wait = Date.now() < silentUntil ? HARDLY : PATIENCE;
  const late = new Promise((resolve) => setTimeout(resolve, wait, "late"));
  const first = await Promise.race([coming.catch(() => undefined), late]);
  if (first !== "late") return /** @type {Response | undefined} */ (first);
  silentUntil = Date.now() + SILENCE;
  return undefined;
}

/** The page as it was last read, marked so that its script says since when. @param {string} url */
async function asItWas(url) {
  const found = await kept(PAGES, url);
  if (!found) return undefined;
  const body = (await found.text()).replace("<html ", "<html data-kept ");
  return new Response(body, { headers: found.headers });
}

/** In the language that the page was last read in. */
const offline = () => asset(OFFLINE);

/** Pages that were opened before this program ran. */
async function keepOpenPages() {
  const windows = await worker.clients.matchAll({ type: "window" });
  await Promise.all(
    windows.map(async ({ url }) => {
      const since = begun();
      const address = url.split("#")[0];
      const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => undefined);
      if (answer?.type === "basic" && !answer.redirected) await keep(PAGES, address, answer, since);
    }),
  );
}
