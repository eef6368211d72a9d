import type { Clock } from "../clock/clock.js";
import { DistributedUnavailableError } from "../errors.js";
import type { RedisLike } from "./redis-client.js";
import type { RedisScript } from "./redis-script.js";
import { timeBoxed } from "./time-box.js";

/** How long is waited before asking again: from the first to the second, then twice as long each time. */
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 100;
/** How much of the time that a call may take is spent on waiting for replicas. */
const WAIT_SHARE = 1 / 3;

/** How scripts are run. */
export interface RedisCallsSettings {
  readonly client: RedisLike;
  readonly clock: Clock;
  /** How long a call may take, all its tries together. */
  readonly timeoutMs: number;
  /** How many replicas have to know what was written. */
  readonly minReplicas: number;
}

/** What is asked. */
export interface RedisQuestion {
  readonly script: RedisScript;
  readonly key: string;
  /** `again`: a try before this one may have reached the server. */
  arguments(again: boolean): readonly string[];
  /** Whether replicas are waited for. */
  readonly replicated: boolean;
}

/** What the server said. */
export interface RedisReply {
  readonly reply: unknown;
  /** How many replicas know what was written; 0 where none was waited for. */
  readonly replicas: number;
}

/** Runs scripts, in one round trip each, and in a time box whatever the client does. */
export class RedisCalls {
  readonly #settings: RedisCallsSettings;

  constructor(settings: RedisCallsSettings) {
    this.#settings = settings;
  }

  /**
   * Asks, and when the client fails asks again until the time is over. An earlier try may be executed as well, even after
   * this call has failed: by a server that was only slow. So every script gives the same answer to the same claimId, and
   * renews and releases by token alone. What remains: a claim that the server grants when nobody waits for the answer any
   * more. Its fire is lost, or recovered by another node when its lease has ended, if it may have more than one attempt.
   *
   * @throws DistributedUnavailableError
   */
  async ask(question: RedisQuestion): Promise<RedisReply> {
    const { client, clock, timeoutMs } = this.#settings;
    const endMs = clock.monotonic() + timeoutMs;
    let failure: unknown;
    let again = false;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      const leaves = client.status === undefined || client.status === "ready";
      try {
        const args = question.arguments(again);
        const limitMs = Math.ceil(endMs - clock.monotonic());
        return await timeBoxed(() => this.#try(question, args), { clock, limitMs });
      } catch (error) {
        failure = leaves ? moreTelling(failure, error) : notConnected(client, error as Error);
      }
      again ||= leaves;
      if (clock.monotonic() + pauseMs >= endMs) throw failure;
      await pause(clock, pauseMs);
    }
  }

  /** WAIT has to follow on the same connection: so it is sent in the same turn, before anything can happen to that. */
  async #try({ script, key, replicated }: RedisQuestion, args: readonly string[]): Promise<RedisReply> {
    const { client } = this.#settings;
    try {
      const reply = client.call("EVALSHA", script.sha1, "1", key, ...args);
      const replicas = replicated ? this.#replicas() : 0;
      return { reply: await reply, replicas: await replicas };
    } catch (error) {
      if (!String(error).includes("NOSCRIPT")) throw error;
      const reply = client.call("EVAL", script.text, "1", key, ...args);
      const replicas = replicated ? this.#replicas() : 0;
      return { reply: await reply, replicas: await replicas };
    }
  }

  async #replicas(): Promise<number> {
    const { client, minReplicas, timeoutMs } = this.#settings;
    const limitMs = Math.max(1, Math.floor(timeoutMs * WAIT_SHARE));
    try {
      return Number(await client.call("WAIT", String(minReplicas), String(limitMs)));
    } catch {
      return 0;
    }
  }
}

/** Clients say this in words that tell nobody what is wrong. */
function notConnected({ status }: RedisLike, { cause = null }: { readonly cause?: unknown }): unknown {
  return new DistributedUnavailableError(`there is no connection to Redis (${status})`, { cause });
}

/** What a client said says more than that there was no answer. */
function moreTelling(before: unknown, error: unknown): unknown {
  const silent = error instanceof DistributedUnavailableError && error.cause === undefined;
  return before !== undefined && silent ? before : error;
}

async function pause(clock: Clock, delayMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    clock.setTimer(delayMs, resolve);
  });
}
