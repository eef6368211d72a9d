/**
 * What others do in three of our own tests: redlock, by a lock on the job's name, as its README has it; and node-cron's
 * coordinator, asked as node-cron asks it (a key of the task's name and the fire time, and a lease), with the Redis `SET NX PX`
 * that its guide proposes. These assertions are about peers: when a new version fails one, docs/distributed.md is out of date.
 */
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { Redis } from "ioredis";
import { REDIS_OPTIONS, RedisDistributed } from "punctual/redis";
import Redlock from "redlock";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RedisServer } from "../support/redis-server.js";

/** How long a lock, a lease or a hold lasts in all three. */
const TTL_MS = 400;
const LATER_MS = TTL_MS + 300;

let server: RedisServer;
let client: Redis;

/** Asks, as one node, for the right to start a fire. */
type Ask = (node: string, fireTime: number) => Promise<boolean>;

let names = 0;

function punctual(service: string): Ask {
  const distributed = new RedisDistributed(client);
  return async (node, fireTime) => {
    const lease = { holdTimeMs: TTL_MS, leaseMs: TTL_MS, maxAttempts: 1, unlessFinished: null };
    const claimId = String(names++);
    return (await distributed.claim({ serviceName: service, appId: node, fireTime, claimId, ...lease })).granted;
  };
}

function redlock(service: string): Ask {
  const lock = new Redlock([client], { retryCount: 0 });
  return () =>
    lock.acquire([service], TTL_MS).then(
      () => true,
      () => false,
    );
}

function nodeCron(service: string): Ask {
  return async (node, fireTime) => {
    const key = `${service}:${new Date(fireTime).toISOString()}`;
    return (await client.set(key, node, "PX", TTL_MS, "NX")) === "OK";
  };
}

beforeAll(async () => {
  server = await RedisServer.start();
  client = new Redis(server.url, REDIS_OPTIONS);
  await once(client, "ready");
});

afterAll(async () => {
  client.disconnect();
  await server.stop();
});

const sides = { punctual, redlock, "node-cron": nodeCron };

describe("a node whose clock is late by more than the lock lasts", () => {
  it.each([
    ["punctual", false],
    ["redlock", true],
    ["node-cron", true],
  ] as const)("%s: starts the same fire a second time: %s", async (side, twice) => {
    const ask = sides[side](`late ${side}`);
    const fireTime = Date.now();
    expect(await ask("a", fireTime)).toBe(true);
    await wait(LATER_MS);
    expect(await ask("b", fireTime)).toBe(twice);
  });
});

describe("a node that dies in the middle of its run", () => {
  // The others have been refused at the fire time. A library that does not ask again loses the fire.
  it("punctual: tells the others when to ask again, and one of them goes on", async () => {
    const distributed = new RedisDistributed(client);
    const request = { serviceName: "dies", fireTime: Date.now(), holdTimeMs: TTL_MS, leaseMs: TTL_MS, maxAttempts: 2 };
    const ask = (appId: string, claimId: string) =>
      distributed.claim({ ...request, appId, claimId, unlessFinished: null });
    expect(await ask("a", "a")).toMatchObject({ granted: true, attempt: 1 });
    const refused = await ask("b", "b");
    if (refused.granted || refused.retryAfterMs === null) throw new Error("b was not told to ask again");
    await wait(refused.retryAfterMs + 50);
    expect(await ask("b", "b")).toMatchObject({ granted: true, attempt: 2 });
  });

  it.each(["redlock", "node-cron"] as const)("%s: says no, and not until when", async (side) => {
    const ask = sides[side](`dies ${side}`);
    const fireTime = Date.now();
    expect(await ask("a", fireTime)).toBe(true);
    // A boolean is all that there is: whether a has finished or died, nobody can tell.
    expect(await ask("b", fireTime)).toBe(false);
  });
});

describe("a node that stands still for longer than its lock lasts, and then writes", () => {
  it("punctual: the token of its run is smaller than that of its successor", async () => {
    const distributed = new RedisDistributed(client);
    const request = { serviceName: "stalls", holdTimeMs: 0, leaseMs: TTL_MS, maxAttempts: 1, unlessFinished: null };
    const first = await distributed.claim({ ...request, appId: "a", claimId: "a", fireTime: Date.now() });
    await wait(LATER_MS);
    const second = await distributed.claim({ ...request, appId: "b", claimId: "b", fireTime: Date.now() });
    if (!first.granted || !second.granted) throw new Error("not granted");
    expect(second.token).toBeGreaterThan(first.token);
    expect(await first.lease?.renew(TTL_MS)).toBe(false);
  });

  it("redlock: has nothing that grows; its extension is refused, too", async () => {
    const lock = new Redlock([client], { retryCount: 0 });
    const first = await lock.acquire(["stalls redlock"], TTL_MS);
    await wait(LATER_MS);
    const second = await lock.acquire(["stalls redlock"], TTL_MS);
    expect(typeof second.value).toBe("string");
    await expect(first.extend(TTL_MS)).rejects.toThrow();
  });

  it("node-cron: has neither a renewal nor anything to tell the two by", async () => {
    const ask = nodeCron("stalls node-cron");
    expect(await ask("a", 0)).toBe(true);
    await wait(LATER_MS);
    expect(await ask("b", 0)).toBe(true);
  });
});
