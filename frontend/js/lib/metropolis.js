// Where a map opens: on the metropolis with the most of it, so that a few things elsewhere do not shrink it to a dot.

/** @typedef {{ lat: number, lon: number, weight: number }} Place degrees, and how much stands there */

const SQUARE = 0.3; // degrees of latitude, about 33 km; of longitude half as many again
const REACH = 45; // kilometres from its middle that still belong to a metropolis
const KM_PER_DEGREE = 111.2;

/**
 * @template {Place} P
 * @param {P[]} places
 * @returns {P[]} those of the metropolis with the most weight; all of them when there is none
 */
export function metropolis(places) {
  /** @type {Map<string, number>} */
  const squares = new Map();
  for (const place of places) {
    const { row, column } = squareOf(place);
    for (const [down, along] of AROUND) {
      const key = `${row + down}:${column + along}`;
      squares.set(key, (squares.get(key) ?? 0) + place.weight);
    }
  }
  const [best] = [...squares].sort(([, a], [, b]) => b - a);
  if (!best) return places;
  const [row, column] = best[0].split(":").map(Number);
  const core = places.filter((place) => {
    const square = squareOf(place);
    return Math.abs(square.row - row) <= 1 && Math.abs(square.column - column) <= 1;
  });
  const middle = { lat: median(core.map(({ lat }) => lat)), lon: median(core.map(({ lon }) => lon)) };
  return places.filter((place) => kilometres(middle, place) <= REACH);
}

const AROUND = [-1, 0, 1].flatMap((down) => [-1, 0, 1].map((along) => [down, along]));

/** @param {Place} place */
function squareOf({ lat, lon }) {
  return { row: Math.floor(lat / SQUARE), column: Math.floor(lon / (SQUARE * 1.5)) };
}

/** On a plane, which is near enough within a metropolis.
 * @param {{ lat: number, lon: number }} a @param {{ lat: number, lon: number }} b */
function kilometres(a, b) {
  const along = (a.lon - b.lon) * Math.cos((a.lat * Math.PI) / 180);
  return Math.hypot(a.lat - b.lat, along) * KM_PER_DEGREE;
}

/** @param {number[]} numbers */
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
