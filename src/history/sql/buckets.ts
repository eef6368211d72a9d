/** Statistics are added up by so many milliseconds: a quarter of a day, in UTC. */
export const CELL_MS: number = 6 * 3_600_000;

/** Below it each whole millisecond is a bucket; from there to its double each two are one, to the next double each four. */
const EXACT_BELOW = 50;
/** Beyond what two dates can be apart. */
const MOST_DOUBLINGS = 48;

/** Which cell an instant is in; those before 1970 are negative. */
export function cellOf(ms: number): number {
  return Math.floor(ms / CELL_MS);
}

/**
 * The value that stands for so many whole milliseconds in what is added up: the middle of its bucket, which is never further
 * from it than 2 %; below 50 ms it is the value itself.
 */
export function bucketOf(ms: number): number {
  const size = Math.abs(ms);
  let width = 1;
  for (let end = EXACT_BELOW; size >= end && width < 2 ** MOST_DOUBLINGS; end *= 2) width *= 2;
  // No -0: it would be a key of its own.
  return ms === 0 ? 0 : Math.sign(ms) * (size - (size % width) + Math.floor(width / 2));
}

/** `bucketOf` a column, as SQL. */
export function bucketSql(column: string): string {
  const whens: string[] = [];
  for (let width = 1; width <= 2 ** MOST_DOUBLINGS; width *= 2) {
    const half = Math.floor(width / 2);
    const middle = `${column} - ${column} % ${width} + (case when ${column} < 0 then -${half} else ${half} end)`;
    whens.push(`when abs(${column}) < ${EXACT_BELOW * width} then ${middle}`);
  }
  return `case ${whens.join(" ")} else ${column} end`;
}

/** `cellOf` a column, as SQL; division of whole numbers cuts towards zero, and MySQL's does not cut at all. */
export function cellSql(column: string): string {
  const rest = `(${column} % ${CELL_MS} + ${CELL_MS}) % ${CELL_MS}`;
  return `(${column} - ${rest}) / ${CELL_MS}`;
}
