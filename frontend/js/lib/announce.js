// What moved is said once, politely and grouped, in #live-status.

const GATHER = 1500; // milliseconds: what happens within them is one sentence

/** @type {string[]} */
let waiting = [];
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** @param {string} sentence */
export function announce(sentence) {
  if (!waiting.includes(sentence)) waiting.push(sentence);
  timer ??= setTimeout(speak, GATHER);
}

function speak() {
  const region = document.getElementById("live-status");
  if (region) region.textContent = waiting.join(" ");
  waiting = [];
  timer = undefined;
}
