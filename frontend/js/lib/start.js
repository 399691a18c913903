// Where distances start: the two buttons of the layer "face to face". The place goes into the address, rounded to about a
// hundred metres, and nowhere else.
import { whereAmI } from "./whereabouts.js";
import { say } from "./words.js";

const DECIMALS = 3; // of a degree

export function listenForStart() {
  document.body.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (button?.matches("[data-start-here]")) whereAmI(DECIMALS, go, tellUnknown);
    if (button?.matches("[data-start-middle]")) fromMiddle();
  });
}

function fromMiddle() {
  const map = document.querySelector('[data-island="map"]');
  const middle = map instanceof HTMLElement ? map.dataset.middle : undefined;
  if (middle) go(middle);
  else tellUnknown();
}

function tellUnknown() {
  const status = document.querySelector("[data-start-status]");
  if (status) status.textContent = say("start_unknown");
}

/** @param {string} near latitude and longitude */
function go(near) {
  const url = new URL(location.href);
  url.searchParams.set("near", near);
  url.searchParams.delete("page");
  location.assign(url);
}
