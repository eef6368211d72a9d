/** What a chaos test prints: figures, of which none is a promise. */
import type { ChaosRecord } from "./accounting.js";
import { cutStarts, fireTimes, leftForGood, livedThrough, skipsOf } from "./accounting.js";
import type { Conductor, Kill } from "./conductor.js";
import type { Start } from "./records.js";

export interface ChaosReport {
  readonly fires: number;
  readonly started: number;
  readonly figures: Readonly<Record<string, number | null>>;
  /** How many fires were left out by each reason, over all processes. */
  readonly skips: Readonly<Record<string, number>>;
  /** What became of the fires that nobody has started: how many have which reasons on record. */
  readonly notStarted: Readonly<Record<string, number>>;
}

export function reportOf(record: ChaosRecord, { done, kills }: Conductor): ChaosReport {
  const { starts } = record;
  const times = fireTimes(starts);
  const takeOvers = takeOversOf(kills, starts);
  const notStarted = reasonsOfNotStarted(record, times);
  const ofEnded = recoveredOfEnded(record);
  const started = new Set(starts.map(({ fireTime }) => fireTime)).size;
  return {
    fires: times.length,
    started,
    figures: {
      fires: times.length,
      started,
      starts: starts.length,
      "starts that were cut": cutStarts(starts, record.lives).length,
      "never gone on with": record.recover ? leftForGood(starts, record.lives).length : null,
      recovered: starts.filter(({ attempt }) => attempt > 1).length,
      "recovered before they ended after all": ofEnded.before,
      "recovered after they had ended": ofEnded.after,
      "fires that nobody lived through": times.filter((time) => !isLivedThrough(record, time)).length,
      "fires on nobody's record": notStarted["on nobody's record"] ?? 0,
      kills: kills.length,
      "kills of the last starter": kills.filter(({ hadStartedLast }) => hadStartedLast).length,
      stalls: done.stall,
      stops: done.stop,
      restarts: done.restart,
      "clocks set": done.clock,
      "Redis restarts": done.crashStore,
      "Redis pauses": done.pauseStore,
      "largest gap between starts, ms": largestGap(starts),
      "take-over p50, ms": takeOvers[Math.floor((takeOvers.length - 1) / 2)] ?? null,
      "take-over worst, ms": takeOvers.at(-1) ?? null,
    },
    skips: tally(record.lives.flatMap((life) => [...skipsOf(life).values()])),
    notStarted,
  };
}

export function show(title: string, { figures, skips, notStarted }: ChaosReport): void {
  console.log(title);
  console.table(figures);
  console.log(`skips by reason: ${JSON.stringify(skips)}`);
  console.log(`fires that nobody has started, by the reasons on record: ${JSON.stringify(notStarted)}`);
}

function reasonsOfNotStarted({ starts, lives }: ChaosRecord, times: readonly number[]): Record<string, number> {
  const started = new Set(starts.map(({ fireTime }) => fireTime));
  const skips = lives.map(skipsOf);
  const left = times.filter((time) => !started.has(time));
  return tally(
    left.map((time) => {
      const reasons = new Set(skips.flatMap((reasonOf) => reasonOf.get(time) ?? []));
      return reasons.size === 0 ? "on nobody's record" : [...reasons].sort().join("+");
    }),
  );
}

function isLivedThrough({ lives }: ChaosRecord, time: number): boolean {
  return lives.some((life) => {
    const { afterMs, toMs } = livedThrough(life);
    return time > afterMs && time <= toMs;
  });
}

/**
 * Attempts that followed one whose command came to its end: before that (it stood still, and its lease was over), or after
 * it, when the store had not heard of the end.
 */
function recoveredOfEnded({ starts, lives }: ChaosRecord): { readonly before: number; readonly after: number } {
  const ended = new Map<string, number>();
  for (const line of lives.flatMap(({ lines }) => lines)) {
    if (line.kind === "ended") ended.set(`${line.fireTime} ${line.attempt}`, line.at);
  }
  const gaps = starts.flatMap(({ fireTime, attempt, at }) => {
    const endedAt = ended.get(`${fireTime} ${attempt - 1}`);
    return endedAt === undefined ? [] : [at - endedAt];
  });
  return { before: gaps.filter((gap) => gap < 0).length, after: gaps.filter((gap) => gap >= 0).length };
}

function largestGap(starts: readonly Start[]): number {
  const instants = starts.map(({ at }) => at).sort((one, other) => one - other);
  return Math.max(0, ...instants.map((at, index) => at - (instants[index - 1] ?? at)));
}

/** How long after the death of who had started last another one has started something, shortest first. */
function takeOversOf(kills: readonly Kill[], starts: readonly Start[]): readonly number[] {
  const times = kills.flatMap((kill) => {
    const after = starts.filter(({ at, pid }) => at > kill.at && pid !== kill.pid).map(({ at }) => at - kill.at);
    return kill.hadStartedLast && after.length > 0 ? Math.min(...after) : [];
  });
  return times.sort((one, other) => one - other);
}

function tally(keys: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}
