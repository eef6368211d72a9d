/**
 * Response times in buckets whose bounds grow by a constant factor (as in DDSketch): counts of two histograms can be added,
 * and a percentile read from them is off by at most 5 % between 0.1 ms and 100 s.
 */
const RELATIVE_ERROR = 0.05;
const GROWTH = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
const SHORTEST_MICROS = 100;
const LONGEST_MICROS = 100_000_000;
const PER_LOG = 1 / Math.log(GROWTH);

/** Buckets of a histogram: bucket 0 is for all up to 0.1 ms, the last one for all above 100 s. */
export const BUCKETS: number = Math.ceil(Math.log(LONGEST_MICROS / SHORTEST_MICROS) * PER_LOG) + 2;

export function bucketOf(micros: number): number {
  if (micros <= SHORTEST_MICROS) return 0;
  return Math.min(BUCKETS - 1, Math.ceil(Math.log(micros / SHORTEST_MICROS) * PER_LOG));
}

/** The time that stands for a bucket's: equally far, in proportion, from both of its bounds. */
export function microsOf(bucket: number): number {
  if (bucket === 0) return SHORTEST_MICROS;
  return (SHORTEST_MICROS * 2 * GROWTH ** bucket) / (GROWTH + 1);
}

/** The time, in microseconds, that a share `p` (0 to 1) of those counted did not exceed; `null` when none was counted. */
export function percentile(counts: Uint32Array, p: number): number | null {
  let total = 0;
  for (const count of counts) total += count;
  if (total === 0) return null;
  let left = Math.max(1, Math.ceil(p * total));
  for (let bucket = 0; bucket < counts.length; bucket++) {
    left -= counts[bucket] as number;
    if (left <= 0) return microsOf(bucket);
  }
  return microsOf(BUCKETS - 1);
}
