import type { CheckedQuery } from "../query.js";
import { CELL_MS } from "./buckets.js";
import type { Builder, Steps } from "./store.js";
import { rowsOf } from "./store.js";
import { keyOf } from "./text-code.js";

/** A stretch of time whose records are all there; `null` where it has no bound. */
export interface Span {
  readonly fromMs: number | null;
  /** Not included. */
  readonly toMs: number | null;
}

/** What is added up for some jobs to answer for a window. */
export interface StatsWindow {
  /** The keys of the jobs; `null` for all. */
  readonly jobs: readonly string[] | null;
  /** Whole cells, whose totals are known; `null` when there is none in the window. */
  readonly cells: { readonly from: number | null; readonly to: number | null } | null;
  /** What is before and after those: its records are read. */
  readonly ends: readonly Span[];
  /** The window itself, where all its records are there. */
  readonly whole: Span | null;
}

type Asked = Pick<CheckedQuery, "jobs" | "fromMs" | "toMs">;

/** Beyond any date. */
const FAR_MS = 9e15;

/** One window for all jobs that are asked for, or several where some have forgotten more than others. */
export function* windowsOf(builder: Builder, { jobs, fromMs, toMs }: Asked): Steps<StatsWindow[]> {
  const span = { fromMs: fromMs === null ? null : Math.ceil(fromMs), toMs: toMs === null ? null : Math.ceil(toMs) };
  const keys = jobs === null ? null : [...jobs].map(keyOf);
  const forgotten = yield* forgottenSteps(builder, keys);
  if (![...forgotten.values()].some((beforeMs) => cuts(span, beforeMs))) return [windowOf(keys, span, -FAR_MS)];
  // Not `??`: what makes CommonJS of it would put the `yield` into a function of its own.
  const all = keys === null ? yield* allJobs(builder) : keys;
  const groups = new Map<string, { readonly jobs: string[]; readonly beforeMs: number }>();
  for (const job of all) {
    const beforeMs = forgotten.get(job) ?? -FAR_MS;
    const group = JSON.stringify(windowOf(null, span, beforeMs));
    const known = groups.get(group);
    if (known === undefined) groups.set(group, { jobs: [job], beforeMs });
    else known.jobs.push(job);
  }
  return [...groups.values()].map((group) => windowOf(group.jobs, span, group.beforeMs));
}

/** Where records are gone, the window begins or ends where the nearest cell does. */
function windowOf(jobs: readonly string[] | null, { fromMs, toMs }: Span, beforeMs: number): StatsWindow {
  const hasStart = (fromMs ?? -FAR_MS) >= beforeMs;
  const hasEnd = hasStart || (toMs !== null && Math.floor(toMs / CELL_MS) * CELL_MS >= beforeMs);
  const whole = hasStart ? { fromMs, toMs } : null;
  const from = fromMs === null ? null : (hasStart ? Math.ceil : Math.round)(fromMs / CELL_MS);
  const to = toMs === null ? null : (hasEnd ? Math.floor : Math.round)(toMs / CELL_MS);
  // Within one cell, or from one into the next.
  if (whole !== null && from !== null && to !== null && from >= to) return { jobs, cells: null, ends: [whole], whole };
  const ends: Span[] = [];
  if (hasStart && fromMs !== null && from !== null) ends.push({ fromMs, toMs: from * CELL_MS });
  if (hasEnd && toMs !== null && to !== null) ends.push({ fromMs: to * CELL_MS, toMs });
  const isEmpty = from !== null && to !== null && from >= to;
  return { jobs, cells: isEmpty ? null : { from, to }, ends: ends.filter((end) => end.fromMs !== end.toMs), whole };
}

/** Whether a window has to take account of what a job has forgotten. */
function cuts({ fromMs }: Span, beforeMs: number): boolean {
  return beforeMs > (fromMs ?? -FAR_MS);
}

function* forgottenSteps(builder: Builder, keys: readonly string[] | null): Steps<Map<string, number>> {
  const rows = yield* rowsOf(
    builder
      .selectFrom("forgotten")
      .selectAll()
      .$if(keys !== null, (select) => select.where("job_name", "in", keys ?? [])),
  );
  return new Map(rows.map((row) => [row.job_name, Number(row.before_ms)]));
}

function* allJobs(builder: Builder): Steps<string[]> {
  const rows = yield* rowsOf(builder.selectFrom("counts").select("job_name").distinct());
  return rows.map((row) => row.job_name);
}
