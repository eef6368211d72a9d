import { randomUUID } from "node:crypto";
import type { Clock } from "../clock/clock.js";
import { SystemClock } from "../clock/system-clock.js";
import { DistributedUnavailableError, InvalidOptionError } from "../errors.js";
import type { Duration } from "../schedule/duration.js";
import { parseDuration } from "../schedule/duration.js";
import { checkClaim, checkLease, checkSelect, skewMs } from "./checks.js";
import type { ClaimAnswer, ClaimRequest, Distributed, Lease, LeaseAnswer, LeaseRequest } from "./distributed.js";
import { RedisCalls } from "./redis-calls.js";
import { CLAIM } from "./redis-claim-script.js";
import type { RedisLike } from "./redis-client.js";
import { checkClient } from "./redis-client.js";
import type { OwnClient } from "./redis-connect.js";
import { connect } from "./redis-connect.js";
import { checkPrefix, keyOf } from "./redis-key.js";
import { LEASE, RELEASE, RENEW, SELECT } from "./redis-lease-scripts.js";
import type { ScriptAnswer } from "./redis-replies.js";
import { claimAnswer, numberOf, readAnswer, textOf } from "./redis-replies.js";
import type { RedisScript } from "./redis-script.js";
import { SeenServices } from "./redis-seen.js";
import { StateLease } from "./state-lease.js";

/** Options of `RedisDistributed`. */
export interface RedisDistributedOptions {
  /** Begins every key, after which the service's name comes in braces; without braces itself. @default "punctual:" */
  readonly prefix?: string;
  /** How long one question may take, with all its tries. @default "1s" */
  readonly timeout?: Duration;
  /** How far ahead of the server's clock a fire may lie. @default "2s" */
  readonly maxClockSkew?: Duration;
  /**
   * How long the server keeps what it knows of a service that nobody claims any more. It has to be longer than any fire is
   * caught up on. A hold or a lease that is longer is kept for as long as it lasts. @default "7d"
   */
  readonly retention?: Duration;
  /**
   * How many replicas have to know a claim or lease before it counts (`WAIT`): one that too few know is given back, and
   * rejected. Without it a failover to a replica that lags can grant a fire a second time. Replicas are waited for up to a
   * third of `timeout`, in which the connection does nothing else: give it a client of its own, or set the server's
   * `min-replicas-to-write` as well, by which it refuses at once when it has no replicas. Not for a Cluster's client.
   *
   * @default 0
   */
  readonly minReplicas?: number;
  /** Measures `timeout`; the time that nodes agree by is the server's. @default the system's clock */
  readonly clock?: Clock;
}

/**
 * Agreement through a Redis server (6.2 or later) or Cluster: each question is one script in one round trip, by the server's
 * clock.
 *
 * It holds as long as the server keeps what it was told. When it has come back empty, or with an old copy, an instance that
 * had asked about the service before notices: it rejects the claims of every fire up to then, because nobody can tell which of
 * them were started, and goes on with those after. Tokens never go back for such an instance. To lose nothing, have the server
 * write `appendonly yes`, evict nothing (`maxmemory-policy noeviction`), and set `minReplicas` where there is failover.
 */
export class RedisDistributed implements Distributed {
  readonly #prefix: string;
  readonly #maxClockSkewMs: number;
  readonly #retentionMs: number;
  readonly #minReplicas: number;
  readonly #calls: RedisCalls;
  readonly #seen: SeenServices;
  /** The client that was made here, of a URL. */
  readonly #own: OwnClient | null;
  #closed = false;

