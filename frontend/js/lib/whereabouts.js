// Where somebody is, as their browser says when they ask for it on a click.
const ENOUGH = 10_000; // milliseconds to find out
const OLD = 600_000; // milliseconds after which it is found out anew

/**
 * @param {number} decimals of a degree: nothing finer is handed on
 * @param {(place: string) => void} found latitude and longitude
 * @param {() => void} unknown the browser cannot say, or they do not want it to
 */
export function whereAmI(decimals, found, unknown) {
  if (!navigator.geolocation) {
    unknown();
    return;
  }
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => found(`${coords.latitude.toFixed(decimals)},${coords.longitude.toFixed(decimals)}`),
    unknown,
    { timeout: ENOUGH, maximumAge: OLD },
  );
}
