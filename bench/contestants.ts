import { bareTimer } from "./bare-timer.js";
import type { Side } from "./question.js";
import type { StartLog, Timing } from "./start-log.js";

/** Registers `timing.jobs` jobs, due at `expression`; each calls `log.start` with its number. */
export interface Contestant {
  /** How long to allow for registering a job. */
  readonly registerUs: number;
  register(timing: Timing, expression: string, log: StartLog): Promise<void> | void;
}

const punctual: Contestant = {
  registerUs: 10,
  async register({ jobs, firstMs, spread }, expression, log) {
    const { Scheduler, every } = await import("punctual");
    const scheduler = new Scheduler({ timezone: "UTC" });
    for (let job = 0; job < jobs; job++) {
      const spec = spread ? every(1_000, { anchor: firstMs + job }) : expression;
      scheduler.addCronCommand(spec, (run) => log.start(job, run.fireTime ?? 0));
    }
    scheduler.start();
  },
};

/** The `limit`: a heap of numbers and one timer. */
const limit: Contestant = {
  registerUs: 1,
  register: (timing, _expression, log) => bareTimer(timing, log),
};

const cronSchedule: Contestant = {
  registerUs: 30,
  async register({ jobs }, expression, log) {
    const { parseCronExpression } = await import("cron-schedule");
    const { TimerBasedCronScheduler } = await import("cron-schedule/schedulers/timer-based.js");
    const schedule = parseCronExpression(expression);
    for (let job = 0; job < jobs; job++) TimerBasedCronScheduler.setInterval(schedule, () => log.start(job));
  },
};

const croner: Contestant = {
  registerUs: 600,
  async register({ jobs }, expression, log) {
    const { Cron } = await import("croner");
    const kept = Array.from({ length: jobs }, (_, job) => new Cron(expression, () => log.start(job)));
    process.once("exit", () => kept.length);
  },
};

const nodeCron: Contestant = {
  registerUs: 600,
  async register({ jobs }, expression, log) {
    const { schedule } = await import("node-cron");
    for (let job = 0; job < jobs; job++) schedule(expression, () => log.start(job));
  },
};

/** Every contestant as a side of a question. */
export function sidesOf(side: (contestant: Contestant) => Side): Record<string, Side> {
  return {
    punctual: side(punctual),
    limit: side(limit),
    "cron-schedule": side(cronSchedule),
    croner: side(croner),
    "node-cron": side(nodeCron),
  };
}
