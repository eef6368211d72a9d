/** Failover: what a replica does not know when it becomes the master, and how `minReplicas` guards against that. */
import type { RedisLike } from "punctual/redis";
import { RedisDistributed } from "punctual/redis";
import { afterEach, expect, test } from "vitest";
import { RedisServer } from "../support/redis-server.js";
import { cannotTell, claimOf, grant } from "./fixtures/redis-asking.js";
import type { OpenClient } from "./fixtures/redis-store.js";
import { openIoredis, openNodeRedis } from "./fixtures/redis-store.js";

const opened: OpenClient[] = [];
afterEach(() => {
  for (const { close } of opened.splice(0)) close();
});

async function open<Opened extends OpenClient>(opening: Promise<Opened>): Promise<Opened["client"]> {
  const client = await opening;
  opened.push(client);
  return client.client;
}

const openings: readonly (readonly [string, (server: RedisServer) => Promise<OpenClient>])[] = [
  ["ioredis", openIoredis],
  ["node-redis", openNodeRedis],
];

test.each(openings)("a claim counts when the replica knows it, with %s", async (_name, openClient) => {
  await using master = await RedisServer.start();
  await using replica = await RedisServer.start({ replicaOf: master });
  const client = await open(openClient(master));
  const node = new RedisDistributed(client, { minReplicas: 1 });
  const fireTime = Date.now() - 1_000;
  const { token, lease } = await grant(node, fireTime, { leaseMs: 60_000 });
  expect(await lease?.renew(60_000)).toBe(true);
  await lease?.release();
  const other = await node.lease({ serviceName: "other", appId: "a", leaseMs: 1_000 });
  expect(other.granted).toBe(true);
  expect(await node.select("service", "b", 0)).toBe("b");

  await master.kill();
  await replica.command("REPLICAOF NO ONE");
  const promoted = new RedisDistributed(await open(openClient(replica)));
  expect(await promoted.claim(claimOf(fireTime))).toMatchObject({ granted: false, reason: "claimed" });
  expect((await grant(promoted, fireTime + 1)).token).toBeGreaterThan(token);
});

test.each(openings)("a claim that no replica knows is given back, with %s", async (_name, openClient) => {
  await using master = await RedisServer.start();
  await using replica = await RedisServer.start({ replicaOf: master });
  const client = await open(openClient(master));
  const node = new RedisDistributed(client, { minReplicas: 1, timeout: 1_200 });
  const fireTime = Date.now() - 1_000;
  await grant(node, fireTime);
  await replica.kill();
  const request = claimOf(fireTime + 1, { leaseMs: 60_000, maxAttempts: 2 });
  await cannotTell(node.claim(request), /0 of 1 replicas/);
  await cannotTell(node.lease({ serviceName: "other", appId: "a", leaseMs: 60_000 }), /0 of 1 replicas/);
  // Given back: others may have it, and without replicas to wait for they get it.
  const careless = new RedisDistributed(client);
  const { attempt } = await grant(careless, request.fireTime, { appId: "b", leaseMs: 1_000, maxAttempts: 2 });
  expect(attempt).toBe(2);
  expect((await careless.lease({ serviceName: "other", appId: "b", leaseMs: 1_000 })).granted).toBe(true);
});

/**
 * A replica that lags becomes the master: it does not know the last claim. Without `minReplicas` that is granted a second
 * time, to a node that had not asked about the service before. This is what the docs warn of.
 */
test("a failover to a replica that lags grants a fire twice without minReplicas, and not with it", async () => {
  await using master = await RedisServer.start();
  await using replica = await RedisServer.start({ replicaOf: master });
  const before = await open(openIoredis(master));
  const careless = new RedisDistributed(before);
  const careful = new RedisDistributed(before, { minReplicas: 1, timeout: 1_200 });
  const fireTime = Date.now() - 1_000;
  for (const serviceName of ["careless", "careful"]) await grant(careless, fireTime, { serviceName });
  await before.call("WAIT", "1", "400");

  await replica.command("REPLICAOF NO ONE");
  await grant(careless, fireTime + 1, { serviceName: "careless" });
  await cannotTell(careful.claim(claimOf(fireTime + 1, { serviceName: "careful" })), /0 of 1 replicas/);
  await master.kill();

  const after = await open(openIoredis(replica));
  const newcomer = new RedisDistributed(after);
  await grant(newcomer, fireTime + 1, { serviceName: "careless" });
  // Nobody was told that it might start this one.
  await grant(newcomer, fireTime + 1, { serviceName: "careful" });
});

test("a node that had asked before notices that the promoted replica lags", async () => {
  await using master = await RedisServer.start();
  await using replica = await RedisServer.start({ replicaOf: master });
  const client = await open(openIoredis(master));
  const after = await open(openIoredis(replica));
  // A client that follows the failover, as those of Sentinel do.
  let current: RedisLike = client;
  const node = new RedisDistributed({ call: (...command) => current.call(...command) });
  const fireTime = Date.now() - 1_000;
  await grant(node, fireTime);
  await client.call("WAIT", "1", "400");
  await replica.command("REPLICAOF NO ONE");
  await grant(node, fireTime + 1);
  await master.kill();
  current = after;
  await cannotTell(node.claim(claimOf(fireTime + 1)), /lost its state/);
});

test("a server that demands replicas itself refuses at once", async () => {
  await using master = await RedisServer.start({ settings: ["--min-replicas-to-write", "1"] });
  const client = await open(openIoredis(master));
  const failure = await cannotTell(new RedisDistributed(client, { timeout: 100 }).claim(claimOf(Date.now())));
  expect(String(failure.cause)).toMatch(/NOREPLICAS|Not enough good replicas/);
});
