// An island is <figure data-island="map" data-source="…"> around a list that is complete without it.
// Its module is fetched when the figure comes near the screen; whatever fails, the list stays.

/** @typedef {void | (() => void)} Unmount */
/** @typedef {{ default: (element: HTMLElement) => Unmount | Promise<Unmount> }} IslandModule */

/** @type {WeakMap<Element, () => void>} */
const mounted = new WeakMap();

/** @param {ParentNode} root */
export function mountIslands(root) {
  watch(root);
  document.body.addEventListener("htmx:load", (event) => {
    if (event.target instanceof Element) watch(event.target);
  });
  document.body.addEventListener("htmx:beforeCleanupElement", (event) => {
    if (event.target instanceof Element) mounted.get(event.target)?.();
  });
}

/** @param {ParentNode} root */
function watch(root) {
  const found = [...root.querySelectorAll("[data-island]")];
  if (root instanceof Element && root.matches("[data-island]")) found.push(root);
  for (const element of found) {
    if (element instanceof HTMLElement && !element.dataset.islandState) {
      element.dataset.islandState = "waiting";
      nearby.observe(element);
    }
  }
}

const nearby = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (isIntersecting && target instanceof HTMLElement) {
        nearby.unobserve(target);
        void mount(target);
      }
    }
  },
  { rootMargin: "300px" },
);

/** @param {HTMLElement} element */
async function mount(element) {
  const name = element.dataset.island ?? "";
  if (!/^[a-z-]+$/.test(name)) return;
  try {
    const address = new URL(`./islands/${name}.js`, import.meta.url).href;
    /** @type {IslandModule} */
    const island = await import(address);
    const unmount = await island.default(element);
    if (unmount) mounted.set(element, unmount);
    refreshOnPoke(element);
    element.dataset.islandState = "ready";
  } catch (error) {
    element.dataset.islandState = "failed";
    console.warn(`The ${name} could not be shown; the list says the same.`, error);
  }
}

/** `data-refresh-on="poke:metro"` makes a poke an `island:refresh`. @param {HTMLElement} element */
function refreshOnPoke(element) {
  const poke = element.dataset.refreshOn;
  if (!poke) return;
  const refresh = () => {
    if (element.isConnected) element.dispatchEvent(new CustomEvent("island:refresh"));
    else document.body.removeEventListener(poke, refresh);
  };
  document.body.addEventListener(poke, refresh);
}