  /**
   * Takes a client of ioredis whose settings fail fast (`REDIS_OPTIONS`), `fromNodeRedis(client)`, or a `redis://` URL, of
   * which a client is made with ioredis, and closed by `close`.
   *
   * @throws InvalidOptionError
   * @throws PunctualError with code `PEER_MISSING` when ioredis is needed and not installed
   */
  constructor(client: RedisLike | string, options: RedisDistributedOptions = {}) {
    this.#prefix = checkPrefix(options.prefix ?? "punctual:");
    this.#maxClockSkewMs = skewMs(options.maxClockSkew);
    this.#retentionMs = spanMs(options.retention ?? "7d", "retention");
    this.#minReplicas = checkReplicas(options.minReplicas ?? 0, client);
    const timeoutMs = spanMs(options.timeout ?? "1s", "timeout");
    this.#seen = new SeenServices(this.#retentionMs);
    this.#own = typeof client === "string" ? connect(client) : null;
    this.#calls = new RedisCalls({
      client: checkClient(this.#own ?? (client as RedisLike)),
      clock: options.clock ?? new SystemClock(),
      timeoutMs,
      minReplicas: this.#minReplicas,
    });
  }

  async select(serviceName: string, appId: string, holdTimeMs: number): Promise<string> {
    checkSelect(serviceName, appId, holdTimeMs);
    const { rest } = await this.#ask(SELECT, serviceName, [appId, String(holdTimeMs)]);
    return String(rest[0]);
  }

  async claim(request: ClaimRequest): Promise<ClaimAnswer> {
    checkClaim(request);
    const { serviceName, appId, fireTime, claimId, holdTimeMs, leaseMs, maxAttempts, unlessFinished } = request;
    const numbers = [holdTimeMs, leaseMs, maxAttempts, unlessFinished ?? ""].map(String);
    const answer = await this.#ask(CLAIM, serviceName, [appId, String(fireTime), claimId, ...numbers]);
    return claimAnswer(answer, (token) => (leaseMs > 0 ? this.#leaseOf(serviceName, token) : null));
  }

  async lease(request: LeaseRequest): Promise<LeaseAnswer> {
    checkLease(request);
    const { serviceName, appId, leaseMs } = request;
    const { verdict, state, rest } = await this.#ask(LEASE, serviceName, [appId, String(leaseMs), randomUUID()]);
    if (verdict === 1) return { granted: true, token: state.token, lease: this.#leaseOf(serviceName, state.token) };
    return { granted: false, holder: textOf(rest[0]), retryAfterMs: numberOf(rest[1]) ?? 0 };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#own?.status === "ready") await this.#own.quit().catch(() => {});
    this.#own?.disconnect();
  }

  async #ask(script: RedisScript, serviceName: string, args: readonly string[]): Promise<ScriptAnswer> {
    const [retention, skew] = [this.#retentionMs, this.#maxClockSkewMs].map(String) as [string, string];
    const replicated = this.#minReplicas > 0 && script !== SELECT;
    const { reply, replicas } = await this.#calls.ask({
      script,
      key: this.#keyOf(serviceName),
      arguments: (again) => [retention, ...this.#seen.argumentsOf(serviceName), again ? "1" : "0", skew, ...args],
      replicated,
    });
    const answer = readAnswer(reply);
    this.#seen.note(serviceName, answer.state);
    if (answer.verdict === -1)
      throw new DistributedUnavailableError("the store has lost its state; later fires are granted");
    if (replicated && answer.verdict === 1 && replicas < this.#minReplicas) {
      await this.#giveBack(serviceName, answer.state.token);
      throw new DistributedUnavailableError(`${replicas} of ${this.#minReplicas} replicas know of it`);
    }
    return answer;
  }

  async #giveBack(serviceName: string, token: number): Promise<void> {
    try {
      await this.#release(serviceName, token, false);
    } catch {
      // Then it ends by itself.
    }
  }

  #leaseOf(serviceName: string, token: number): Lease {
    return new StateLease(token, {
      renew: async (leaseMs) => (await this.#askAboutRun(RENEW, serviceName, [String(token), String(leaseMs)])) === 1,
      release: async (finished) => await this.#release(serviceName, token, finished),
    });
  }

  async #release(serviceName: string, token: number, finished: boolean): Promise<void> {
    await this.#askAboutRun(RELEASE, serviceName, [String(token), finished ? "1" : "0"]);
  }

  async #askAboutRun(script: RedisScript, serviceName: string, args: readonly string[]): Promise<unknown> {
    const key = this.#keyOf(serviceName);
    const all = [String(this.#retentionMs), ...args];
    const { reply } = await this.#calls.ask({ script, key, arguments: () => all, replicated: false });
    return Number(reply);
  }

  #keyOf(serviceName: string): string {
    if (this.#closed) throw new DistributedUnavailableError("it was closed");
    return keyOf(this.#prefix, serviceName);
  }
}

function spanMs(duration: Duration, path: string): number {
  const ms = parseDuration(duration, path);
  if (ms === 0) throw new InvalidOptionError(path, "more than 0 ms", duration);
  return ms;
}

function checkReplicas(minReplicas: unknown, client: RedisLike | string): number {
  const isCluster = typeof client === "object" && client.isCluster === true;
  // WAIT names no key: a Cluster's client sends it to any node.
  if (isCluster && minReplicas !== 0) {
    throw new InvalidOptionError(
      "minReplicas",
      "0 with a Cluster (set min-replicas-to-write at its servers)",
      minReplicas,
    );
  }
  if (Number.isSafeInteger(minReplicas) && (minReplicas as number) >= 0) return minReplicas as number;
  throw new InvalidOptionError("minReplicas", "a whole number, 0 or more", minReplicas);
}
