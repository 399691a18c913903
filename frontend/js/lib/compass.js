// Arrow keys among points on a plane: the nearest one in the direction of the key, or none.

/** @typedef {{ x: number, y: number }} Point screen pixels, y downwards */

const DIRECTIONS = /** @type {const} */ ({
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
});

/**
 * @template {Point} P
 * @param {string} key as in KeyboardEvent.key
 * @param {Point} from
 * @param {Iterable<P>} points
 * @returns {P | null} what lies within 60° of the direction, near and straight ahead first
 */
export function nearest(key, from, points) {
  if (!(key in DIRECTIONS)) return null;
  const [dx, dy] = DIRECTIONS[/** @type {keyof typeof DIRECTIONS} */ (key)];
  let best = null;
  let least = Infinity;
  for (const point of points) {
    const ahead = (point.x - from.x) * dx + (point.y - from.y) * dy;
    const aside = Math.abs((point.x - from.x) * dy) + Math.abs((point.y - from.y) * dx);
    if (ahead <= 0.5 || aside > ahead * 1.75) continue;
    const cost = ahead + 2 * aside;
    if (cost < least) {
      least = cost;
      best = point;
    }
  }
  return best;
}
