import type { Clock } from "../clock/clock.js";
import { SystemClock } from "../clock/system-clock.js";
import { DistributedUnavailableError, InvalidOptionError, PunctualError } from "../errors.js";
import type { Duration } from "../schedule/duration.js";
import { parseDuration } from "../schedule/duration.js";
import { checkClaim, checkLease, checkSelect, skewMs } from "./checks.js";
import type { ClaimAnswer, ClaimRequest, Distributed, Lease, LeaseAnswer, LeaseRequest } from "./distributed.js";
import type { BootClock } from "./flock-boot-clock.js";
import { machineBootClock } from "./flock-boot-clock.js";
import { usableDirectory } from "./flock-directory.js";
import { LockedFiles } from "./flock-files.js";
import type { FlockKind } from "./flock-lock.js";
import { chooseLock } from "./flock-lock.js";
import { FlockNode } from "./flock-node.js";
import { claimQuestion, leaseQuestion, releaseQuestion, renewQuestion, selectQuestion } from "./flock-questions.js";
import type { Question } from "./flock-services.js";
import { FlockServices, ownerOf } from "./flock-services.js";
import { Turns } from "./flock-turns.js";
import { StateLease } from "./state-lease.js";

/** Options of `FlockDistributed`. */
export interface FlockDistributedOptions {
  /**
   * Where the services' state files lie: the same directory for all processes that are to agree, on a disk of the machine.
   * It is made where it is missing; nothing in it should be removed while they run.
   */
  readonly directory: string;
  /** How far ahead of the machine's clock a fire may lie. @default "2s" */
  readonly maxClockSkew?: Duration;
  /** How long a lock that somebody else has is waited for; it is held for microseconds, unless its holder hangs. @default "2s" */
  readonly timeout?: Duration;
  /** How flock(2) is called. Processes that differ in it exclude each other all the same. @default "koffi" if installed */
  readonly lock?: FlockKind;
  /** The wall clock, and the timers of waiting. @default the system's clock */
  readonly clock?: Clock;
  /** By which holds and leases end: another one is for tests. @default the machine's */
  readonly bootClock?: BootClock;
}

const DEFAULT_TIMEOUT_MS = 2_000;
const KINDS: readonly unknown[] = [undefined, "koffi", "command"] satisfies readonly (FlockKind | undefined)[];

/**
 * Agreement between the processes of one machine, by the kernel's flock(2) on files of a directory. What a process holds
 * ends with it, at once and however it dies. Marks and tokens outlive processes and restarts of the machine; a power cut,
 * though, may lose the last claims, as nothing waits for the disk.
 */
export class FlockDistributed implements Distributed {
  readonly #turns = new Turns();
  readonly #closing = new AbortController();
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #files: LockedFiles;
  readonly #node: FlockNode;
  readonly #services: FlockServices;

  /**
   * @throws InvalidOptionError when the directory cannot be used, or another option cannot; PunctualError with code
   * `FLOCK_UNSUPPORTED` on Windows, on file systems that other machines share, and when there is no way to call flock(2), and
   * `PEER_MISSING` when koffi is asked for and missing
   */
  constructor(options: FlockDistributedOptions) {
    if (process.platform === "win32") throw new PunctualError("FLOCK_UNSUPPORTED", "Windows has no flock");
    const { maxClockSkew, timeout, lock, clock = new SystemClock(), bootClock } = options;
    if (!KINDS.includes(lock)) throw new InvalidOptionError("lock", '"koffi" or "command"', lock);
    this.#clock = clock;
    this.#timeoutMs = timeout === undefined ? DEFAULT_TIMEOUT_MS : parseDuration(timeout, "timeout");
    const maxClockSkewMs = skewMs(maxClockSkew);
    const directory = usableDirectory(options.directory);
    const fileLock = chooseLock(lock, clock);
    const { signal } = this.#closing;
    this.#files = new LockedFiles(fileLock, clock, signal);
    this.#node = new FlockNode(directory, fileLock, signal);
    const boot = bootClock ?? machineBootClock(clock);
    const parts = { directory, files: this.#files, node: this.#node, clock, boot, maxClockSkewMs };
    this.#services = new FlockServices(parts);
  }

  async select(serviceName: string, appId: string, holdTimeMs: number): Promise<string> {
    checkSelect(serviceName, appId, holdTimeMs);
    return await this.#ask(serviceName, selectQuestion(this.#owner(appId), holdTimeMs));
  }

  async claim(request: ClaimRequest): Promise<ClaimAnswer> {
    checkClaim(request);
    const { serviceName, appId, leaseMs } = request;
    const answer = await this.#ask(serviceName, claimQuestion({ ...request, appId: this.#owner(appId) }));
    if (!answer.granted) return answer;
    return { ...answer, lease: leaseMs > 0 ? this.#leaseOf(serviceName, answer.token) : null };
  }

  async lease(request: LeaseRequest): Promise<LeaseAnswer> {
    checkLease(request);
    const { serviceName, appId, leaseMs } = request;
    const answer = await this.#ask(serviceName, leaseQuestion(this.#owner(appId), leaseMs));
    return answer.granted ? { ...answer, lease: this.#leaseOf(serviceName, answer.token) } : answer;
  }

  /** Ends all that the node holds, at once, and closes its files; what waits for a lock is rejected. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#turns.ended();
    this.#files.close();
    this.#node.close();
  }

  #owner(appId: string): string {
    return ownerOf(this.#node.id, appId);
  }

  #leaseOf(serviceName: string, token: number): Lease {
    return new StateLease(token, {
      renew: (leaseMs) => this.#ask(serviceName, renewQuestion(token, leaseMs)),
      release: (finished) => this.#ask(serviceName, releaseQuestion(token, finished)),
    });
  }

  #ask<Answer>(serviceName: string, question: Question<Answer>): Promise<Answer> {
    const endMs = this.#clock.monotonic() + this.#timeoutMs;
    return this.#turns.take(serviceName, async () => {
      try {
        this.#checkOpen();
        return await this.#services.ask(serviceName, endMs, question);
      } catch (cause) {
        // Whatever went wrong while it was being closed.
        this.#checkOpen();
        if (cause instanceof DistributedUnavailableError) throw cause;
        throw new DistributedUnavailableError(String(cause), { cause });
      }
    });
  }

  #checkOpen(): void {
    if (this.#closing.signal.aborted) throw new DistributedUnavailableError("it was closed");
  }
}
