/**
 * Say so on the page when the browser gives no passkey: allauth's program tells only the console.
 * Its event is `allauth.error` on the document, cancelled by whoever has told the person.
 */
export function tellOfRefusedPasskeys() {
  const said = document.querySelector("[data-passkey-refused]");
  if (!(said instanceof HTMLElement)) return;
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    said.hidden = false;
  });
  // A second try that fails is told anew, and one that works is not contradicted.
  document.addEventListener("click", (event) => {
    if (event.target instanceof HTMLButtonElement) said.hidden = true;
  });
}
