/** Pure: what is wrong with what the processes have written down. */
import type { SkipReason } from "../../../src/history/record.js";
import type { Stall } from "./life.js";
import type { LifeLine, Start } from "./records.js";
import { EVERY_MS, MAX_ATTEMPTS, MAX_OFFSET_MS } from "./records.js";

/** One process, and what it has written down. */
export interface LifeRecord {
  readonly node: string;
  readonly pid: number;
  /** When it was killed; `null` for one that was stopped in order. */
  readonly cutAt: number | null;
  readonly stalls: readonly Stall[];
  readonly crash: string | null;
  readonly lines: readonly LifeLine[];
}

export interface ChaosRecord {
  readonly recover: boolean;
  /** In the order in which they were written. */
  readonly starts: readonly Start[];
  readonly lives: readonly LifeRecord[];
}

/** What must not be; each list is empty when all is well. */
export interface Faults {
  /** Fires with more than one first attempt. */
  readonly doubles: readonly string[];
  /** Attempts that repeat, go back, or are too many, and tokens of a fire that do not grow with them. */
  readonly attempts: readonly string[];
  /** Tokens that were given twice. */
  readonly tokens: readonly string[];
  /** First attempts of which a later one, by token, is of an earlier fire. */
  readonly order: readonly string[];
  /** Fires that a process has lived through without having them on record. */
  readonly unaccounted: readonly string[];
  /** Fires that one process has on record twice. */
  readonly repeated: readonly string[];
  /** Attempts that were cut, and that nobody has gone on with. */
  readonly unrecovered: readonly string[];
  readonly crashes: readonly string[];
  readonly errors: readonly string[];
}

/** How long after its fire time, by its process's clock, a fire may be undecided: a store that is mended has to be asked. */
const DECIDED_MS = 5_000;

export function findFaults(record: ChaosRecord): Faults {
  const { starts, lives, recover } = record;
  const byToken = [...starts].sort((one, other) => one.token - other.token);
  return {
    doubles: doubles(starts),
    attempts: wrongAttempts(byToken, recover),
    tokens: byToken.filter(({ token }, index) => byToken[index - 1]?.token === token).map(show),
    order: disorder(byToken),
    unaccounted: lives.flatMap((life) => unaccounted(life, starts)),
    repeated: lives.flatMap((life) => repeated(life, starts)),
    unrecovered: recover ? unrecovered(starts, lives) : [],
    crashes: lives.flatMap(({ crash }) => crash ?? []),
    errors: lives.flatMap(({ lines }) => lines.flatMap((line) => (line.kind === "error" ? line.message : []))),
  };
}

/** Every fire time from the first that was started to the last. */
export function fireTimes(starts: readonly Start[]): readonly number[] {
  const times = starts.map(({ fireTime }) => fireTime);
  const first = Math.min(...times);
  const count = times.length === 0 ? 0 : (Math.max(...times) - first) / EVERY_MS + 1;
  return Array.from({ length: count }, (_, index) => first + index * EVERY_MS);
}

/** The fire times that a process has come to for certain, and has had the time to decide: after the one, up to the other. */
export function livedThrough(life: LifeRecord): { readonly afterMs: number; readonly toMs: number } {
  const { lines, cutAt } = life;
  const born = lines.find((line) => line.kind === "born");
  const stopping = lines.find((line) => line.kind === "stopping");
  // What had come due when it was told to stop is on record when it has stopped, however little time that took.
  const toMs = cutAt === null ? (stopping?.clock ?? 0) : decidedBefore(life, cutAt) - MAX_OFFSET_MS;
  return { afterMs: born?.clock ?? Number.POSITIVE_INFINITY, toMs };
}

export function skipsOf(life: LifeRecord): ReadonlyMap<number, SkipReason> {
  return new Map(life.lines.flatMap((line) => (line.kind === "skipped" ? [[line.fireTime, line.reason]] : [])));
}

/** What had come due by then was decided before it was killed: it had the time, and the store's answers. */
function decidedBefore(life: LifeRecord, cutAt: number): number {
  let before = cutAt - DECIDED_MS;
  const idle = [...disturbancesOf({ ...life, cutAt: null })].sort((one, other) => other.to - one.to);
  for (const { from, to } of idle) {
    if (to > before) before = Math.min(before, from - DECIDED_MS);
  }
  return before;
}

function doubles(starts: readonly Start[]): readonly string[] {
  const first = starts.filter(({ attempt }) => attempt === 1);
  return [...groups(first).values()].filter(({ length }) => length > 1).map((lines) => lines.map(show).join(" and "));
}

