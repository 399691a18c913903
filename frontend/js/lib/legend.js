// What the flags of a drawing mean, in words, below it: a flag never stands alone.
import { flag, make } from "./dom.js";
import { say } from "./words.js";

/** The order of the flag locker, which is that of the topics everywhere. */
const known = () => [...document.querySelectorAll(".flag-locker symbol")].map(({ id }) => id.replace(/^flag-/, ""));

/** @returns {HTMLUListElement} empty until `explain` fills it */
export function makeLegend() {
  return make("ul", { class: "legend", "aria-label": say("legend") });
}

/** @param {HTMLUListElement} legend @param {Iterable<string | undefined>} topics slugs of those that are shown */
export function explain(legend, topics) {
  const shown = new Set(topics);
  const lines = known().filter((topic) => shown.has(topic));
  legend.replaceChildren(...lines.map((topic) => make("li", {}, flag(topic), say(`topic_${topic}`))));
  legend.hidden = lines.length === 0;
}
