import fc from "fast-check";
import type { OverlapPolicy, RunContext } from "punctual";
import { Scheduler } from "punctual";
import { ManualClock } from "punctual/testing";
import { expect, it } from "vitest";

const START = Date.UTC(2026, 0, 1);
const FIRES = 16;
const PERIOD_MS = 1_000;
const JOBS = 25;
const ROUNDS = 400;

/** What one job does: how it overlaps, how many runs it may have, and how long each run takes. */
interface Plan {
  readonly overlap: OverlapPolicy;
  readonly maxConcurrent: number;
  readonly durations: readonly number[];
}

/** One line for everything that became of a fire. Times are milliseconds since the start. */
type Log = readonly string[];

/**
 * The policies as their documentation words them, over lists and a loop: at each instant first the runs that end, then
 * what waits, then the fire.
 */
function model({ overlap, maxConcurrent, durations }: Plan): Log {
  const log: string[] = [];
  let running: { fire: number; end: number }[] = [];
  let waiting: number[] = [];
  let starts = 0;
  const start = (fire: number, now: number): void => {
    running.push({ fire, end: now + (durations[starts++ % durations.length] ?? 0) });
    log.push(`${now} start ${fire}`);
  };
  const room = (): boolean => overlap === "allow" || running.length < maxConcurrent;
  const length = typeof overlap === "object" ? overlap.queueAll : { queueOne: 1, queueAll: 100 }[overlap as string];
  for (let now = 0; now <= FIRES * PERIOD_MS * 8; now += 50) {
    for (const run of running.filter(({ end }) => end === now)) log.push(`${now} succeeded ${run.fire}`);
    running = running.filter(({ end }) => end !== now);
    while (waiting.length > 0 && room()) start(waiting.shift() ?? 0, now);
    if (now % PERIOD_MS !== 0 || now === 0 || now > FIRES * PERIOD_MS) continue;
    if (room()) start(now, now);
    else if (overlap === "replace") {
      for (const fire of waiting) log.push(`${now} skipped ${fire}`);
      waiting = [];
      log.push(`${now} killed ${running.shift()?.fire}`);
      start(now, now);
    } else if (length !== undefined && waiting.length < length) waiting.push(now);
    else log.push(`${now} skipped ${now}`);
  }
  return log.sort();
}

async function performed(plans: readonly Plan[]): Promise<Log[]> {
  const clock = new ManualClock(START);
  const scheduler = new Scheduler({ clock, timezone: "UTC" });
  const logs = plans.map((): string[] => []);
  const note = (name: string, what: string, fireTime: number | null): void => {
    logs[Number(name)]?.push(`${clock.now() - START} ${what} ${(fireTime ?? 0) - START}`);
  };
  for (const [index, { overlap, maxConcurrent, durations }] of plans.entries()) {
    let starts = 0;
    const command = (run: RunContext<undefined>): Promise<void> => {
      const ms = durations[starts++ % durations.length] ?? 0;
      return new Promise((resolve, reject) => {
        const timer = clock.setTimer(ms, resolve);
        run.signal.addEventListener("abort", () => {
          timer.cancel();
          reject(run.signal.reason);
        });
      });
    };
    const limit = overlap === "allow" ? {} : { maxConcurrent };
    scheduler.addCronCommand("@every 1s", command, { name: String(index), overlap, maxRuns: 1_000, ...limit });
  }
  scheduler.on("run:started", ({ run }) => note(run.jobName, "start", run.fireTime));
  scheduler.on("run:finished", ({ run }) => note(run.jobName, run.outcome, run.fireTime));
  scheduler.on("run:skipped", ({ job, fireTime }) => note(job.name, "skipped", fireTime));
  scheduler.start();
  await clock.advance(FIRES * PERIOD_MS);
  for (const job of scheduler.jobs()) job.reschedule("2200-01-01T00:00:00Z");
  await clock.advance(FIRES * PERIOD_MS * 7);
  await scheduler.stop();
  return logs.map((log) => log.sort());
}

const plan: fc.Arbitrary<Plan> = fc.record({
  overlap: fc.oneof(
    fc.constantFrom<OverlapPolicy>("skip", "queueOne", "queueAll", "replace", "allow"),
    fc.integer({ min: 1, max: 5 }).map((queueAll) => ({ queueAll })),
  ),
  maxConcurrent: fc.integer({ min: 1, max: 3 }),
  // Never the length of a period: what ends and fires in the same instant has no order that is promised.
  durations: fc.array(
    fc.integer({ min: 0, max: 90 }).map((n) => n * 50 + (n % 20 === 0 ? 50 : 0)),
    {
      minLength: 1,
      maxLength: 6,
    },
  ),
});

it(`every policy does what its model does (${JOBS * ROUNDS} random jobs)`, { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(plan, { minLength: JOBS, maxLength: JOBS }), async (plans) => {
      const logs = await performed(plans);
      for (const [index, each] of plans.entries())
        expect({ each, log: logs[index] }).toEqual({ each, log: model(each) });
    }),
    { numRuns: ROUNDS },
  );
});
