/**
 * One process of a chaos test: a scheduler with one distributed job. Its argument is a `NodeSettings` as JSON; a message from
 * its parent, a number, sets its clock so far ahead of the machine's.
 */
import { openSync, writeSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { SystemClock } from "../../../src/clock/system-clock.js";
import type { RunContext } from "../../../src/command/command.js";
import { FlockDistributed } from "../../../src/distributed/flock-distributed.js";
import { RedisDistributed } from "../../../src/distributed/redis-distributed.js";
import { Scheduler } from "../../../src/scheduler/scheduler.js";
import type { LifeLine, NodeSettings, Start } from "./records.js";
import { EVERY_MS, HOLD_MS, LEASE_MS } from "./records.js";

const LONGEST_COMMAND_MS = 50;

class OffsetClock extends SystemClock {
  offsetMs = 0;

  override now(): number {
    return super.now() + this.offsetMs;
  }
}

const settings = JSON.parse(process.argv[2] ?? "") as NodeSettings;
const { node, store, recover } = settings;
const starts = openSync(settings.startsPath, "a");
const life = openSync(settings.lifePath, "a");
const clock = new OffsetClock();
clock.offsetMs = settings.offsetMs;

/** One write a line: no line of another process can come into the middle of it. */
function write(file: number, line: Start | LifeLine): void {
  writeSync(file, `${JSON.stringify(line)}\n`);
}

async function command({ fireTime, attempt, token }: RunContext): Promise<void> {
  const fire = { fireTime: fireTime as number, attempt };
  write(starts, { ...fire, token: token as number, node, pid: process.pid, at: Date.now() });
  await delay(Math.random() * LONGEST_COMMAND_MS);
  write(life, { kind: "ended", ...fire, at: Date.now() });
}

const distributed =
  "redisUrl" in store ? new RedisDistributed(store.redisUrl) : new FlockDistributed({ directory: store.directory });
const scheduler = new Scheduler({ distributed, appId: node, clock });
scheduler.addDistributedCron("chaos", { next: (after) => (Math.floor(after / EVERY_MS) + 1) * EVERY_MS }, command, {
  holdTime: HOLD_MS,
  lease: LEASE_MS,
  recover,
  // What was missed is asked for again in one variant, and left out in the other.
  ...(recover ? { overlap: "queueOne", misfire: "fireAll" } : { overlap: "skip", misfire: "fireOnce" }),
});
scheduler.on("run:skipped", ({ fireTime, reason }) => {
  write(life, { kind: "skipped", fireTime: fireTime as number, reason, at: Date.now() });
});
scheduler.on("distributed:unavailable", ({ error }) => {
  write(life, { kind: "unavailable", message: error.message, at: Date.now() });
});
scheduler.on("error", ({ error }) => write(life, { kind: "error", message: error.message, at: Date.now() }));
scheduler.on("scheduler:stopped", () => write(life, { kind: "stopped", at: Date.now() }));

process.on("message", (offsetMs) => {
  clock.offsetMs = offsetMs as number;
});
// Without its parent it has no business.
process.on("disconnect", () => process.exit(1));
process.on("SIGTERM", () => write(life, { kind: "stopping", clock: clock.now(), at: Date.now() }));
scheduler.stopOnSignals({ grace: "1s", killGrace: "500ms" });
scheduler.start();
write(life, { kind: "born", clock: clock.now(), at: Date.now() });
process.send?.("born");
