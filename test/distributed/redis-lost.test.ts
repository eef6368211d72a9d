/** What happens when the server forgets what it was told. */
import { setTimeout as delay } from "node:timers/promises";
import type { RedisLike } from "punctual/redis";
import { RedisDistributed } from "punctual/redis";
import { expect, test } from "vitest";
import { RedisServer } from "../support/redis-server.js";
import { cannotTell, claimOf, grant } from "./fixtures/redis-asking.js";
import { openIoredis } from "./fixtures/redis-store.js";

const SKEW_MS = 200;

/** Fires that lie further ahead than this were surely not claimed. */
const surelyNew = (): number => Date.now() + SKEW_MS + 100;

test("an instance that has seen a fire before an empty restart is not granted it again, and tokens go on", async () => {
  await using server = await RedisServer.start();
  await using nodes = await openNodes(server, ["a", "b"]);
  const [a, b] = nodes.all as [RedisDistributed, RedisDistributed];
  const fireTime = Date.now();
  const { token } = await grant(a, fireTime);
  await server.kill();
  await server.restart();
  const error = await cannotTell(a.claim(claimOf(fireTime)), /lost its state/);
  expect(error.code).toBe("DISTRIBUTED_UNAVAILABLE");
  // Asking again changes nothing, nor does it for a node that has seen nothing.
  await cannotTell(a.claim(claimOf(fireTime)), /lost its state/);
  await cannotTell(b.claim(claimOf(fireTime, { appId: "b" })), /lost its state/);
  // A node with a fast clock may have claimed what lies a little ahead.
  await cannotTell(b.claim(claimOf(Date.now() + SKEW_MS / 2, { appId: "b" })), /lost its state/);
  const next = surelyNew();
  await delay(SKEW_MS + 150);
  expect((await grant(b, next, { appId: "b" })).token).toBeGreaterThan(token);
  expect(await a.claim(claimOf(next))).toMatchObject({ granted: false, reason: "claimed" });
});

test("a service that nobody has seen is granted by an empty server", async () => {
  await using server = await RedisServer.start();
  await using nodes = await openNodes(server, ["a"]);
  const [a] = nodes.all as [RedisDistributed];
  await grant(a, Date.now(), { serviceName: "seen" });
  await server.command("FLUSHALL");
  await grant(a, Date.now(), { serviceName: "not seen" });
  await cannotTell(a.claim(claimOf(Date.now(), { serviceName: "seen" })), /lost its state/);
});

test("a lease that was lost is noticed by its holder, and given to nobody at once", async () => {
  await using server = await RedisServer.start();
  await using nodes = await openNodes(server, ["a", "b"]);
  const [a, b] = nodes.all as [RedisDistributed, RedisDistributed];
  const request = { serviceName: "service", leaseMs: 60_000 };
  const answer = await a.lease({ ...request, appId: "a" });
  if (!answer.granted) throw new Error("refused");
  await b.lease({ ...request, appId: "b" });
  await server.command("FLUSHALL");
  await cannotTell(b.lease({ ...request, appId: "b" }), /lost its state/);
  expect(await answer.lease.renew(60_000)).toBe(false);
  const later = await b.lease({ ...request, appId: "b" });
  expect(later).toMatchObject({ granted: true });
  expect(later.granted && later.token).toBeGreaterThan(answer.token);
});

test("an election that was lost is not held again while it would have lasted", async () => {
  await using server = await RedisServer.start();
  await using nodes = await openNodes(server, ["a"]);
  const [a] = nodes.all as [RedisDistributed];
  expect(await a.select("service", "a", 60_000)).toBe("a");
  await server.command("FLUSHALL");
  await cannotTell(a.select("service", "b", 60_000), /lost its state/);
  expect(await a.select("service", "b", 60_000)).toBe("b");
});

test("an old copy is noticed, and poisons nothing", async () => {
  await using server = await RedisServer.start();
  await using nodes = await openNodes(server, ["a"]);
  const [a] = nodes.all as [RedisDistributed];
  const fireTime = Date.now() - 1_000;
  // Left unfinished in the copy.
  const lengths = { leaseMs: 1, maxAttempts: 3 };
  await grant(a, fireTime, lengths);
  await server.command("SAVE");
  const { token, lease } = await grant(a, fireTime, { ...lengths, leaseMs: 60_000 });
  await lease?.release();
  await grant(a, fireTime + 500);
  await server.kill();
  await server.restart();
  for (const missed of [fireTime, fireTime + 500, fireTime + 600]) {
    await cannotTell(a.claim(claimOf(missed, lengths)), /lost its state/);
  }
  const next = surelyNew();
  await delay(SKEW_MS + 150);
  expect((await grant(a, next, lengths)).token).toBeGreaterThan(token + 1);
});

test("a server that writes to disk knows after a crash what it knew before", async () => {
  await using server = await RedisServer.start({ appendOnly: true });
  await using nodes = await openNodes(server, ["a", "b"]);
  const [a, b] = nodes.all as [RedisDistributed, RedisDistributed];
  const fireTime = Date.now() - 1_000;
  const { token } = await grant(a, fireTime);
  await server.kill();
  await server.restart();
  for (const node of [a, b]) {
    expect(await node.claim(claimOf(fireTime, { appId: "b" }))).toMatchObject({ granted: false, reason: "claimed" });
  }
  expect((await grant(b, fireTime + 1, { appId: "b" })).token).toBeGreaterThan(token);
});

test("what has been forgotten because it was old is not lost", async () => {
  await using server = await RedisServer.start();
  await using nodes = await openNodes(server, ["a"], { retention: 300 });
  const [a] = nodes.all as [RedisDistributed];
  const fireTime = Date.now();
  const { token } = await grant(a, fireTime);
  expect(await server.command("DBSIZE")).toBe(":1\r\n");
  await delay(400);
  expect(await server.command("DBSIZE")).toBe(":0\r\n");
  // It still knows the mark itself.
  expect(await a.claim(claimOf(fireTime))).toMatchObject({ granted: false, reason: "claimed" });
  expect((await grant(a, fireTime + 1)).token).toBeGreaterThan(token);
});

test("a claim whose answer was lost with the state is not granted", async () => {
  await using server = await RedisServer.start();
  const { client, close } = await openIoredis(server);
  let breaks = true;
  const flaky: RedisLike = {
    call: async (...command) => {
      const reply = await client.call(...command);
      if (!breaks) return reply;
      breaks = false;
      await server.command("FLUSHALL");
      throw new Error("the connection broke");
    },
  };
  const a = new RedisDistributed(flaky, { maxClockSkew: SKEW_MS });
  // From here on the server knows the script.
  await grant(new RedisDistributed(client, { prefix: "other:" }), Date.now());
  await cannotTell(a.claim(claimOf(Date.now())), /lost its state/);
  expect(breaks).toBe(false);
  close();
});

async function openNodes(
  server: RedisServer,
  names: readonly string[],
  { retention = "7d" }: { readonly retention?: number | string } = {},
): Promise<AsyncDisposable & { readonly all: readonly RedisDistributed[] }> {
  const clients = await Promise.all(names.map(() => openIoredis(server)));
  return {
    all: clients.map(({ client }) => new RedisDistributed(client, { maxClockSkew: SKEW_MS, retention })),
    async [Symbol.asyncDispose]() {
      for (const { close } of clients) close();
    },
  };
}
