/** Clients that are taken and refused, URLs, keys, Clusters, and many claims at once. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Cluster, Redis } from "ioredis";
import type { ClaimAnswer } from "punctual";
import { InvalidOptionError } from "punctual";
import type { NodeRedisLike, RedisLike } from "punctual/redis";
import { fromNodeRedis, REDIS_OPTIONS, RedisDistributed } from "punctual/redis";
import { createClient } from "redis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { keyOf } from "../../src/distributed/redis-key.js";
import { withCluster } from "../support/redis-cluster.js";
import { RedisServer } from "../support/redis-server.js";
import { cannotTell, claimOf, grant } from "./fixtures/redis-asking.js";
import { openIoredis } from "./fixtures/redis-store.js";

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(async () => await server[Symbol.asyncDispose]());

let client: Redis;
beforeEach(async () => {
  await server.command("FLUSHALL");
  client = (await openIoredis(server)).client;
});
afterEach(() => client.disconnect());

describe("a client", () => {
  const lazy = { lazyConnect: true };
  const nodes = ["redis://127.0.0.1:1"];
  const clusterOf = (options: object) => new Cluster(nodes, { ...lazy, ...options });
  test.each<[string, () => unknown, string]>([
    ["that queues", () => new Redis(lazy), "client.options.enableOfflineQueue"],
    [
      "that sends again",
      () => new Redis({ ...lazy, enableOfflineQueue: false }),
      "client.options.autoResendUnfulfilledCommands",
    ],
    ["of a Cluster that queues", () => clusterOf({ redisOptions: REDIS_OPTIONS }), "client.options.enableOfflineQueue"],
    [
      "of a Cluster whose nodes send again",
      () => clusterOf({ enableOfflineQueue: false }),
      "client.options.redisOptions.autoResendUnfulfilledCommands",
    ],
    ["that is none", () => ({}), "client"],
    ["that is nothing", () => undefined, "client"],
    ["that is another URL", () => "http://localhost", "client"],
  ])("%s is refused", (_name, make, path) => {
    const refused = refusal(() => new RedisDistributed(make() as RedisLike));
    expect(refused).toMatchObject({ code: "INVALID_OPTION", path });
    if (path !== "client") expect(refused.message).toMatch(/REDIS_OPTIONS/);
  });

  test("of node-redis that queues is refused", () => {
    const refused = refusal(() => fromNodeRedis(createClient({ url: server.url })));
    expect(refused).toMatchObject({ path: "client.options.disableOfflineQueue" });
    expect(refusal(() => fromNodeRedis({} as NodeRedisLike)).path).toBe("client");
  });

  test("with the right settings is taken, and not closed", async () => {
    const node = new RedisDistributed(client);
    await grant(node, Date.now());
    await node.close();
    await cannotTell(node.claim(claimOf(Date.now())), /closed/);
    expect(client.status).toBe("ready");
  });
});

describe("a URL", () => {
  test("makes a client, which is closed with the driver", async () => {
    const node = new RedisDistributed(server.url);
    // At once, before it is connected.
    await grant(node, Date.now());
    // Its own, that of this test, and the one that asks.
    await server.until("INFO clients", (info) => info.includes("connected_clients:3\r"));
    await node.close();
    await node.close();
    await server.until("INFO clients", (info) => info.includes("connected_clients:2\r"));
    await cannotTell(node.claim(claimOf(Date.now())), /closed/);
  });

  test("of a server that is not there cannot tell, and is closed at once", async () => {
    const node = new RedisDistributed("redis://127.0.0.1:1", { timeout: 100 });
    await cannotTell(node.claim(claimOf(Date.now())), /no connection to Redis/);
    await node.close();
  });

  test("needs ioredis", () => {
    const fixture = fileURLToPath(new URL("fixtures/redis-without-ioredis.ts", import.meta.url));
    const said = execFileSync(process.execPath, ["--import", "tsx", fixture], { encoding: "utf8" });
    expect(said).toMatch(/^PEER_MISSING: .*npm install ioredis/);
  });
});

test.each([
  ["prefix", { prefix: "{x}" }],
  ["timeout", { timeout: 0 }],
  ["retention", { retention: 0 }],
  ["minReplicas", { minReplicas: -1 }],
  ["minReplicas", { minReplicas: 1.5 }],
  ["maxClockSkew", { maxClockSkew: "soon" }],
])("the option %s is checked: %j", (path, options) => {
  expect(refusal(() => new RedisDistributed(client, options)).path).toBe(path);
});

test("two prefixes do not disturb each other", async () => {
  const [one, two] = ["one:", "two:"].map((prefix) => new RedisDistributed(client, { prefix }));
  const fireTime = Date.now();
  await grant(one as RedisDistributed, fireTime, { holdTimeMs: 60_000, leaseMs: 60_000 });
  await grant(two as RedisDistributed, fireTime, { appId: "b" });
  expect((await client.keys("*")).sort()).toEqual(["one:{service}", "two:{service}"]);
});

test("keys of different names are different, and have one hash tag", () => {
  const names = [
    "a",
    "a}",
    "{a",
    "{a}",
    "{}",
    "}{",
    "%",
    "%0025",
    "a/b",
    "a:b",
    "a b",
    "..",
    "\0",
    "\n",
    "é",
    "🦊",
    "A",
  ];
  const keys = names.map((name) => keyOf("p:", name));
  expect(new Set(keys).size).toBe(names.length);
  for (const key of keys) expect(key).toMatch(/^p:\{[^{}]+\}$/);
});

test("keys are kept for the retention, and for a hold or lease that is longer", async () => {
  const node = new RedisDistributed(client, { retention: "1h" });
  const fireTime = Date.now();
  const keptMs = async () => await client.pttl("punctual:{service}");
  const { lease } = await grant(node, fireTime);
  expect(lease).toBeNull();
  expect(await keptMs()).toSatisfy((ms: number) => ms > 3_590_000 && ms <= 3_600_000);
  const long = await grant(node, fireTime + 1, { leaseMs: 7_200_000, holdTimeMs: 1_000 });
  expect(await keptMs()).toBeGreaterThan(7_100_000);
  await long.lease?.renew(1_000);
  expect(await keptMs()).toSatisfy((ms: number) => ms > 3_590_000 && ms <= 3_600_000);
  await long.lease?.release();
  await node.select("service", "a", 0);
  await node.select("service", "a", 10_800_000);
  expect(await keptMs()).toBeGreaterThan(10_700_000);
});

test("of twenty that claim each of two hundred fires at once, one is granted each", async () => {
  const nodes = Array.from({ length: 20 }, () => new RedisDistributed(client, { timeout: "10s" }));
  const fireTime = Date.now();
  const winners = await Promise.all(
    Array.from({ length: 200 }, async (_, fire) => {
      const serviceName = `service-${fire}`;
      const claims = nodes.map((node, index) => node.claim(claimOf(fireTime, { serviceName, appId: `node-${index}` })));
      return (await Promise.all(claims)).filter((answer: ClaimAnswer) => answer.granted).length;
    }),
  );
  expect(winners).toEqual(Array.from({ length: 200 }, () => 1));
});

test("a Cluster keeps each service at the node of its key", async () => {
  await withCluster(async (cluster, servers) => {
    const node = new RedisDistributed(cluster);
    const names = Array.from({ length: 20 }, (_, index) => `service-${index}{x}`);
    for (const serviceName of names) {
      const { lease } = await grant(node, Date.now(), { serviceName, leaseMs: 60_000 });
      expect(await lease?.renew(60_000)).toBe(true);
      expect(await node.claim(claimOf(Date.now() + 500, { serviceName }))).toMatchObject({ reason: "held" });
    }
    const replies = await Promise.all(servers.map((server) => server.command("DBSIZE")));
    const sizes = replies.map((reply) => Number(reply.slice(1)));
    expect(Math.min(...sizes)).toBeGreaterThan(0);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(names.length);
    expect(refusal(() => new RedisDistributed(cluster, { minReplicas: 1 })).path).toBe("minReplicas");
  });
});

function refusal(make: () => unknown): InvalidOptionError {
  try {
    make();
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidOptionError);
    return error as InvalidOptionError;
  }
  throw new Error("it was not refused");
}
