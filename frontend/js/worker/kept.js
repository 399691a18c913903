// The pages and the points of maps that this browser keeps for when the network is gone: the last ones that were read,
// bounded in number and bytes, and only what the server says may be kept. Every answer names, in its header, the session
// it is for; one for another session empties everything first, so that nobody finds what somebody else has read.

export const PAGES = "flotilla-pages";
export const DATA = "flotilla-data";

const HEADER = "Kept-Offline"; // “yes” or “no”, and the name of the session
const BYTES = "Kept-Bytes";
const SINCE = "Kept-Since";
const MOST = 30; // entries of each
const MOST_BYTES = 8_000_000; // of each
const LARGEST = 2_000_000; // bytes of one entry
const LONGEST = 7 * 86_400_000; // milliseconds

let sessions = 0; // how often everything was forgotten
/** @type {Promise<unknown>} one change after the other */
let changes = Promise.resolve();

/** What is on its way when everything is forgotten is not kept: hand `begun()` to `keep`. */
export const begun = () => sessions;

/** @param {string} name @param {string} url @param {Response} answer its body is read here @param {number} since */
export function keep(name, url, answer, since) {
  return oneByOne(async () => {
    const [may, session] = (answer.headers.get(HEADER) ?? "").split(" ");
    if (!session || since !== sessions || answer.status >= 500) return;
    await emptyUnlessOf(session);
    const cache = await caches.open(name);
    await cache.delete(url);
    const body = may === "yes" && answer.status === 200 ? await answer.blob() : null;
    if (!body || body.size > LARGEST || since !== sessions) return;
    const headers = new Headers(answer.headers);
    for (const wire of ["Content-Encoding", "Content-Length"]) headers.delete(wire);
    headers.set(BYTES, String(body.size));
    headers.set(SINCE, String(Date.now()));
    await cache.put(url, new Response(body, { headers }));
    await leaveOut(cache);
  });
}

/** @param {string} name @param {string} url @returns {Promise<Response | undefined>} */
export async function kept(name, url) {
  await changes;
  const found = await (await caches.open(name)).match(url);
  return found && isFresh(found) ? found : undefined;
}

export function forgetAll() {
  sessions += 1;
  return oneByOne(empty);
}

const empty = () => Promise.all([PAGES, DATA].map((name) => caches.delete(name)));

/** @param {string} session */
async function emptyUnlessOf(session) {
  for (const name of [PAGES, DATA]) {
    const cache = await caches.open(name);
    const [first] = await cache.keys();
    const other = first && (await cache.match(first))?.headers.get(HEADER)?.split(" ")[1];
    if (other && other !== session) return empty();
  }
  return undefined;
}

/** The oldest entries beyond the bounds. @param {Cache} cache */
async function leaveOut(cache) {
  let bytes = 0;
  const newestFirst = [...(await cache.keys())].reverse();
  for (const [index, request] of newestFirst.entries()) {
    const answer = await cache.match(request);
    bytes += Number(answer?.headers.get(BYTES));
    if (!answer || index >= MOST || bytes > MOST_BYTES || !isFresh(answer)) await cache.delete(request);
  }
}

/** @param {Response} answer */
const isFresh = (answer) => Date.now() - Number(answer.headers.get(SINCE)) < LONGEST;

/** A browser that has no room, or may keep nothing, shows what the network gives.
 * @param {() => Promise<unknown>} change */
function oneByOne(change) {
  changes = changes.then(change).catch((error) => console.info("Nothing was kept for reading offline.", error));
  return changes;
}
