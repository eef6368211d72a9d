/** Statistics are added up by so many milliseconds: a quarter of a day, in UTC. */
export const CELL_MS: number = 6 * 3_600_000;
/** How many cells are added up together: each one for itself, and sixteen days. */
export const SPANS: readonly number[] = [1, 64];

/** Below it each whole millisecond is a bucket; from there to its double each two are one, to the next double each four. */
const EXACT_BELOW = 50;
const PER_DOUBLING = EXACT_BELOW / 2;
/** Beyond what two dates can be apart. */
const MOST_DOUBLINGS = 48;
/** No bucket is further from 0. */
export const LAST_BUCKET: number = EXACT_BELOW + PER_DOUBLING * MOST_DOUBLINGS;

/** Which cell an instant is in, of cells that are so many together; those before 1970 are negative. */
export function cellOf(ms: number, span = 1): number {
  return Math.floor(ms / (CELL_MS * span));
}

/** The number of the bucket that so many whole milliseconds are in. */
export function bucketOf(ms: number): number {
  const size = Math.abs(ms);
  let bucket = size;
  if (size >= EXACT_BELOW) {
    let [doublings, start] = [1, EXACT_BELOW];
    while (size >= 2 * start && doublings < MOST_DOUBLINGS) [doublings, start] = [doublings + 1, 2 * start];
    const place = Math.min(PER_DOUBLING - 1, Math.floor((size - start) / 2 ** doublings));
    bucket = EXACT_BELOW + PER_DOUBLING * (doublings - 1) + place;
  }
  return ms < 0 ? -bucket : bucket;
}

/** The middle of a bucket, in milliseconds: never further than 2 % from what is in it, and below 50 ms just that. */
export function middleOf(bucket: number): number {
  const size = Math.abs(bucket);
  if (size < EXACT_BELOW) return bucket;
  const place = (size - EXACT_BELOW) % PER_DOUBLING;
  const doublings = (size - EXACT_BELOW - place) / PER_DOUBLING + 1;
  const width = 2 ** doublings;
  const middle = EXACT_BELOW * 2 ** (doublings - 1) + place * width + width / 2;
  return bucket < 0 ? -middle : middle;
}

/** Cells of one span, from one to before another; `null` where there is no bound. */
export interface CellRange {
  readonly span: number;
  readonly from: number | null;
  readonly to: number | null;
}

/** A range of single cells as few ranges, in the middle of the largest that there are. */
export function rangesOf(from: number | null, to: number | null): CellRange[] {
  const ranges: CellRange[] = [];
  let rest = { span: 1, from, to };
  for (const span of SPANS.slice(1)) {
    const many = span / rest.span;
    const inner = {
      span,
      from: rest.from === null ? null : Math.ceil(rest.from / many),
      to: rest.to === null ? null : Math.floor(rest.to / many),
    };
    if (inner.from !== null && inner.to !== null && inner.from >= inner.to) break;
    if (rest.from !== null && inner.from !== null) ranges.push({ ...rest, to: inner.from * many });
    if (rest.to !== null && inner.to !== null) ranges.push({ ...rest, from: inner.to * many });
    rest = inner;
  }
  return [...ranges, rest].filter((range) => range.from === null || range.to === null || range.from < range.to);
}
