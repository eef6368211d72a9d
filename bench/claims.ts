import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import type { Distributed } from "punctual";
import { MemoryDistributed } from "punctual";
import { FlockDistributed } from "punctual/flock";
import { REDIS_OPTIONS, RedisDistributed } from "punctual/redis";
import Redlock from "redlock";
import { RedisServer } from "../test/support/redis-server.js";
import type { Cell, Effort, FigureOf, Measured, Question, Settings, Side, Target } from "./question.js";
import { atLeast, atMost, check, LATER_ONLY, ratio } from "./question.js";
import { percentile } from "./statistics.js";

const RATE = "claims per second";
const SINGLE = "one at a time";
const MANY = "200 in flight";
const WARM_UP = 2_000;
const LIMIT = "limit (SET NX PX)";
const BARE_FLOCK = "limit (flock(2))";
// flock(2), the same on Linux, macOS and the BSDs.
const [LOCK_EX, LOCK_NB, LOCK_UN] = [2, 4, 8];

/** What is measured: takes one right, once. */
interface Claimer {
  /** Whether the right was given; `lane` tells those apart that ask at the same time. */
  take(lane: number, number: number): Promise<boolean>;
  close(): Promise<unknown>;
}

const START = Date.now() - 86_400_000;

/** Claims of fires, a service for each lane; the answer is checked, and so is that the same fire is refused afterwards. */
function claimerOf(distributed: Distributed, close: () => Promise<unknown>): Claimer {
  let names = 0;
  const claim = async (lane: number, fireTime: number): Promise<boolean> => {
    const request = { serviceName: `service ${lane}`, appId: "node", fireTime, claimId: String(names++) };
    const rest = { holdTimeMs: 2_000, leaseMs: 0, maxAttempts: 1, unlessFinished: null };
    return (await distributed.claim({ ...request, ...rest })).granted;
  };
  return {
    async take(lane, number) {
      const granted = await claim(lane, START + number);
      if (number % 1_000 === 0) check(!(await claim(lane, START + number)), `fire ${number} was granted twice`);
      return granted;
    },
    close,
  };
}

async function redis(): Promise<Claimer> {
  const server = await RedisServer.start();
  const client = new Redis(server.url, REDIS_OPTIONS);
  // It queues nothing until it is connected.
  await once(client, "ready");
  return claimerOf(new RedisDistributed(client), async () => {
    client.disconnect();
    await server.stop();
  });
}

async function bareSet(): Promise<Claimer> {
  const server = await RedisServer.start();
  const client = new Redis(server.url);
  await client.ping();
  return {
    take: async (lane, number) => (await client.set(`fire:${lane}:${number}`, "node", "PX", 2_000, "NX")) === "OK",
    async close() {
      client.disconnect();
      await server.stop();
    },
  };
}

async function redlock(): Promise<Claimer> {
  const server = await RedisServer.start();
  const client = new Redis(server.url);
  await client.ping();
  const lock = new Redlock([client]);
  return {
    async take(lane, number) {
      await lock.acquire([`fire:${lane}:${number}`], 2_000);
      return true;
    },
    async close() {
      client.disconnect();
      await server.stop();
    },
  };
}

const flock = (lock: "koffi" | "command") => async (): Promise<Claimer> => {
  const directory = mkdtempSync(join(tmpdir(), "punctual-bench-"));
  const distributed = new FlockDistributed({ directory, lock });
  return claimerOf(distributed, async () => {
    await distributed.close();
    rmSync(directory, { recursive: true });
  });
};

/** The call alone: the lock taken and given back, nothing written. */
async function bareFlock(): Promise<Claimer> {
  const directory = mkdtempSync(join(tmpdir(), "punctual-bench-"));
  const descriptor = openSync(join(directory, "lock"), "w");
  const koffi = (await import("koffi")).default;
  const call = koffi.load(null).func("int flock(int fd, int op)") as (fd: number, operation: number) => number;
  return {
    take: async () => {
      const taken = call(descriptor, LOCK_EX | LOCK_NB) === 0;
      call(descriptor, LOCK_UN);
      return taken;
    },
    async close() {
      closeSync(descriptor);
      rmSync(directory, { recursive: true });
    },
  };
}

function memory(): Promise<Claimer> {
  const distributed = new MemoryDistributed();
  return Promise.resolve(claimerOf(distributed, () => distributed.close()));
}

function side(open: () => Promise<Claimer>): Side {
  return async ({ claims, inFlight }: Settings): Promise<Measured> => {
    const claimer = await open();
    const count = Number(claims);
    await takeAll(claimer, Math.min(WARM_UP, count), Number(inFlight), 0);
    const start = performance.now();
    const took = await takeAll(claimer, count, Number(inFlight), WARM_UP);
    const elapsed = performance.now() - start;
    await claimer.close();
    return {
      figures: {
        [RATE]: (count / elapsed) * 1_000,
        "p50, µs": percentile(took, 50) * 1_000,
        "p99, µs": percentile(took, 99) * 1_000,
      },
    };
  };
}

async function takeAll(claimer: Claimer, count: number, inFlight: number, from: number): Promise<Float64Array> {
  const took = new Float64Array(count);
  let next = 0;
  const runLane = async (lane: number): Promise<void> => {
    for (let number = next++; number < count; number = next++) {
      const start = performance.now();
      check(await claimer.take(lane, from + number), `right ${number} was refused`);
      took[number] = performance.now() - start;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, (_, lane) => runLane(lane)));
  return took;
}

const sides: Record<string, Side> = {
  "punctual, Redis": side(redis),
  [LIMIT]: side(bareSet),
  redlock: side(redlock),
  [BARE_FLOCK]: side(bareFlock),
  "punctual, flock": side(flock("koffi")),
  "punctual, flock(1)": side(flock("command")),
  "punctual, memory": side(memory),
};

function cells(effort: Effort): Cell[] {
  const single = { full: 20_000, quick: 2_000, once: 200 }[effort];
  const many = { full: 100_000, quick: 10_000, once: 1_000 }[effort];
  return Object.keys(sides).flatMap((name): Cell[] => {
    const slow = name.endsWith("flock(1)") ? 20 : 1;
    if (slow > 1 && effort === "quick") return [{ side: name, label: SINGLE, settings: {}, leftOut: LATER_ONLY }];
    const both = [{ side: name, label: SINGLE, settings: { claims: single / slow, inFlight: 1 } }];
    if (slow > 1 || name.endsWith("memory") || name === BARE_FLOCK) return both;
    return [...both, { side: name, label: MANY, settings: { claims: many, inFlight: 200 } }];
  });
}

export const question: Question = {
  title: "claims: the right to start one fire, at the store",
  sides,
  cells,
  repeats: (effort) => ({ full: 3, quick: 1, once: 1 })[effort],
  targets: (figure: FigureOf): Target[] => [
    atMost(
      `Redis, ${SINGLE}, p50, × SET NX PX`,
      ratio(figure("punctual, Redis", SINGLE, "p50, µs"), figure(LIMIT, SINGLE, "p50, µs")),
      1.8,
    ),
    atLeast(`Redis, ${MANY}`, figure("punctual, Redis", MANY, RATE), 40_000, "claims/s"),
    atMost(`flock, ${SINGLE}, p50`, figure("punctual, flock", SINGLE, "p50, µs"), 100, "µs"),
  ],
};
