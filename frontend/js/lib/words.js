// The few sentences the scripts say, translated by the server and carried in the page as JSON.

/** @type {Record<string, string> | undefined} */
let words;

const RUNS_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** Whether words run from right to left, at least in part. @param {string} words */
export const runsLeft = (words) => RUNS_LEFT.test(words);

/** Which way words run, by their first letter. @param {string} words */
export const directionOf = (words) => (RUNS_LEFT.test(words.match(/\p{L}/u)?.[0] ?? "") ? "rtl" : "ltr");

/** A name or a title for the middle of a sentence: isolated (U+2068, U+2069) if any of it runs from right to left.
 * @param {string | number} words */
const alone = (words) => (runsLeft(String(words)) ? `\u2068${words}\u2069` : String(words));

/**
 * The sentence for `key` with `{name}` places filled; the key itself if the page brought none.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function say(key, values = {}) {
  words ??= JSON.parse(document.getElementById("script-words")?.textContent ?? "{}");
  const sentence = words?.[key] ?? key;
  return sentence.replace(/\{(\w+)\}/g, (place, name) => (name in values ? alone(values[name]) : place));
}
