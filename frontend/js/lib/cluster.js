// Points whose flags would cover each other become one mark with a count. The same points always gather in the same
// way at the same zoom, because they are taken in their own order.

/** @typedef {{ x: number, y: number, count: number }} Placed pixels of the whole world at this zoom */

/**
 * @template {Placed} P
 * @param {P[]} points
 * @param {{ width: number, height: number }} flag what a mark covers, in pixels
 * @returns {P[][]} groups, in the order of their first point
 */
export function gather(points, flag) {
  /** @type {Group<P>[]} */
  let groups = points.map((point) => ({ x: point.x, y: point.y, members: [point] }));
  for (let before = Infinity; groups.length < before; ) {
    before = groups.length;
    groups = joined(groups, flag);
  }
  return groups.map(({ members }) => members);
}

/**
 * @template {Placed} P
 * @typedef {{ x: number, y: number, members: P[] }} Group its middle, and who is in it
 */

/**
 * Every group taken into an earlier one that it would cover; middles move, so that it may be worth another round.
 * @template {Placed} P
 * @param {Group<P>[]} groups
 * @param {{ width: number, height: number }} flag
 */
function joined(groups, flag) {
  /** @type {Map<string, Group<P>[]>} kept groups by square, so that only neighbours are compared */
  const squares = new Map();
  /** @type {Group<P>[]} */
  const kept = [];
  for (const group of groups) {
    const [column, row] = [Math.floor(group.x / flag.width), Math.floor(group.y / flag.height)];
    const other = AROUND.flatMap(([along, down]) => squares.get(`${column + along}:${row + down}`) ?? []).find(
      ({ x, y }) => Math.abs(x - group.x) < flag.width && Math.abs(y - group.y) < flag.height,
    );
    if (other) {
      other.members.push(...group.members);
      other.x = mean(other.members.map(({ x }) => x));
      other.y = mean(other.members.map(({ y }) => y));
      continue;
    }
    kept.push(group);
    const key = `${column}:${row}`;
    squares.set(key, [...(squares.get(key) ?? []), group]);
  }
  return kept;
}

const AROUND = [-1, 0, 1].flatMap((along) => [-1, 0, 1].map((down) => [along, down]));

/** @param {number[]} numbers */
const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
