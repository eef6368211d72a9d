/**
 * Distributed jobs for many machines, through Redis.
 * @module punctual/redis
 */
export { fromNodeRedis, REDIS_OPTIONS } from "./distributed/redis-client.js";
export type { FailFastSettings, NodeRedisLike, RedisClientSettings, RedisLike } from "./distributed/redis-client.js";
export { RedisDistributed } from "./distributed/redis-distributed.js";
export type { RedisDistributedOptions } from "./distributed/redis-distributed.js";
