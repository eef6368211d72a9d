// Three processes, one Redis, one of them killed on the way: every fire starts once, and none is lost.
//
//   REDIS_URL=redis://127.0.0.1:6379 npx tsx examples/distributed/redis.ts
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { RunContext } from "punctual";
import { Scheduler } from "punctual";
import { RedisDistributed } from "punctual/redis";

const FIRES = 20;
const EVERY_MS = 250;

/** One of the processes: tells its parent what it starts. */
function node(url: string, name: string, service: string): void {
  const scheduler = new Scheduler({ distributed: new RedisDistributed(url), appId: name });
  const command = (run: RunContext): unknown => process.send?.([name, run.fireTime]);
  // Should it be killed in the middle of a run, the others know it when the lease is over.
  scheduler.addDistributedCron(service, `@every ${EVERY_MS}ms`, command, { holdTime: "1s", lease: "2s" });
  scheduler.on("distributed:unavailable", ({ error }) => console.error(name, error.message));
  scheduler.start();
}

/** Starts three of them, kills the first that starts something in the middle of it, and counts. */
async function watch(): Promise<void> {
  const self = fileURLToPath(import.meta.url);
  const service = `example-${process.pid}`;
  const children = ["a", "b", "c"].map((name) => ({ name, child: fork(self, ["node", name, service]) }));
  const starts = new Map<number, string[]>();
  await new Promise<void>((done) => {
    for (const { name, child } of children) {
      child.on("message", (message) => {
        const [, fireTime] = message as [string, number];
        starts.set(fireTime, [...(starts.get(fireTime) ?? []), name]);
        if (starts.size === FIRES / 2) child.kill("SIGKILL");
        if (starts.size === FIRES) done();
      });
    }
  });
  for (const { child } of children) if (child.kill("SIGKILL")) await once(child, "exit");
  const times = [...starts.keys()].sort((one, other) => one - other);
  const missing = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / EVERY_MS + 1 - times.length;
  const twice = [...starts.values()].filter((names) => names.length > 1).length;
  console.log(`${times.length} fires started, ${twice} of them twice, ${missing} left out`);
  console.log("by more than one process:", new Set([...starts.values()].flat()).size > 1);
}

const [, , role, name = "", service = ""] = process.argv;
const { REDIS_URL: url = "redis://127.0.0.1:6379" } = process.env;
if (role === "node") node(url, name, service);
else await watch();
