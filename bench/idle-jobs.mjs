/**
 * Registers jobs that are due in days, waits, and prints what the waiting cost. Plain JavaScript in a process of its own:
 * a compiler for TypeScript in the process would cost more while idle than what is measured.
 */
import { PerformanceObserver } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";

const [name, jobs, seconds] = process.argv.slice(2);
const noop = () => {};
/** Times that the process was woken, where it can be counted. */
let wakeUps;

/** An expression that is due in at least two days, and in 16 at most. */
function farExpression(index) {
  const day = new Date(Date.now() + (3 + (index % 12)) * 86_400_000);
  const time = `${index % 60} ${(index * 7) % 60} ${(index * 11) % 24}`;
  return `${time} ${day.getUTCDate()} ${day.getUTCMonth() + 1} *`;
}

const expressions = (function* () {
  for (let index = 0; index < Number(jobs); index++) yield farExpression(index);
})();

const starters = {
  "limit (empty)": async () => {},
  punctual: async () => {
    const { Scheduler, SystemClock } = await import("punctual");
    wakeUps = 0;
    class CountingClock extends SystemClock {
      setTimer(delayMs, ring, options) {
        const counted = () => {
          wakeUps++;
          ring();
        };
        return super.setTimer(delayMs, counted, options);
      }
    }
    const scheduler = new Scheduler({ timezone: "UTC", clock: new CountingClock() });
    for (const expression of expressions) scheduler.addCronCommand(expression, noop);
    scheduler.start();
    const soon = Date.now() + 86_400_000;
    const early = scheduler.jobs().filter((job) => !(job.nextFireTime > soon));
    if (early.length > 0) throw new Error(`wrong result: ${early.length} jobs are due too soon`);
  },
  croner: async () => {
    const { Cron } = await import("croner");
    globalThis.kept = Array.from(expressions, (expression) => new Cron(expression, noop));
  },
  "toad-scheduler": async () => {
    const { CronJob, Task, ToadScheduler } = await import("toad-scheduler");
    const scheduler = new ToadScheduler();
    const task = new Task("task", noop);
    for (const cronExpression of expressions) scheduler.addCronJob(new CronJob({ cronExpression }, task));
  },
  "node-cron": async () => {
    const { schedule } = await import("node-cron");
    for (const expression of expressions) schedule(expression, noop);
  },
  cron: async () => {
    const { CronJob } = await import("cron");
    globalThis.kept = Array.from(expressions, (cronTime) => CronJob.from({ cronTime, onTick: noop, start: true }));
  },
  "node-schedule": async () => {
    const { scheduleJob } = await import("node-schedule");
    for (const expression of expressions) scheduleJob(expression, noop);
  },
  "cron-schedule": async () => {
    const { parseCronExpression } = await import("cron-schedule");
    const { TimerBasedCronScheduler } = await import("cron-schedule/schedulers/timer-based.js");
    for (const expression of expressions) TimerBasedCronScheduler.setInterval(parseCronExpression(expression), noop);
  },
};

await starters[name]();
globalThis.gc();
await sleep(Number(seconds) < 60 ? 1_000 : 5_000);
const wakeUpsBefore = wakeUps;
let gcMs = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) gcMs += duration;
}).observe({ entryTypes: ["gc"] });
const before = process.cpuUsage();
await sleep(Number(seconds) * 1_000);
const { user, system } = process.cpuUsage(before);
const woken = wakeUps === undefined ? undefined : wakeUps - wakeUpsBefore;
process.stdout.write(`${JSON.stringify({ cpuMs: (user + system) / 1_000, gcMs, woken })}\n`, () => process.exit());
