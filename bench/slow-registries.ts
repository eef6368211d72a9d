/** Peers that register only asynchronously: Bree, whose jobs are files, and BullMQ, whose jobs are in Redis. */
import { fileURLToPath } from "node:url";
import { distinctExpression } from "./corpus.js";
import type { Measured, Settings } from "./question.js";
import { check } from "./question.js";

const ADD = "register a job, µs";
const HEAP = "heap per job, bytes";
const REMOVE = "remove a job, µs";
const SHARED = "0 0 0 1 1 *";
const IN_FLIGHT = 200;

export async function registerWithBree({ jobs, kind }: Settings): Promise<Measured> {
  const { default: Bree } = await import("bree");
  const bree = new Bree({ root: false, logger: false, hasSeconds: true });
  const path = fileURLToPath(new URL("./bree-job.mjs", import.meta.url));
  const cronValidate = { override: { useSeconds: true } };
  const figures = await measure(Number(jobs), kind === "distinct" ? 1 : 0, {
    lanes: 1,
    add: async (name, cron) => {
      await bree.add({ name, path, cron, cronValidate });
      await bree.start(name);
    },
    remove: (name) => bree.remove(name),
    bytes: async () => bytesInUse(),
  });
  check(bree.config.jobs.length === 0, "jobs are left");
  return { figures };
}

export async function registerWithBullmq({ jobs, kind }: Settings): Promise<Measured> {
  const { Queue } = await import("bullmq");
  const { Redis } = await import("ioredis");
  const { RedisServer } = await import("../test/support/redis-server.js");
  const server = await RedisServer.start({ settings: ["--maxmemory-policy", "noeviction"] });
  const watcher = new Redis(server.url);
  const queue = new Queue("bench", { connection: { host: "127.0.0.1", port: server.port } });
  const figures = await measure(Number(jobs), kind === "distinct" ? 1 : 0, {
    lanes: IN_FLIGHT,
    add: (name, pattern) => queue.upsertJobScheduler(name, { pattern, tz: "UTC" }, { data: null }),
    remove: (name) => queue.removeJobScheduler(name),
    bytes: async () => Number(/used_memory:(\d+)/.exec(await watcher.info("memory"))?.[1]),
  });
  check((await queue.getJobSchedulersCount()) === 0, "jobs are left");
  await queue.close();
  watcher.disconnect();
  await server[Symbol.asyncDispose]();
  return { figures };
}

interface Way {
  readonly lanes: number;
  add(name: string, expression: string): Promise<unknown>;
  remove(name: string): Promise<unknown>;
  bytes(): Promise<number>;
}

async function measure(count: number, step: 0 | 1, way: Way): Promise<Record<string, number>> {
  const expressionOf = (index: number): string => (step === 1 ? distinctExpression(index) : SHARED);
  const before = await way.bytes();
  const addMs = await inLanes(count, way.lanes, (index) => way.add(`job ${index}`, expressionOf(index)));
  const bytes = (await way.bytes()) - before;
  const removeMs = await inLanes(count, way.lanes, (index) => way.remove(`job ${(index * 7_919) % count}`));
  return { [ADD]: (addMs * 1_000) / count, [HEAP]: bytes / count, [REMOVE]: (removeMs * 1_000) / count };
}

async function inLanes(count: number, lanes: number, work: (index: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) await work(index);
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: lanes }, lane));
  return performance.now() - start;
}

function bytesInUse(): number {
  for (let pass = 0; pass < 3; pass++) globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
