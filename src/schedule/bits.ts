/**
 * A set of small numbers, 0 to 59, as two 32-bit words. Sets are compared with the wall clock a million times a second,
 * and a job keeps six of them: words are faster than tables and a tenth of their size.
 */
export interface BitSet {
  readonly low: number;
  readonly high: number;
}

/** No number found. */
export const NONE: number = -1;

/** The set of the given numbers, each 0 to 63. */
export function bitSet(values: Iterable<number>): BitSet {
  let low = 0;
  let high = 0;
  for (const value of values) {
    if (value < 32) low |= 1 << value;
    else high |= 1 << (value - 32);
  }
  return { low, high };
}

export function hasBit(set: BitSet, value: number): boolean {
  return ((value < 32 ? set.low >>> value : set.high >>> (value - 32)) & 1) === 1;
}

/** The least number of the set that is `from` or more (`from` at most 63), or NONE. */
export function nextBit(set: BitSet, from: number): number {
  if (from < 32) {
    const low = set.low & (-1 << from);
    if (low !== 0) return lowestBit(low);
    return set.high === 0 ? NONE : 32 + lowestBit(set.high);
  }
  const high = set.high & (-1 << (from - 32));
  return high === 0 ? NONE : 32 + lowestBit(high);
}

/** The index of the lowest bit of a word that is not 0. */
export function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}