function wrongAttempts(byToken: readonly Start[], recover: boolean): readonly string[] {
  const most = recover ? MAX_ATTEMPTS : 1;
  // In the order of their tokens, attempts have to rise.
  const isWrong = (attempts: readonly number[]): boolean =>
    attempts.some((attempt, index) => attempt > most || attempt <= (attempts[index - 1] ?? 0));
  return [...groups(byToken).values()]
    .filter((lines) => isWrong(lines.map(({ attempt }) => attempt)))
    .map((lines) => lines.map(show).join(" and "));
}

function disorder(byToken: readonly Start[]): readonly string[] {
  const first = byToken.filter(({ attempt }) => attempt === 1);
  return first.flatMap((start, index) => {
    const before = first[index - 1];
    return before === undefined || before.fireTime < start.fireTime ? [] : `${show(start)} after ${show(before)}`;
  });
}

function unaccounted(life: LifeRecord, starts: readonly Start[]): readonly string[] {
  const { afterMs, toMs } = livedThrough(life);
  const skips = skipsOf(life);
  const own = new Set(startsOf(life, starts).map(({ fireTime }) => fireTime));
  const missing = fireTimes(starts).filter(
    (time) => time > afterMs && time <= toMs && !skips.has(time) && !own.has(time),
  );
  return missing.map(
    (time) => `${time} by ${life.node} (${life.pid}), at work after ${afterMs} up to ${toMs}, ${endOf(life)}`,
  );
}

function endOf({ cutAt }: LifeRecord): string {
  return cutAt === null ? "stopped in order" : `killed at ${cutAt}`;
}

/** A fire that it has skipped it may start in the place of others: what a hold has kept them from, or a dead one has left. */
function repeated(life: LifeRecord, starts: readonly Start[]): readonly string[] {
  const skipped = life.lines.flatMap((line) => (line.kind === "skipped" ? [line.fireTime] : []));
  const started = startsOf(life, starts).flatMap(({ fireTime, attempt }) => (attempt === 1 ? [fireTime] : []));
  return [...twiceIn(skipped), ...twiceIn(started)].map((time) => `${time} by ${life.node} (${life.pid})`);
}

function twiceIn(times: readonly number[]): readonly number[] {
  return times.filter((time, index) => times.indexOf(time) < index);
}

/** Starts whose command has not come to its end. */
export function cutStarts(starts: readonly Start[], lives: readonly LifeRecord[]): readonly Start[] {
  const ended = new Set<string>();
  for (const { pid, lines } of lives) {
    for (const line of lines) if (line.kind === "ended") ended.add(`${pid} ${line.fireTime} ${line.attempt}`);
  }
  return starts.filter(({ pid, fireTime, attempt }) => !ended.has(`${pid} ${fireTime} ${attempt}`));
}

/** Cut starts that nobody has gone on with. */
export function leftForGood(starts: readonly Start[], lives: readonly LifeRecord[]): readonly Start[] {
  const last = new Set([...groups(starts).values()].map((lines) => lines.at(-1)));
  return cutStarts(starts, lives).filter((start) => last.has(start) && start.attempt < MAX_ATTEMPTS);
}

/**
 * What was cut comes before any later fire. Unless the store was out meanwhile, or another process was killed or stood still:
 * then a right may have been given to who did not hear of it in time, and that counts as an attempt.
 */
function unrecovered(starts: readonly Start[], lives: readonly LifeRecord[]): readonly string[] {
  return leftForGood(starts, lives)
    .filter((start) => {
      const untilMs = Math.min(...starts.filter(({ token }) => token > start.token).map(({ at }) => at));
      const others = lives.filter(({ pid }) => pid !== start.pid);
      return !others.flatMap(disturbancesOf).some(({ from, to }) => to >= start.at && from <= untilMs);
    })
    .map(show);
}

function disturbancesOf({ lines, stalls, cutAt }: LifeRecord): readonly Stall[] {
  const instants = lines.flatMap(({ kind, at }) => (kind === "unavailable" ? [at] : []));
  if (cutAt !== null) instants.push(cutAt);
  return [...stalls, ...instants.map((at) => ({ from: at, to: at }))];
}

function startsOf({ pid, node }: LifeRecord, starts: readonly Start[]): readonly Start[] {
  return starts.filter((start) => start.pid === pid && start.node === node);
}

function groups(starts: readonly Start[]): ReadonlyMap<number, readonly Start[]> {
  const found = new Map<number, Start[]>();
  for (const start of starts) found.set(start.fireTime, [...(found.get(start.fireTime) ?? []), start]);
  return found;
}

function show({ fireTime, attempt, token, node, pid, at }: Start): string {
  return `${fireTime} attempt ${attempt} token ${token} by ${node} (${pid}) at ${at}`;
}
