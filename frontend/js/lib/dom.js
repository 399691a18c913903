// Small makers of elements. Data only ever becomes text or an attribute, never markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number | boolean | null | undefined>} [attributes] null, undefined and false are left out
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  dress(element, attributes);
  element.append(...children);
  return element;
}

/**
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number | boolean | null | undefined>} [attributes]
 * @param {(Node | string)[]} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  dress(element, attributes);
  element.append(...children);
  return element;
}

/** @param {Element} element @param {Record<string, string | number | boolean | null | undefined>} attributes */
function dress(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
}

/**
 * The flag of a topic out of the page's flag locker; a plain burgee for a topic without one.
 * @param {string | undefined} topic slug
 * @param {Record<string, string | number>} [attributes]
 */
export function flag(topic, attributes = {}) {
  const known = topic && /^[a-z-]+$/.test(topic) && document.getElementById(`flag-${topic}`);
  const shape = known
    ? draw("use", { href: `#flag-${topic}` })
    : draw("path", { class: "in-text", d: "M0 2 24 12 0 22Z" });
  return draw("svg", { class: "flag", viewBox: "0 0 24 24", "aria-hidden": "true", ...attributes }, shape);
}

/** An address of this site or of the web, or nothing: never `javascript:`. @param {unknown} address */
export function safeAddress(address) {
  try {
    const url = new URL(String(address), location.href);
    return ["http:", "https:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** Until what was drawn stands on the screen; sooner where nobody looks, and no frame comes. */
export const painted = () =>
  new Promise((done) => {
    setTimeout(done, 200);
    requestAnimationFrame(() => requestAnimationFrame(done));
  });

export const calmly = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
