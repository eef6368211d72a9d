import { once } from "node:events";
import { Redis } from "ioredis";
import { REDIS_OPTIONS, RedisDistributed } from "punctual/redis";
import { RedisServer } from "../test/support/redis-server.js";
import type { Measured } from "./question.js";
import { check } from "./question.js";
import { median } from "./statistics.js";

const WARM_UP = 20;

/** All nodes ask for each fire at the same time, each on a connection of its own; one gets it. */
export async function claimByNodes(count: number): Promise<Measured> {
  const server = await RedisServer.start();
  const clients = Array.from({ length: count }, () => new Redis(server.url, REDIS_OPTIONS));
  await Promise.all(clients.map((client) => once(client, "ready")));
  const nodes = clients.map((client) => new RedisDistributed(client));
  const fires = Math.max(50, Math.ceil(2_000 / count));
  const start = Date.now() - 86_400_000;
  const took: number[] = [];
  for (let fire = 0; fire < WARM_UP + fires; fire++) {
    const request = { serviceName: "service", fireTime: start + fire, holdTimeMs: 2_000, leaseMs: 0 };
    const began = performance.now();
    const answers = await Promise.all(
      nodes.map((node, index) =>
        node.claim({
          ...request,
          appId: `node ${index}`,
          claimId: `${fire} ${index}`,
          maxAttempts: 1,
          unlessFinished: null,
        }),
      ),
    );
    if (fire >= WARM_UP) took.push(performance.now() - began);
    check(answers.filter(({ granted }) => granted).length === 1, `fire ${fire} was not granted once`);
  }
  for (const client of clients) client.disconnect();
  await server.stop();
  return { figures: { "each claim, µs": (median(took) * 1_000) / count } };
}
