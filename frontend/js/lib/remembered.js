// What this browser remembers for its reader and no server is told.

export const AREA = "flotilla-near"; // the question that brings what is near: "area=Camden" or "near=51.54,-0.14"

/** @param {string} name */
export function kept(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // storage may be forbidden: then a choice lasts as long as it takes
  }
}

/** @param {string} name @param {string} value nothing: it is forgotten */
export function keep(name, value) {
  try {
    if (value) localStorage.setItem(name, value);
    else localStorage.removeItem(name);
  } catch {
    // as above
  }
}

/** Whoever uses this browser next does not find where somebody looked. */
export function forgetAreaOnSigningOut() {
  document.addEventListener("submit", ({ target }) => {
    // A control that is called “action” hides the property of that name.
    const action = target instanceof HTMLFormElement ? target.getAttribute("action") : null;
    if (action && new URL(action, location.href).pathname === "/accounts/logout/") keep(AREA, "");
  });
}
