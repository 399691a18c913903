// Style sheets, programs, fonts and base maps. What bears its contents in its name never changes and comes from here
// first; of the rest, the network is asked first, so that a page never meets files of another version.

const { version, core, files } = BUILD;
const NAME = `flotilla-assets-${version}`;
const HASHED = /-[A-Z0-9]{8}\.js$/;

export const OFFLINE = "/offline";

/** @param {URL} url */
export const isAsset = (url) => url.pathname.startsWith("/static/") && !url.search;

/** @param {URL} url */
export const neverChanges = (url) => HASHED.test(url.pathname);

/** What every page needs, the page that says one is offline, and what an earlier version of this program has kept and
 * this one has too. */
export async function layIn() {
  const cache = await caches.open(NAME);
  const before = new Set(await inUse());
  const wanted = [...core, ...files.filter((file) => before.has(file) && !core.includes(file)), OFFLINE];
  await cache.addAll(wanted.map((path) => new Request(path, { cache: "no-cache" })));
}

/** What belongs to other versions goes. @param {string[]} others caches that stay */
export async function clearOut(others) {
  const stay = new Set([NAME, ...others]);
  await Promise.all((await caches.keys()).filter((name) => !stay.has(name)).map((name) => caches.delete(name)));
}

/** @param {string} path @returns {Promise<Response | undefined>} */
export const asset = async (path) => (await caches.open(NAME)).match(path);

/** The page that says one is offline speaks as the pages do that are read. @param {Response} page */
export async function speakAs(page) {
  const language = page.headers.get("Content-Language");
  const said = (await asset(OFFLINE))?.headers.get("Content-Language");
  if (language && language !== said) await (await caches.open(NAME)).add(new Request(OFFLINE, { cache: "no-cache" }));
}

/** @param {string} path @param {Response} answer */
export async function keepAsset(path, answer) {
  if (answer.status === 200 && answer.type === "basic") await (await caches.open(NAME)).put(path, answer);
}

async function inUse() {
  const names = (await caches.keys()).filter((name) => name.startsWith("flotilla-assets-"));
  const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
  return requests.flat().map(({ url }) => new URL(url).pathname);
}
