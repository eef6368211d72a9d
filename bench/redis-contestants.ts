/** Schedulers that share their fires through a Redis server. */
import { once } from "node:events";
import type { Contestant } from "./contestants.js";

const IN_FLIGHT = 200;
/** What one worker works at together: the functions return at once, and wait for Redis. */
const CONCURRENCY = 500;

/** Each fire is claimed. */
export const punctualOnRedis: Contestant = {
  registerUs: 10,
  async register({ jobs }, expression, log) {
    const { Redis } = await import("ioredis");
    const { Scheduler } = await import("punctual");
    const { REDIS_OPTIONS, RedisDistributed } = await import("punctual/redis");
    const { RedisServer } = await import("../test/support/redis-server.js");
    const server = await RedisServer.start();
    const client = new Redis(server.url, REDIS_OPTIONS);
    await once(client, "ready");
    const distributed = new RedisDistributed(client);
    const scheduler = new Scheduler({ timezone: "UTC", distributed, appId: "node" });
    for (let job = 0; job < jobs; job++) {
      const start = (run: { readonly fireTime: number | null }): void => log.start(job, run.fireTime ?? 0);
      scheduler.addDistributedCron(`job-${job}`, expression, start, { holdTime: "2s" });
    }
    scheduler.start();
    return () => server[Symbol.asyncDispose]();
  },
};

/** Job schedulers of BullMQ: a queue, and a worker in the same process. */
export const bullmq: Contestant = {
  registerUs: 2_000,
  async register({ jobs }, expression, log) {
    const { Queue, Worker } = await import("bullmq");
    const { RedisServer } = await import("../test/support/redis-server.js");
    const server = await RedisServer.start({ settings: ["--maxmemory-policy", "noeviction"] });
    const connection = { host: "127.0.0.1", port: server.port, maxRetriesPerRequest: null };
    const queue = new Queue("bench", { connection });
    // The id of a run of a job scheduler ends with its fire time.
    const start = async (run: { id?: string; data: number }): Promise<void> =>
      log.start(run.data, Number(run.id?.split(":").at(-1)));
    const worker = new Worker<number>("bench", start, { connection, concurrency: CONCURRENCY });
    await worker.waitUntilReady();
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let job = next++; job < jobs; job = next++) {
        const template = { data: job, opts: { removeOnComplete: true } };
        await queue.upsertJobScheduler(`job ${job}`, { pattern: expression, tz: "UTC" }, template);
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
    return () => server[Symbol.asyncDispose]();
  },
};
