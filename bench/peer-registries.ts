import type { Registry } from "./register.js";

function noop(): void {}

/** How peers register and remove a job, each as its README says. */
export const PEER_REGISTRIES: Readonly<Record<string, () => Promise<Registry<never>>>> = {
  croner: registry(async () => {
    const { Cron } = await import("croner");
    return { add: (expression: string) => new Cron(expression, noop), remove: (job) => job.stop() };
  }),
  "toad-scheduler": registry(async () => {
    const { CronJob, Task, ToadScheduler } = await import("toad-scheduler");
    const scheduler = new ToadScheduler();
    const task = new Task("task", noop);
    let count = 0;
    return {
      add: (cronExpression: string) => {
        const id = `job ${count++}`;
        scheduler.addCronJob(new CronJob({ cronExpression }, task, { id, preventOverrun: false }));
        return id;
      },
      remove: (id) => void scheduler.removeById(id),
    };
  }),
  "node-cron": registry(async () => {
    const { schedule } = await import("node-cron");
    return { add: (expression: string) => schedule(expression, noop), remove: (task) => void task.destroy() };
  }),
  cron: registry(async () => {
    const { CronJob } = await import("cron");
    return {
      add: (cronTime: string) => CronJob.from({ cronTime, onTick: noop, start: true }),
      remove: (job) => void job.stop(),
    };
  }),
  cronosjs: registry(async () => {
    const { CronosExpression, CronosTask } = await import("cronosjs");
    return {
      add: (expression: string) =>
        new CronosTask(CronosExpression.parse(expression, { timezone: 0 })).on("run", noop).start(),
      remove: (task) => void task.stop(),
    };
  }),
  "node-schedule": registry(async () => {
    const { scheduleJob } = await import("node-schedule");
    return { add: (expression: string) => scheduleJob(expression, noop), remove: (job) => void job.cancel() };
  }),
};

function registry<Handle>(open: () => Promise<Registry<Handle>>): () => Promise<Registry<never>> {
  // Only it gets the handles that it has given.
  return open as unknown as () => Promise<Registry<never>>;
}
