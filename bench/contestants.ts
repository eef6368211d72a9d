import { bareTimer } from "./bare-timer.js";
import { cron, croner, cronos, cronSchedule, nodeCron, nodeSchedule, toad } from "./peer-contestants.js";
import { bullmq, punctualOnRedis } from "./redis-contestants.js";
import type { Side } from "./question.js";
import type { Starts, Timing } from "./start-log.js";

export type Close = () => Promise<void>;

/** Registers `timing.jobs` jobs, due at `expression`; each calls `log.start` with its number. */
export interface Contestant {
  /** How long to allow for registering a job. */
  readonly registerUs: number;
  /** May give what frees what it has outside the process. */
  register(timing: Timing, expression: string, log: Starts): Promise<Close | undefined> | Promise<void> | void;
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

/** Why a peer takes no part where many jobs are due at once. */
export const TOO_SLOW: Readonly<Record<string, string>> = {
  bree: "starts a thread for each run, some 40 a second: see worker-runs and cpu-jobs",
};

/** Every contestant as a side of a question. */
export function sidesOf(side: (contestant: Contestant) => Side): Record<string, Side> {
  return {
    punctual: side(punctual),
    limit: side(limit),
    "cron-schedule": side(cronSchedule),
    cronosjs: side(cronos),
    croner: side(croner),
    "toad-scheduler": side(toad),
    "node-cron": side(nodeCron),
    cron: side(cron),
    "node-schedule": side(nodeSchedule),
  };
}

/** Those that share their fires through Redis. */
export function redisSidesOf(side: (contestant: Contestant) => Side): Record<string, Side> {
  return { "punctual, Redis": side(punctualOnRedis), bullmq: side(bullmq) };
}
