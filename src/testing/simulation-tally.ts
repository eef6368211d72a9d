import type { Outcome, SkipReason } from "../history/record.js";
import type { SimulatedCounts } from "./simulation-records.js";

/** Counts what becomes of the fires of one job. */
export class SimulationTally {
  fires = 0;
  runs = 0;
  missed = 0;
  waiting = 0;
  succeeded = 0;
  attempts = 0;
  busyMs = 0;
  longestMs = 0;
  worstLatenessMs = 0;
  readonly skipped: Partial<Record<SkipReason, number>> = {};
  readonly unsuccessful: Partial<Record<Outcome, number>> = {};

  start(ofSchedule: boolean, latenessMs: number): void {
    this.runs++;
    this.attempts++;
    if (!ofSchedule) return;
    this.fires++;
    if (latenessMs > this.worstLatenessMs) this.worstLatenessMs = latenessMs;
  }

  skip(reason: SkipReason): void {
    this.skipped[reason] = (this.skipped[reason] ?? 0) + 1;
  }

  end(outcome: Outcome): void {
    if (outcome === "succeeded") this.succeeded++;
    else this.unsuccessful[outcome] = (this.unsuccessful[outcome] ?? 0) + 1;
  }

  took(ms: number): void {
    this.busyMs += ms;
    if (ms > this.longestMs) this.longestMs = ms;
  }

  counts(overlaps: number, mostRuns: number): SimulatedCounts {
    const { fires, runs, missed, waiting, attempts, busyMs, longestMs, worstLatenessMs } = this;
    const { skipped, succeeded, unsuccessful } = this;
    const outcomes = succeeded > 0 ? { succeeded, ...unsuccessful } : unsuccessful;
    const unfinished = runs - Object.values(outcomes).reduce((sum, count) => sum + count, 0);
    return {
      ...{ fires, runs, skipped, missed, waiting, outcomes, unfinished, attempts, overlaps, mostRuns },
      ...{ busyMs, longestMs, worstLatenessMs },
    };
  }
}

/** The counts of all jobs together; `mostRuns` is of all, and no sum. */
export function totalOf(counts: readonly SimulatedCounts[], mostRuns: number): SimulatedCounts {
  const sum = (of: (each: SimulatedCounts) => number): number => counts.reduce((total, each) => total + of(each), 0);
  const most = (of: (each: SimulatedCounts) => number): number =>
    counts.reduce((greatest, each) => Math.max(greatest, of(each)), 0);
  return {
    fires: sum(({ fires }) => fires),
    runs: sum(({ runs }) => runs),
    skipped: sumByKey(counts.map(({ skipped }) => skipped)),
    missed: sum(({ missed }) => missed),
    waiting: sum(({ waiting }) => waiting),
    outcomes: sumByKey(counts.map(({ outcomes }) => outcomes)),
    unfinished: sum(({ unfinished }) => unfinished),
    attempts: sum(({ attempts }) => attempts),
    overlaps: sum(({ overlaps }) => overlaps),
    mostRuns,
    busyMs: sum(({ busyMs }) => busyMs),
    longestMs: most(({ longestMs }) => longestMs),
    worstLatenessMs: most(({ worstLatenessMs }) => worstLatenessMs),
  };
}

function sumByKey<K extends string>(all: readonly Readonly<Partial<Record<K, number>>>[]): Partial<Record<K, number>> {
  const total: Partial<Record<K, number>> = {};
  for (const each of all) {
    for (const key of Object.keys(each) as K[]) total[key] = (total[key] ?? 0) + (each[key] ?? 0);
  }
  return total;
}
