// What a reader unfolded stays so when its fragment fetches itself again.

/** @type {string[]} ids of the folds that were open in what is about to be replaced */
let open = [];

export function keepFolds() {
  document.body.addEventListener("htmx:beforeSwap", ({ target }) => {
    const folds = target instanceof Element ? target.querySelectorAll("details[id][open]") : [];
    open = [...folds].map(({ id }) => id);
  });
  document.body.addEventListener("htmx:afterSwap", () => {
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  });
}
