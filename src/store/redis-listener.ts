import type { NewsListener, RedisLike } from "../distributed/redis-client.js";

/** What ioredis' clients have besides. */
interface Duplicable {
  readonly isCluster?: boolean;
  duplicate(...args: readonly unknown[]): Subscriber;
}

interface Subscriber {
  on(event: "ready" | "close" | "message" | "error", listener: () => void): unknown;
  subscribe(channel: string): Promise<unknown>;
  disconnect(reconnect?: boolean): void;
}

const LONGEST_PAUSE_MS = 2_000;

/** It connects again, whatever its owner's client does then, and is asked for nothing that could be late. */
const LISTENER_OPTIONS = {
  lazyConnect: false,
  retryStrategy: pauseMs,
  maxRetriesPerRequest: null,
} as const;

/**
 * Listens to a channel on a connection of its own, and again when that was lost; `onNews` is called too when something may
 * have been missed. Resolves when it listens, with what ends it, or with `null` for a client that has no such connection.
 */
export async function listenTo(client: RedisLike, channel: string, onNews: NewsListener): Promise<(() => void) | null> {
  if (client.listen !== undefined) return await client.listen(channel, onNews);
  const owner = client as Partial<Duplicable>;
  if (typeof owner.duplicate !== "function") return null;
  const subscriber = duplicateOf(owner as Duplicable);
  await new Promise<void>((resolve, reject) => {
    const lost = (): void => {
      subscriber.disconnect();
      reject(new Error("there is no connection to Redis that could listen"));
    };
    let listens = false;
    subscriber.on("error", () => {});
    subscriber.on("message", onNews);
    subscriber.on("close", () => {
      if (!listens) lost();
    });
    subscriber.on("ready", () => {
      subscriber.subscribe(channel).then(
        () => {
          listens = true;
          resolve();
          onNews();
        },
        // It is not heard on this connection: another one may be better.
        () => subscriber.disconnect(listens),
      );
    });
  });
  return () => subscriber.disconnect();
}

function duplicateOf(owner: Duplicable): Subscriber {
  if (owner.isCluster !== true) return owner.duplicate(LISTENER_OPTIONS);
  return owner.duplicate([], { lazyConnect: false, clusterRetryStrategy: pauseMs });
}

function pauseMs(times: number): number {
  return Math.min(times * 100, LONGEST_PAUSE_MS);
}
