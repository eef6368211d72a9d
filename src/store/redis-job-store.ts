import type { Clock } from "../clock/clock.js";
import { SystemClock } from "../clock/system-clock.js";
import type { RedisLike } from "../distributed/redis-client.js";
import { checkClient } from "../distributed/redis-client.js";
import type { OwnClient } from "../distributed/redis-connect.js";
import { connect } from "../distributed/redis-connect.js";
import { checkPrefix } from "../distributed/redis-key.js";
import { InvalidOptionError, PunctualError } from "../errors.js";
import type { Duration } from "../schedule/duration.js";
import { parseDuration } from "../schedule/duration.js";
import type { JobStore, KillMessage, StoredRow, StoredState, StoreWatch, StoreWatcher } from "./job-store.js";
import { KILL, LOAD, NEWS, REMOVE, SAVE } from "./redis-job-scripts.js";
import { listenTo } from "./redis-listener.js";
import type { StoreNews } from "./revision-watch.js";
import { killText, readKill, RevisionWatch } from "./revision-watch.js";

/** Options of `RedisJobStore`. */
export interface RedisJobStoreOptions {
  /** Begins every key and the channel; without braces. @default "punctual:" */
  readonly prefix?: string;
  /** How long one question may take. @default "1s" */
  readonly timeout?: Duration;
  /** How often it asks for changes, beside being told. @default "5s"; "500ms" for a client that cannot listen */
  readonly pollInterval?: Duration;
}

const POLL_MS = 500;
const SLOW_POLL_MS = 5_000;
/** How often it looks whether a client is connected that was not. */
const READY_POLL_MS = 10;

/**
 * Keeps definitions in a Redis server (6.2 or later) or Cluster. It tells of changes on a channel, to which each process that
 * watches listens on a connection of its own. What it keeps does not expire: have the server write `appendonly yes`, and
 * evict nothing.
 */
export class RedisJobStore implements JobStore {
  readonly #client: RedisLike;
  /** The client that was made here, of a URL. */
  readonly #own: OwnClient | null;
  readonly #keys: readonly string[];
  readonly #channel: string;
  readonly #timeoutMs: number;
  readonly #pollMs: number | null;
  // Other processes go by real time, whatever a scheduler's clock.
  readonly #clock: Clock = new SystemClock();
  #closed = false;

  /**
   * Takes what `RedisDistributed` takes: a client of ioredis whose settings fail fast (`REDIS_OPTIONS`),
   * `fromNodeRedis(client)`, or a `redis://` URL, of which a client is made with ioredis, and closed by `close`.
   *
   * @throws InvalidOptionError
   * @throws PunctualError with code `PEER_MISSING` when ioredis is needed and not installed
   */
  constructor(client: RedisLike | string, options: RedisJobStoreOptions = {}) {
    const prefix = checkPrefix(options.prefix ?? "punctual:");
    const { timeout = "1s", pollInterval } = options;
    this.#timeoutMs = spanMs(timeout, "timeout");
    this.#pollMs = pollInterval === undefined ? null : spanMs(pollInterval, "pollInterval");
    this.#own = typeof client === "string" ? connect(client) : null;
    this.#client = checkClient(this.#own ?? (client as RedisLike));
    // Of one hash tag, so that a Cluster keeps them together; no service of RedisDistributed's has such a key.
    this.#keys = ["store", "definitions", "kills"].map((key) => `${prefix}{jobs}:${key}`);
    this.#channel = `${prefix}{jobs}:changes`;
  }

  async load(): Promise<StoredState> {
    const [revision, pairs] = (await this.#call(LOAD)) as [unknown, string[]];
    const rows: StoredRow[] = [];
    for (let index = 0; index < pairs.length; index += 2) {
      rows.push(rowOf(pairs[index] as string, pairs[index + 1] as string));
    }
    return { revision: Number(revision), rows: rows.sort((a, b) => (a.name < b.name ? -1 : 1)) };
  }

  async save({ name, savedAtMs, text }: Omit<StoredRow, "revision">): Promise<number> {
    return Number(await this.#call(SAVE, name, String(savedAtMs), text));
  }

  async remove(name: string): Promise<number | null> {
    const revision = Number(await this.#call(REMOVE, name));
    return revision === 0 ? null : revision;
  }

  async kill(message: KillMessage): Promise<void> {
    await this.#call(KILL, killText(message));
  }

  async watch(watcher: StoreWatcher): Promise<StoreWatch> {
    let watch: RevisionWatch | null = null;
    const endListening = await listenTo(this.#client, this.#channel, () => watch?.nudge());
    try {
      const pollMs = this.#pollMs ?? (endListening === null ? POLL_MS : SLOW_POLL_MS);
      const ask = (seenKills: number | null) => this.#news(seenKills);
      watch = await RevisionWatch.begin({ clock: this.#clock, pollMs, ask }, watcher);
    } catch (error) {
      endListening?.();
      throw error;
    }
    return {
      end: async () => {
        watch?.end();
        endListening?.();
      },
    };
  }

  /** Ends a client that was made here; the store is not to be used again then. */
  async close(): Promise<void> {
    if (this.#closed || this.#own === null) return;
    this.#closed = true;
    if (this.#own.status === "ready") await this.#own.quit().catch(() => {});
    this.#own.disconnect();
  }

  async #news(seenKills: number | null): Promise<StoreNews> {
    const [revision, kills, messages] = (await this.#call(NEWS, String(seenKills ?? ""))) as [
      unknown,
      unknown,
      string[],
    ];
    return { revision: Number(revision), kills: Number(kills), messages: messages.map(readKill) };
  }

  /** One script is one change, whole or not at all. It is sent once: twice, it would be two changes. */
  async #call(script: string, ...args: readonly string[]): Promise<unknown> {
    const endMs = this.#clock.monotonic() + this.#timeoutMs;
    await this.#connected(endMs);
    const reply = this.#client.call("EVAL", script, "3", ...this.#keys, this.#channel, ...args);
    return await new Promise((resolve, reject) => {
      const why = `Redis has not answered within ${this.#timeoutMs} ms`;
      const timer = this.#clock.setTimer(endMs - this.#clock.monotonic(), () => reject(failed(why)));
      reply.then(resolve, reject).finally(() => timer.cancel());
    });
  }

  async #connected(endMs: number): Promise<void> {
    if (this.#closed) throw failed("it was closed");
    while (this.#client.status !== undefined && this.#client.status !== "ready") {
      if (this.#clock.monotonic() >= endMs) throw failed(`there is no connection to Redis (${this.#client.status})`);
      await new Promise<void>((resolve) => {
        this.#clock.setTimer(READY_POLL_MS, resolve);
      });
    }
  }
}

function failed(why: string): PunctualError {
  return new PunctualError("STORE_FAILED", `the store of jobs failed: ${why}`);
}

/** What is kept under a name: revision, time and text, with a blank in between. */
function rowOf(name: string, kept: string): StoredRow {
  const first = kept.indexOf(" ");
  const second = kept.indexOf(" ", first + 1);
  const [revision, savedAtMs] = [kept.slice(0, first), kept.slice(first + 1, second)].map(Number);
  return { name, revision: revision ?? 0, savedAtMs: savedAtMs ?? 0, text: kept.slice(second + 1) };
}

function spanMs(duration: Duration, path: string): number {
  const ms = parseDuration(duration, path);
  if (ms >= 1) return ms;
  throw new InvalidOptionError(path, "1 ms or more", duration);
}
