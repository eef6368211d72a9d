/** Peers that schedule, each as its README says. */
import type { Contestant } from "./contestants.js";

export const cronSchedule: Contestant = {
  registerUs: 30,
  async register({ jobs }, expression, log) {
    const { parseCronExpression } = await import("cron-schedule");
    const { TimerBasedCronScheduler } = await import("cron-schedule/schedulers/timer-based.js");
    const schedule = parseCronExpression(expression);
    for (let job = 0; job < jobs; job++) TimerBasedCronScheduler.setInterval(schedule, () => log.start(job));
  },
};

export const croner: Contestant = {
  registerUs: 600,
  async register({ jobs }, expression, log) {
    const { Cron } = await import("croner");
    const kept = Array.from({ length: jobs }, (_, job) => new Cron(expression, () => log.start(job)));
    process.once("exit", () => kept.length);
  },
};

export const nodeCron: Contestant = {
  registerUs: 600,
  async register({ jobs }, expression, log) {
    const { schedule } = await import("node-cron");
    for (let job = 0; job < jobs; job++) schedule(expression, () => log.start(job));
  },
};

export const cron: Contestant = {
  registerUs: 1_500,
  async register({ jobs }, expression, log) {
    const { CronJob } = await import("cron");
    const start = (job: number): unknown =>
      CronJob.from({ cronTime: expression, onTick: () => log.start(job), start: true });
    const kept = Array.from({ length: jobs }, (_, job) => start(job));
    process.once("exit", () => kept.length);
  },
};

export const nodeSchedule: Contestant = {
  registerUs: 2_500,
  async register({ jobs }, expression, log) {
    const { scheduleJob } = await import("node-schedule");
    for (let job = 0; job < jobs; job++) scheduleJob(expression, () => log.start(job));
  },
};

export const toad: Contestant = {
  registerUs: 600,
  async register({ jobs }, expression, log) {
    const { CronJob, Task, ToadScheduler } = await import("toad-scheduler");
    const scheduler = new ToadScheduler();
    for (let job = 0; job < jobs; job++) {
      const task = new Task(`job ${job}`, () => log.start(job));
      scheduler.addCronJob(new CronJob({ cronExpression: expression }, task, { preventOverrun: false }));
    }
  },
};

export const cronos: Contestant = {
  registerUs: 1_000,
  async register({ jobs }, expression, log) {
    const { CronosExpression, CronosTask } = await import("cronosjs");
    const schedule = CronosExpression.parse(expression, { timezone: 0 });
    for (let job = 0; job < jobs; job++) {
      new CronosTask(schedule).on("run", () => log.start(job)).start();
    }
  },
};
