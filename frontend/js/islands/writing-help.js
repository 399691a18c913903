// Hints while somebody writes. The server has all the rules; here is only when to ask, and what was dismissed before.
import { make } from "../lib/dom.js";
import { keep, kept } from "../lib/remembered.js";
import { say } from "../lib/words.js";

const PAUSE = 1500; // milliseconds without a key before the server is asked
const OFF = "flotilla-writing-off"; // localStorage: "1" or nothing
const DISMISSED = "flotilla-writing-dismissed"; // localStorage: keys of hints, the newest last
const MOST = 200;

/** @typedef {{ kind: string, key: string, words: string }} Hint */

/** @param {HTMLElement} box */
export default function mount(box) {
  const form = box.closest("form");
  if (form) new WritingHelp(box, form).begin();
}

class WritingHelp {
  /** @param {HTMLElement} box @param {HTMLFormElement} form */
  constructor(box, form) {
    this.box = box;
    this.form = form;
    this.asks = (box.dataset.asks ?? "").split(" ");
    this.toggle = box.querySelector("[data-remarks-switch]");
    this.status = box.querySelector("[data-remarks-said]");
    /** @type {Map<string, string>} what each region shows, so that what stays is not read out again */
    this.shown = new Map();
    /** @type {AbortController | undefined} */
    this.running = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  begin() {
    this.form.addEventListener("input", (event) => {
      const name = event.target instanceof Element ? event.target.getAttribute("name") : null;
      if (name && this.asks.includes(name)) this.later();
    });
    this.toggle?.addEventListener("click", () => this.flip());
    this.form.querySelector("[data-check-words]")?.addEventListener("click", (event) => {
      event.preventDefault();
      void this.ask(true);
    });
    this.showSwitch();
  }

  later() {
    clearTimeout(this.timer);
    if (kept(OFF) !== "1") this.timer = setTimeout(() => void this.ask(false), PAUSE);
  }

  flip() {
    keep(OFF, kept(OFF) === "1" ? "" : "1");
    clearTimeout(this.timer);
    this.running?.abort();
    if (kept(OFF) === "1") for (const region of this.regions()) this.show(region, []);
    this.tell("");
    this.showSwitch();
  }

  showSwitch() {
    if (!(this.toggle instanceof HTMLElement)) return;
    this.toggle.textContent = (kept(OFF) === "1" ? this.toggle.dataset.on : this.toggle.dataset.off) ?? "";
  }

  /** @param {boolean} onPurpose by the button: then an answer is given also where there is nothing to say */
  async ask(onPurpose) {
    clearTimeout(this.timer);
    this.running?.abort();
    this.running = new AbortController();
    try {
      const response = await fetch(this.box.dataset.source ?? "", {
        method: "POST",
        body: this.said(),
        signal: this.running.signal,
        headers: { Accept: "application/json" },
      });
      if (!response.ok) throw new Error(`${response.status} for hints`);
      const { hints } = /** @type {{ hints: Record<string, Hint[]> }} */ (await response.json());
      this.take(hints, onPurpose);
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
      if (onPurpose) this.tell(say("writing_failed"));
      else console.warn("There are no hints on the words just now.", error);
    }
  }

  said() {
    const body = new URLSearchParams({ form: this.box.dataset.form ?? "" });
    for (const [name, value] of new FormData(this.form)) {
      const wanted = name === "csrfmiddlewaretoken" || this.asks.includes(name);
      if (wanted && typeof value === "string") body.append(name, value);
    }
    return body;
  }

  /** @param {Record<string, Hint[]>} hints @param {boolean} onPurpose */
  take(hints, onPurpose) {
    const dismissed = onPurpose ? [] : dismissedKeys();
    let count = 0;
    for (const region of this.regions()) {
      const left = (hints[region.dataset.remarksFor ?? ""] ?? []).filter(({ key }) => !dismissed.includes(key));
      count += left.length;
      this.show(region, left);
    }
    this.tell(!onPurpose ? "" : count ? say("writing_count", { count }) : say("writing_none"));
  }

  /** @param {HTMLElement} region @param {Hint[]} hints */
  show(region, hints) {
    const name = region.dataset.remarksFor ?? "";
    const words = JSON.stringify(hints);
    if (this.shown.get(name) === words) return;
    this.shown.set(name, words);
    const lines = hints.map((hint) => this.line(region, hint));
    region.replaceChildren(...(lines.length ? [make("ul", { class: "remarks-list" }, ...lines)] : []));
  }

  /** @param {HTMLElement} region @param {Hint} hint */
  line(region, hint) {
    const away = make("button", { type: "button", class: "button is-link" }, say("writing_dismiss"));
    away.append(make("span", { class: "visually-hidden" }, `: ${hint.words}`));
    const line = make("li", { "data-key": hint.key }, make("span", {}, hint.words), " ", away);
    away.addEventListener("click", () => {
      keep(DISMISSED, [...dismissedKeys().filter((key) => key !== hint.key), hint.key].slice(-MOST).join("\n"));
      const next = line.nextElementSibling ?? line.previousElementSibling;
      const field = this.form.elements.namedItem(region.dataset.remarksFor ?? "");
      line.remove();
      this.shown.delete(region.dataset.remarksFor ?? "");
      const goOn = next?.querySelector("button") ?? field;
      if (goOn instanceof HTMLElement) goOn.focus();
    });
    return line;
  }

  regions() {
    return /** @type {NodeListOf<HTMLElement>} */ (this.form.querySelectorAll("[data-remarks-for]"));
  }

  /** @param {string} sentence */
  tell(sentence) {
    if (this.status) this.status.textContent = sentence;
  }
}

function dismissedKeys() {
  return (kept(DISMISSED) ?? "").split("\n").filter(Boolean);
}
