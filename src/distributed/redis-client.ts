import { InvalidOptionError } from "../errors.js";

/**
 * What a Redis client has to be able to do: ioredis' `Redis` and `Cluster` are such, and `fromNodeRedis` makes one of a
 * client of node-redis.
 */
export interface RedisLike {
  /** Sends one command. In the order of the calls, on one connection, or rejects. */
  call(command: string, ...args: string[]): Promise<unknown>;
  /** Whatever is not `"ready"` says that a command would not leave this process. */
  readonly status?: string | undefined;
  /** Whether commands go to several servers. */
  readonly isCluster?: boolean | undefined;
  /** The client's settings, as ioredis names them; those that would let a command be executed too late are refused. */
  readonly options?: RedisClientSettings | undefined;
  /**
   * Listens to a channel, on a connection of its own that is made again when it was lost. Resolves with what ends it, when
   * it listens. Where there is none, `RedisJobStore` has ioredis' `duplicate`, or asks more often.
   */
  listen?(channel: string, onNews: NewsListener): Promise<() => void>;
}

/** Called when something was told on a channel, or may have been while nobody listened. */
export type NewsListener = () => void;

/** Settings of a client that matter here. */
export interface RedisClientSettings {
  readonly enableOfflineQueue?: boolean | undefined;
  readonly autoResendUnfulfilledCommands?: boolean | undefined;
  /** Those of the connections to a Cluster's nodes. */
  readonly redisOptions?: { readonly autoResendUnfulfilledCommands?: boolean | undefined } | undefined;
}

/** What `fromNodeRedis` takes: a client that node-redis' `createClient` has made. */
export interface NodeRedisLike {
  sendCommand(args: string[]): Promise<unknown>;
  readonly isReady: boolean;
  readonly options?: { readonly disableOfflineQueue?: boolean | undefined; readonly socket?: object } | undefined;
  /** Makes another client with other options; for `RedisJobStore`. */
  duplicate?(options: object): NodeRedisSubscriber;
}

/** A client of node-redis as far as listening needs it. */
export interface NodeRedisSubscriber {
  on(event: string, listener: (error: unknown) => void): unknown;
  connect(): Promise<unknown>;
  subscribe(channel: string, listener: NewsListener): Promise<unknown>;
  destroy(): void;
}

/** Settings of ioredis with which a command is sent now or fails now: `new Redis({ ...REDIS_OPTIONS, host })`. */
export interface FailFastSettings {
  readonly enableOfflineQueue: false;
  readonly autoResendUnfulfilledCommands: false;
  readonly maxRetriesPerRequest: 0;
  /** Milliseconds. */
  readonly commandTimeout: number;
  /** Milliseconds. */
  readonly connectTimeout: number;
  /** Milliseconds. */
  readonly disconnectTimeout: number;
  /** How many milliseconds to wait before connecting for the `times`-th time. */
  readonly retryStrategy: (times: number) => number;
}

/**
 * Settings of ioredis with which a command is sent now or fails now, and which connect again soon: `new Redis({
 * ...REDIS_OPTIONS, host })`. ioredis' own defaults keep commands while there is no connection, and send them when there is
 * one: a claim would be granted to nobody, long after its fire.
 */
export const REDIS_OPTIONS: FailFastSettings = Object.freeze({
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  commandTimeout: 500,
  connectTimeout: 1_000,
  disconnectTimeout: 200,
  retryStrategy: (times: number): number => Math.min(times * 50, 500),
});

/**
 * Makes a client of node-redis (5 or 6) fit for `RedisDistributed`; it has to be made with `disableOfflineQueue: true`, and
 * is connected and closed by its owner.
 *
 * @throws InvalidOptionError when it keeps commands while there is no connection
 */
export function fromNodeRedis(client: NodeRedisLike): RedisLike {
  if (typeof client?.sendCommand !== "function") {
    throw new InvalidOptionError("client", "a client of node-redis, from createClient", client);
  }
  const { disableOfflineQueue } = client.options ?? {};
  if (disableOfflineQueue !== true)
    refuse("disableOfflineQueue", true, disableOfflineQueue, "createClient({ url, disableOfflineQueue: true })");
  return {
    call: (command, ...args) => client.sendCommand([command, ...args]),
    get status() {
      return client.isReady ? "ready" : "offline";
    },
    ...(client.duplicate && { listen: (channel, onNews) => listenWith(client, channel, onNews) }),
  };
}

async function listenWith(client: NodeRedisLike, channel: string, onNews: NewsListener): Promise<() => void> {
  const reconnectStrategy = (times: number): number => Math.min((times + 1) * 100, 2_000);
  const socket = { ...client.options?.socket, reconnectStrategy };
  const subscriber = (client.duplicate as NonNullable<NodeRedisLike["duplicate"]>).call(client, { socket });
  try {
    await new Promise<void>((resolve, reject) => {
      // It goes on trying by itself; who begins wants to know.
      subscriber.on("error", reject);
      subscriber.on("ready", () => onNews());
      subscriber.connect().then(() => resolve(), reject);
    });
    await subscriber.subscribe(channel, onNews);
  } catch (error) {
    subscriber.destroy();
    throw error;
  }
  return () => subscriber.destroy();
}

/** @throws InvalidOptionError when it is no client, or keeps commands for later */
export function checkClient(client: RedisLike): RedisLike {
  if (typeof client?.call !== "function") {
    throw new InvalidOptionError("client", "a client of ioredis, fromNodeRedis(client), or a redis:// URL", client);
  }
  const { options, isCluster } = client;
  if (options === undefined) return client;
  const right =
    isCluster === true
      ? "new Cluster(nodes, { enableOfflineQueue: false, redisOptions: REDIS_OPTIONS })"
      : "new Redis({ ...REDIS_OPTIONS, host })";
  const { enableOfflineQueue, redisOptions } = options;
  if (enableOfflineQueue !== false) refuse("enableOfflineQueue", false, enableOfflineQueue, right);
  const nodes = isCluster === true ? redisOptions : options;
  const path = isCluster === true ? "redisOptions.autoResendUnfulfilledCommands" : "autoResendUnfulfilledCommands";
  const resends = nodes?.autoResendUnfulfilledCommands;
  if (resends !== false) refuse(path, false, resends, right);
  return client;
}

function refuse(setting: string, right: boolean, given: unknown, example: string): never {
  const why = "else a command waits in the client and is executed when it is too late";
  throw new InvalidOptionError(`client.options.${setting}`, `${right}, as in ${example} (${why})`, given);
}
