// The shell of every page: fragments, live pokes, islands. Everything here improves pages that work without it.
import "./lib/htmx.js";
import "htmx-ext-ws";

import { keepFolds } from "./lib/folds.js";
import { mountIslands } from "./lib/island.js";
import { startLive } from "./lib/live.js";
import { watchLists } from "./lib/live-list.js";
import { startOffline } from "./lib/offline.js";
import { listenForStart } from "./lib/start.js";
import { forgetAreaOnSigningOut } from "./lib/remembered.js";
import { tellOfRefusedPasskeys } from "./lib/passkeys.js";

document.documentElement.classList.add("js");

/** A page that came back with errors opens at their summary. */
function focusErrors() {
  const summary = document.querySelector("[data-focus-first]");
  if (summary instanceof HTMLElement) summary.focus();
}

mountIslands(document);
watchLists();
startLive();
keepFolds();
listenForStart();
startOffline();
forgetAreaOnSigningOut();
focusErrors();
tellOfRefusedPasskeys();
