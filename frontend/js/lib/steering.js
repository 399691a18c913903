// What steers a drawing: every drag has a button.
import { make } from "./dom.js";
import { say } from "./words.js";

const SIDES = { left: "map_left", up: "map_up", down: "map_down", right: "map_right" };

/** @typedef {"closer" | "further" | "left" | "up" | "down" | "right" | "all"} Way */

/**
 * @param {string} label of the group
 * @param {Record<Way, () => void>} acts
 * @param {typeof SIDES} [sides] what the four directions are called
 */
export function steeringBar(label, acts, sides = SIDES) {
  /** @param {string} sign @param {string} words @param {() => void} act */
  const button = (sign, words, act) => {
    const made = make("button", { type: "button", class: "button is-quiet is-small", "aria-label": words, title: words }, sign);
    made.addEventListener("click", act);
    return made;
  };
  const all = make("button", { type: "button", class: "button is-quiet is-small" }, say("map_all"));
  all.addEventListener("click", acts.all);
  return make(
    "div",
    { class: "map-bar", role: "group", "aria-label": label },
    button("+", say("map_closer"), acts.closer),
    button("−", say("map_further"), acts.further),
    button("←", say(sides.left), acts.left),
    button("↑", say(sides.up), acts.up),
    button("↓", say(sides.down), acts.down),
    button("→", say(sides.right), acts.right),
    all,
  );
}
