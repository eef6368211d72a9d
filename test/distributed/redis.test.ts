import { distributedContract } from "punctual/testing";
import { afterAll, beforeAll, test } from "vitest";
import { RedisServer } from "../support/redis-server.js";
import { openIoredis, redisStore } from "./fixtures/redis-store.js";

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start({ appendOnly: true });
});
afterAll(async () => await server[Symbol.asyncDispose]());

const create = async () => redisStore(server, openIoredis);
const capabilities = { outage: true, crossProcess: true };

for (const each of distributedContract({ name: "RedisDistributed with ioredis", create, capabilities })) {
  test(each.name, () => each.run());
}
