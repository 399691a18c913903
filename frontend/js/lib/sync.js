// A view and its equal list light each other up: hovering or focusing one marks the other.

/**
 * @param {HTMLElement} figure holds the list; items carry `data-uri`
 * @param {(uri: string | null) => void} light marks the thing in the view, or nothing
 * @returns {(uri: string | null, bring?: boolean) => void} marks the item in the list; `bring` scrolls it into sight
 */
export function syncWithList(figure, light) {
  /** @param {Event} event */
  const enter = (event) => {
    const item = event.target instanceof Element ? event.target.closest("[data-uri]") : null;
    if (item instanceof HTMLElement && figure.contains(item)) light(item.dataset.uri ?? null);
  };
  /** @param {Event} event */
  const leave = (event) => {
    if (event.target instanceof Element && event.target.closest("[data-uri]")) light(null);
  };
  figure.addEventListener("pointerover", enter);
  figure.addEventListener("pointerout", leave);
  figure.addEventListener("focusin", enter);
  figure.addEventListener("focusout", leave);

  return (uri, bring = false) => {
    for (const lit of figure.querySelectorAll("[data-uri].is-lit")) lit.classList.remove("is-lit");
    if (!uri) return;
    const item = figure.querySelector(`[data-uri="${CSS.escape(uri)}"]`);
    item?.classList.add("is-lit");
    if (bring) item?.scrollIntoView({ block: "nearest" });
  };
}
