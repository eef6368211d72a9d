/** A scheduler at work, 200 runs a second, while the database of its history is away for ten seconds. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { Scheduler } from "punctual";
import type { BatchProblem, HistoryRecord, SqlHistory, SqlHistoryOptions } from "punctual/history";
import { expect } from "vitest";

const JOBS = 20;
const EVERY_MS = 100;
const BEFORE_MS = 1_000;
const AFTER_MS = 1_500;

/** What a database of a test can be made to do. */
export interface Outage {
  /** How long it lasts, so that a write is found to fail. */
  readonly forMs: number;
  open(options: SqlHistoryOptions): SqlHistory;
  begin(): unknown;
  end(): unknown;
}

/** What was seen of the scheduler meanwhile. */
export interface Seen {
  readonly records: number;
  readonly runs: number;
  readonly latenessP99Ms: number;
  readonly longestBlockMs: number;
  readonly failedTries: number;
  readonly backlog: number;
}

/** Expects that nothing is lost, all is written once, and that trouble and its end are told of; prints what it was like. */
export async function expectNothingLost(name: string, { forMs, open, begin, end }: Outage): Promise<Seen> {
  const problems: BatchProblem[] = [];
  const history = open({ onProblem: (problem) => problems.push(problem) });
  const scheduler = new Scheduler({ history, timezone: "UTC" });
  const begun: string[] = [];
  const latenesses: number[] = [];
  const errors: string[] = [];
  let skips = 0;
  for (let job = 0; job < JOBS; job++) {
    const offsetMs = (job * EVERY_MS) / JOBS;
    const next = (after: number): number => (Math.floor((after - offsetMs) / EVERY_MS) + 1) * EVERY_MS + offsetMs;
    scheduler.addCronCommand(
      { next },
      async (run) => {
        begun.push(run.id);
        latenesses.push(run.latenessMs);
        await delay(5);
      },
      { name: `job-${job}` },
    );
  }
  scheduler.on("run:skipped", () => skips++);
  scheduler.on("error", ({ error }) => errors.push(error.message));
  const loop = monitorEventLoopDelay({ resolution: 5 });
  try {
    scheduler.start();
    await delay(BEFORE_MS);
    await history.flush();
    loop.enable();
    await begin();
    await delay(forMs);
    const { backlog } = history.writing;
    await end();
    await delay(AFTER_MS);
    await history.flush();
    loop.disable();
    await scheduler.stop();

    const records = await all(history);
    const runs = records.filter(({ kind }) => kind === "run");
    expect(runs.map(({ id }) => id).sort()).toEqual([...begun].sort());
    expect(new Set(begun).size).toBe(begun.length);
    expect(records.length - runs.length).toBe(skips);
    expectEveryFire(records);
    expect([errors, history.writing.dropped, history.writing.backlog]).toEqual([[], 0, 0]);
    const failed = problems.filter(({ kind }) => kind === "failed");
    expect(failed.filter((problem) => problem.kind === "failed" && problem.failures === 1)).toHaveLength(1);
    expect(problems.at(-1)).toEqual({ kind: "recovered", records: 0, failures: failed.length });
    expect(problems).toHaveLength(failed.length + 1);
    latenesses.sort((a, b) => a - b);
    const seen = {
      ...{ records: records.length, runs: runs.length, backlog, failedTries: failed.length },
      latenessP99Ms: latenesses[Math.floor(latenesses.length * 0.99)] as number,
      longestBlockMs: Math.round(loop.max / 1e6),
    };
    console.log(`${name}: ${JSON.stringify(seen)}`);
    return seen;
  } finally {
    loop.disable();
    await scheduler.stop({ grace: 0 });
    await history.close();
  }
}

async function all(history: SqlHistory): Promise<HistoryRecord[]> {
  const records: HistoryRecord[] = [];
  let cursor: string | null = null;
  do {
    const page = await history.list({ cursor, limit: 1_000, order: "oldest" });
    records.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== null);
  return records;
}

/** Each fire time of each job, from its first to its last, is there once. */
function expectEveryFire(records: readonly HistoryRecord[]): void {
  for (let job = 0; job < JOBS; job++) {
    const times = records.filter(({ jobName }) => jobName === `job-${job}`).map(({ fireTime }) => fireTime as number);
    const gaps = times.sort((a, b) => a - b).map((time, index) => time - (times[index - 1] ?? time - EVERY_MS));
    expect(gaps.filter((gap) => gap !== EVERY_MS)).toEqual([]);
  }
}

/** What a database that is asked over the network may cost at most: it is others' work that is measured on a busy machine. */
export function expectNotHeldUp({ latenessP99Ms, longestBlockMs, backlog }: Seen): void {
  expect(latenessP99Ms).toBeLessThan(250);
  expect(longestBlockMs).toBeLessThan(500);
  expect(backlog).toBeGreaterThan(1_000);
}
