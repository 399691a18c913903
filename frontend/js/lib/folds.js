// What a reader unfolded or folded stays so when its fragment fetches itself again.

/** @type {Map<string, boolean>} by id, whether a fold was open in what is about to be replaced */
let before = new Map();

export function keepFolds() {
  document.body.addEventListener("htmx:beforeSwap", ({ target }) => {
    const folds = target instanceof Element ? target.querySelectorAll("details[id]") : [];
    before = new Map([...folds].map((fold) => [fold.id, fold.hasAttribute("open")]));
  });
  document.body.addEventListener("htmx:afterSwap", () => {
    for (const [id, isOpen] of before) document.getElementById(id)?.toggleAttribute("open", isOpen);
  });
}
