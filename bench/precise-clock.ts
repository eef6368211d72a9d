/** Wall-clock time with fractions of a millisecond: `Date.now` gives whole ones, too coarse to compare two lateness. */
export function preciseNow(): number {
  return performance.now() + difference;
}

const difference = calibrate();

/** Waits for `Date.now` to step. To see it late makes the answer smaller, so the greatest of some counts. */
function calibrate(): number {
  let greatest = Number.NEGATIVE_INFINITY;
  for (let step = 0; step < 20; step++) {
    const before = Date.now();
    let wall = before;
    while (wall === before) wall = Date.now();
    greatest = Math.max(greatest, wall - performance.now());
  }
  return greatest;
}
