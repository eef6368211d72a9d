/** A server that does not answer, connections that break, and claims that are executed late. */
import { setTimeout as delay } from "node:timers/promises";
import type { RedisLike } from "punctual/redis";
import { RedisDistributed } from "punctual/redis";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { RedisServer } from "../support/redis-server.js";
import { cannotTell, claimOf, grant } from "./fixtures/redis-asking.js";
import type { OpenClient } from "./fixtures/redis-store.js";
import { openIoredis, openNodeRedis } from "./fixtures/redis-store.js";

let server: RedisServer;
let a: OpenClient;
let b: OpenClient;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(async () => await server[Symbol.asyncDispose]());
beforeEach(async () => {
  await server.command("FLUSHALL");
  [a, b] = await Promise.all([openIoredis(server), openNodeRedis(server)]);
  return () => {
    a.close();
    b.close();
  };
});

test.each([
  ["ioredis", () => a],
  ["node-redis", () => b],
])("a server that hangs is not waited for longer than told, with %s", async (_name, client) => {
  const node = new RedisDistributed(client().client, { timeout: 300 });
  await grant(node, Date.now() - 1_000);
  const request = claimOf(Date.now() - 500);
  server.pause();
  const startMs = performance.now();
  try {
    await cannotTell(node.claim(request), /no answer/);
    const tookMs = performance.now() - startMs;
    expect(tookMs).toBeGreaterThan(295);
    expect(tookMs).toBeLessThan(600);
  } finally {
    server.resume();
  }
  // The server executes late what it got in time: that is granted to this asking only.
  await delay(50);
  const other = new RedisDistributed(a.client);
  expect(await other.claim(claimOf(request.fireTime))).toMatchObject({ granted: false, reason: "claimed" });
  const late = await grant(node, request.fireTime, request);
  expect(await grant(other, request.fireTime, request)).toEqual(late);
});

test("a claim that is asked again while it is asked is granted once", async () => {
  // No answer to the first two tries comes back, though the server has executed them.
  const { tries, client } = flaky(2);
  const node = new RedisDistributed(client);
  const other = new RedisDistributed(b.client);
  await grant(other, Date.now() - 1_000);
  const fireTime = Date.now() - 500;
  const { token, attempt } = await grant(node, fireTime, { leaseMs: 1_000, maxAttempts: 3 });
  expect(tries()).toBe(3);
  expect(attempt).toBe(1);
  expect((await grant(other, fireTime + 100, { leaseMs: 0, appId: "a" }).catch(String)) as unknown).toMatch(/granted/);
  expect(await other.claim(claimOf(fireTime + 100))).toMatchObject({ reason: "held", runToken: token });
});

test("a lease that is asked for again while it is asked for is given once, and lasts from the last asking on", async () => {
  const { tries, client } = flaky(1);
  const node = new RedisDistributed(client);
  await grant(new RedisDistributed(b.client), Date.now() - 1_000);
  await new RedisDistributed(a.client, { prefix: "other:" }).lease({ serviceName: "x", appId: "a", leaseMs: 1 });
  const answer = await node.lease({ serviceName: "service", appId: "a", leaseMs: 10_000 });
  expect(answer).toMatchObject({ granted: true });
  expect(tries()).toBe(2);
  expect(answer.granted && (await answer.lease.renew(10_000))).toBe(true);
});

test("a failure of the client is the cause, and is tried again until the time is over", async () => {
  const { tries, client, error } = flaky(Number.POSITIVE_INFINITY);
  const failure = await cannotTell(new RedisDistributed(client, { timeout: 200 }).claim(claimOf(Date.now())));
  expect(failure.cause).toBe(error);
  expect(tries()).toBeGreaterThan(3);
  expect(tries()).toBeLessThan(10);
});

test("a server that comes back within the time is asked again", async () => {
  const node = new RedisDistributed(a.client, { timeout: "5s" });
  await server.stop();
  // Nobody has seen the service, and no question has left: so nothing can have been lost.
  const asking = grant(node, Date.now(), { serviceName: "never seen" });
  await delay(100);
  await server.restart();
  await asking;
});

test("an error that the server answers is the cause", async () => {
  await server.command("SET punctual:{service} nonsense");
  const failure = await cannotTell(new RedisDistributed(a.client, { timeout: 50 }).claim(claimOf(Date.now())));
  expect(String(failure.cause)).toMatch(/ReplyError/);
});

test("scripts that the server has forgotten are sent again", async () => {
  const node = new RedisDistributed(a.client);
  const fireTime = Date.now() - 1_000;
  const { lease } = await grant(node, fireTime, { leaseMs: 60_000 });
  await server.command("SCRIPT FLUSH");
  expect(await lease?.renew(60_000)).toBe(true);
  await server.command("SCRIPT FLUSH");
  await lease?.release();
  await server.command("SCRIPT FLUSH");
  await grant(node, fireTime + 1);
});

test("a claim is one round trip", async () => {
  const node = new RedisDistributed(a.client);
  await grant(node, Date.now() - 10);
  await server.command("CONFIG RESETSTAT");
  await grant(node, Date.now());
  // Lua's own commands are no round trips.
  const stats = await server.command("INFO commandstats");
  expect(
    [...stats.matchAll(/cmdstat_(evalsha|eval|script\S*|ping|wait):calls=(\d+)/g)].map(([, ...two]) => two),
  ).toEqual([["evalsha", "1"]]);
});

/** A client whose first answers are lost on the way back. */
function flaky(failures: number): { tries(): number; readonly client: RedisLike; readonly error: Error } {
  let tries = 0;
  const error = new Error("the connection broke");
  const client: RedisLike = {
    call: async (command, ...args) => {
      const reply = await a.client.call(command, ...args);
      tries++;
      if (tries <= failures) throw error;
      return reply;
    },
  };
  return { tries: () => tries, client, error };
}
