// What is near, on the front door. The browser remembers the area; the server learns it only as the question that brings
// the list, and only where it is asked: on a click, and then at every later visit.
import htmx from "../lib/htmx.js";
import { AREA, keep, kept } from "../lib/remembered.js";
import { whereAmI } from "../lib/whereabouts.js";
import { say } from "../lib/words.js";

const DECIMALS = 2; // of a degree, about a kilometre: nothing finer leaves the browser
const QUESTION = /^(area|near)=/;

/** @param {HTMLElement} box */
export default function mount(box) {
  new Near(box).begin();
}

class Near {
  /** @param {HTMLElement} box */
  constructor(box) {
    this.box = box;
    this.form = /** @type {HTMLFormElement} */ (box.querySelector("[data-near-form]"));
    this.field = /** @type {HTMLInputElement} */ (this.form.elements.namedItem("area"));
  }

  begin() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const area = this.field.value.trim();
      if (area) void this.show(new URLSearchParams({ area }).toString(), true);
      else this.field.focus();
    });
    this.part("here")?.querySelector("button")?.addEventListener("click", () => this.useHere());
    this.part("change")?.addEventListener("click", () => this.change());
    this.part("forget")?.addEventListener("click", () => this.forget());
    for (const name of ["htmx:responseError", "htmx:sendError"]) {
      this.box.addEventListener(name, () => this.tell(say("near_away")));
    }
    const question = kept(AREA) ?? "";
    if (QUESTION.test(question)) void this.show(question, false);
  }

  /** @param {string} question @param {boolean} onPurpose then it is remembered, and the focus goes to the answer */
  async show(question, onPurpose) {
    this.tell("");
    const things = this.box.querySelector("#near-things");
    if (!things) return;
    const address = `${this.box.dataset.source ?? ""}?${question}`;
    await htmx.ajax("get", address, { source: this.box, target: things, swap: "outerHTML" }).catch(() => undefined);
    const answer = this.box.querySelector("#near-things");
    if (!answer || answer === things) return;
    const isPlace = answer.hasAttribute("data-near-place");
    if (isPlace && onPurpose) keep(AREA, question);
    if (!isPlace && kept(AREA) === question) keep(AREA, "");
    this.field.value = new URLSearchParams(question).get("area") ?? "";
    this.choose(!isPlace);
    if (onPurpose) /** @type {HTMLElement | null} */ (answer.querySelector("[data-near-title]"))?.focus();
  }

  useHere() {
    this.tell(say("near_looking"));
    whereAmI(DECIMALS, (place) => void this.show(`near=${place}`, true), () => this.tell(say("start_unknown")));
  }

  change() {
    this.choose(true);
    this.field.focus();
    this.field.select();
  }

  forget() {
    keep(AREA, "");
    this.box.querySelector("#near-things")?.replaceChildren();
    this.field.value = "";
    this.choose(true);
    this.field.focus();
    this.tell(say("near_forgotten"));
  }

  /** @param {boolean} isOpen whether a place can be chosen, or stands there to be changed */
  choose(isOpen) {
    this.form.hidden = !isOpen;
    const [here, chosen] = [this.part("here"), this.part("chosen")];
    if (here) here.hidden = !isOpen;
    if (chosen) chosen.hidden = isOpen && !kept(AREA);
  }

  /** @param {string} name @returns {HTMLElement | null} */
  part(name) {
    return this.box.querySelector(`[data-near-${name}]`);
  }

  /** @param {string} sentence */
  tell(sentence) {
    const status = this.part("status");
    if (status) status.textContent = sentence;
  }
}
