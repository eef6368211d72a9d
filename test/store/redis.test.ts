import { RedisJobStore } from "punctual/redis";
import { jobStoreContract } from "punctual/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { StoreListener } from "../../src/testing/store-listener.js";
import type { OpenClient } from "../distributed/fixtures/redis-store.js";
import { openIoredis, openNodeRedis } from "../distributed/fixtures/redis-store.js";
import { withCluster } from "../support/redis-cluster.js";
import { RedisServer } from "../support/redis-server.js";

let server: RedisServer;
beforeAll(async () => {
  // What was saved before it goes down, it has to know after.
  server = await RedisServer.start({ appendOnly: true });
});
afterAll(async () => await server[Symbol.asyncDispose]());

const CLIENTS: readonly (readonly [string, (server: RedisServer) => Promise<OpenClient>])[] = [
  ["ioredis", openIoredis],
  ["node-redis", openNodeRedis],
];

let places = 0;
describe.each(CLIENTS)("RedisJobStore with %s", (name, openClient) => {
  const create = () => {
    const prefix = `store-${places++}:`;
    const clients: OpenClient[] = [];
    return {
      open: async () => {
        const opened = await openClient(server);
        clients.push(opened);
        return new RedisJobStore(opened.client, { prefix });
      },
      breakDown: async () => {
        await server.kill();
        return () => server.restart();
      },
      close: () => {
        for (const opened of clients) opened.close();
      },
    };
  };
  for (const each of jobStoreContract({ name, create })) test(each.name, { timeout: 60_000 }, each.run);

  test("hears at once, and leaves no connection behind", async () => {
    const [one, two] = await Promise.all([openClient(server), openClient(server)]);
    const prefix = `store-${places++}:`;
    const store = new RedisJobStore(one.client, { prefix });
    const heard = await StoreListener.of(new RedisJobStore(two.client, { prefix }));
    const times: number[] = [];
    for (let round = 0; round < 5; round++) {
      const startMs = performance.now();
      const revision = await store.save({ name: "job", savedAtMs: 0, text: "{}" });
      await heard.until("a change", () => heard.revision === revision, 1_500);
      times.push(performance.now() - startMs);
    }
    console.log(`Redis tells of a change after ${times.map((ms) => ms.toFixed(0)).join(", ")} ms, with ${name}`);
    expect(Math.min(...times)).toBeLessThan(200);
    await heard.end();
    await server.until(`PUBSUB NUMSUB ${prefix}{jobs}:changes`, (reply) => reply.endsWith(":0\r\n"));
    one.close();
    two.close();
  });

  test("tells that the store has lost what it had", async () => {
    const opened = await openClient(server);
    const store = new RedisJobStore(opened.client, { prefix: `store-${places++}:`, pollInterval: 50 });
    await store.save({ name: "job", savedAtMs: 0, text: "{}" });
    const heard = await StoreListener.of(store);
    await server.command("FLUSHALL");
    await heard.until("the loss", () => heard.revisions.length === 1, 1_500);
    expect(heard.revisions).toEqual([null]);
    await heard.end();
    opened.close();
  });
});

describe("RedisJobStore", () => {
  test("makes a client of a URL, and closes it", async () => {
    const store = new RedisJobStore(server.url, { prefix: "url:" });
    const heard = await StoreListener.of(store);
    await store.save({ name: "job", savedAtMs: 0, text: "{}" });
    await heard.until("a change", () => heard.revision === 1, 1_500);
    await heard.end();
    await store.close();
    await store.close();
    await expect(store.load()).rejects.toMatchObject({ code: "STORE_FAILED" });
    await server.until("INFO clients", (info) => info.includes("connected_clients:1\r"));
  });

  test("asks, where the client cannot listen", async () => {
    const { client, close } = await openIoredis(server);
    const call = (command: string, ...args: string[]) => client.call(command, ...args);
    const store = new RedisJobStore({ call }, { prefix: "bare:" });
    const heard = await StoreListener.of(store);
    await store.save({ name: "job", savedAtMs: 0, text: "{}" });
    await heard.until("a change", () => heard.revision === 1, 1_500);
    await heard.end();
    close();
  });

  test("is not waited for longer than told", async () => {
    const { client, close } = await openIoredis(server);
    const store = new RedisJobStore(client, { prefix: "hangs:", timeout: 200 });
    server.pause();
    try {
      const startMs = performance.now();
      await expect(store.load()).rejects.toMatchObject({ code: "STORE_FAILED" });
      expect(performance.now() - startMs).toBeLessThan(1_000);
    } finally {
      server.resume();
    }
    close();
  });

  test("works with a Cluster", async () => {
    await withCluster(async (cluster) => {
      const store = new RedisJobStore(cluster);
      const heard = await StoreListener.of(store);
      for (let round = 0; round < 3; round++) {
        const revision = await store.save({ name: "job", savedAtMs: 0, text: "{}" });
        await heard.until("a change", () => heard.revision === revision, 1_500);
      }
      await heard.end();
    });
  });

  test.each([
    ["prefix", { prefix: "{x}" }],
    ["timeout", { timeout: 0 }],
    ["pollInterval", { pollInterval: "now" }],
  ])("checks the option %s: %j", (path, options) => {
    expect(() => new RedisJobStore({ call: async () => null }, options)).toThrow(expect.objectContaining({ path }));
  });

  test("refuses a client that keeps commands for later", () => {
    const client = { call: async () => null, options: { enableOfflineQueue: true } };
    expect(() => new RedisJobStore(client)).toThrow(
      expect.objectContaining({ path: "client.options.enableOfflineQueue" }),
    );
  });
});
