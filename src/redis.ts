export { fromNodeRedis, REDIS_OPTIONS } from "./distributed/redis-client.js";
export type {
  FailFastSettings,
  NewsListener,
  NodeRedisLike,
  NodeRedisSubscriber,
  RedisClientSettings,
  RedisLike,
} from "./distributed/redis-client.js";
export { RedisDistributed } from "./distributed/redis-distributed.js";
export type { RedisDistributedOptions } from "./distributed/redis-distributed.js";
export { RedisJobStore } from "./store/redis-job-store.js";
export type { RedisJobStoreOptions } from "./store/redis-job-store.js";
