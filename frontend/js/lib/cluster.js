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
  /** @type {Map<number, Group<P>[]>} kept groups by square, so that only neighbours are compared */
  const squares = new Map();
  /** @type {Group<P>[]} */
  const kept = [];
  for (const group of groups) {
    const [column, row] = [Math.floor(group.x / flag.width), Math.floor(group.y / flag.height)];
    const other = covered(squares, group, column, row, flag);
    if (other) {
      const share = group.members.length / (other.members.length + group.members.length);
      other.x += (group.x - other.x) * share;
      other.y += (group.y - other.y) * share;
      other.members.push(...group.members);
      continue;
    }
    kept.push(group);
    const key = column * ROWS + row;
    const square = squares.get(key);
    if (square) square.push(group);
    else squares.set(key, [group]);
  }
  return kept;
}

const ROWS = 2 ** 24; // more than the world has squares from north to south at the closest zoom

/**
 * The first kept group in or beside the square that `group` would cover.
 * @template {Placed} P
 * @param {Map<number, Group<P>[]>} squares @param {Group<P>} group @param {number} column @param {number} row
 * @param {{ width: number, height: number }} flag
 */
function covered(squares, group, column, row, flag) {
  for (let along = column - 1; along <= column + 1; along += 1) {
    for (let down = row - 1; down <= row + 1; down += 1) {
      for (const other of squares.get(along * ROWS + down) ?? []) {
        if (Math.abs(other.x - group.x) < flag.width && Math.abs(other.y - group.y) < flag.height) return other;
      }
    }
  }
  return undefined;
}
