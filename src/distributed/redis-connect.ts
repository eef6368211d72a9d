import { createRequire } from "node:module";
import { InvalidOptionError, PunctualError } from "../errors.js";
import type { RedisLike } from "./redis-client.js";
import { REDIS_OPTIONS } from "./redis-client.js";

/** A client that is made here, and closed here. */
export interface OwnClient extends RedisLike {
  on(event: "error", listener: () => void): void;
  quit(): Promise<unknown>;
  disconnect(): void;
}

/** A client of a `redis://` URL; ioredis, an optional peer, is loaded when first needed. @throws InvalidOptionError, PunctualError */
export function connect(url: string): OwnClient {
  if (!/^rediss?:\/\//.test(url)) {
    throw new InvalidOptionError("client", 'a client, or a URL such as "redis://localhost:6379"', url);
  }
  const client = new (loadClient())(url, REDIS_OPTIONS);
  // Every question that fails says why; without a listener ioredis writes each failure to stderr.
  client.on("error", () => {});
  return client;
}

function loadClient(): new (url: string, options: typeof REDIS_OPTIONS) => OwnClient {
  try {
    return createRequire(import.meta.url)("ioredis").Redis;
  } catch (cause) {
    throw new PunctualError("PEER_MISSING", "a redis:// URL needs the package ioredis: npm install ioredis", { cause });
  }
}
