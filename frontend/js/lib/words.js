// The few sentences the scripts say, translated by the server and carried in the page as JSON.

/** @type {Record<string, string> | undefined} */
let words;

/**
 * The sentence for `key` with `{name}` places filled; the key itself if the page brought none.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function say(key, values = {}) {
  words ??= JSON.parse(document.getElementById("script-words")?.textContent ?? "{}");
  const sentence = words?.[key] ?? key;
  return sentence.replace(/\{(\w+)\}/g, (place, name) => String(values[name] ?? place));
}
