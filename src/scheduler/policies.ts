import { InvalidOptionError } from "../errors.js";
import type { CronOptions, DstPolicy } from "../schedule/cron-options.js";
import { DST_POLICIES } from "../schedule/cron-options.js";
import type { Duration } from "../schedule/duration.js";
import { parseDuration } from "../schedule/duration.js";
import type { OverlapPolicy } from "./admit.js";
import { checkBoolean, checkCount, checkKeys, checkOneOf, timerDuration } from "./checks.js";
import type { MisfirePolicy } from "./plan.js";
import type { RetrySettings } from "./retry.js";

/** Options of `retry`. */
export interface RetryOptions {
  /** How many attempts a run has at most, the first included. @default 3 */
  readonly attempts?: number;
  /** The wait before the second attempt. @default "1s" */
  readonly delay?: Duration;
  /** Whether that wait stays, or doubles with each attempt. @default "exponential" */
  readonly backoff?: "fixed" | "exponential";
  /** The longest wait. @default "5m" */
  readonly maxDelay?: Duration;
  /** Whether a wait is spread at random over zero to its whole length. @default "full" */
  readonly jitter?: "full" | "none";
  /** Whether an error is worth another attempt. @default every one is */
  readonly retryIf?: (error: unknown) => boolean;
  /** Whether an attempt may begin after the job's next fire time. @default false */
  readonly pastNextFire?: boolean;
}

/** Policies, for one job or, given to the scheduler, for all that do not say otherwise. */
export interface PolicyOptions {
  /** What a fire does while the previous run of its job goes on. @default "skip" */
  readonly overlap?: OverlapPolicy;
  /** What becomes of fire times that were missed by more than `grace`. @default "fireOnce" */
  readonly misfire?: MisfirePolicy;
  /** How late a fire may start and still count as on time. @default "1s" */
  readonly grace?: Duration;
  /** How far back missed fire times are looked for. @default "5m" */
  readonly catchUpWindow?: Duration;
  /** How many missed fire times `fireAll` makes up for, the latest ones. @default 100 */
  readonly maxCaughtUp?: number;
  /** How much later than its fire time a fire may start, by a hash of job and fire time. @default 0 */
  readonly jitter?: Duration;
  /** What summer time does to a schedule of fixed times. A `CRON_DST=` prefix counts before it. @default "vixie" */
  readonly dst?: DstPolicy;
  /** How long an attempt may take before it is told to end; `null` for no limit. @default null */
  readonly timeout?: Duration | null;
  /** How long a run that was told to end may go on before its thread or process is ended. @default "5s" */
  readonly killGrace?: Duration;
  /** How a failed or timed out attempt is followed by others; a number stands for that many attempts. @default null */
  readonly retry?: number | RetryOptions | null;
  /** Whether a run of its schedule that the process has not survived is done again, once, when a scheduler starts; it needs a history that outlives the process. @default false */
  readonly recover?: boolean;
  /** `start`: a run begins when it is on record that it does, so that no crash makes it begin twice; it needs such a history. @default null */
  readonly durable?: "start" | null;
  /** Pauses the job when so many runs in a row have failed or timed out; `null` for never. @default null */
  readonly pauseAfterFailures?: number | null;
}

/** Policies, checked and complete; shared by all jobs that have the same. */
export interface PolicySettings {
  readonly overlap: OverlapPolicy;
  readonly misfire: MisfirePolicy;
  readonly graceMs: number;
  readonly catchUpWindowMs: number;
  readonly maxCaughtUp: number;
  readonly jitterMs: number;
  readonly timeoutMs: number | null;
  readonly killGraceMs: number;
  readonly retry: RetrySettings | null;
  readonly pauseAfterFailures: number | null;
  readonly recover: boolean;
  /** Whether its runs are on record before they begin. */
  readonly durable: boolean;
  /** Whether the history outlives the process. */
  readonly journaled: boolean;
  /** How cron expressions are read. */
  readonly cron: Readonly<Required<Pick<CronOptions, "timezone" | "dayMatch" | "dst">>>;
}

export const POLICY_KEYS = [
  "overlap",
  "misfire",
  "grace",
  "catchUpWindow",
  "maxCaughtUp",
  "jitter",
  "dst",
  "timeout",
  "killGrace",
  "retry",
  "pauseAfterFailures",
  "recover",
  "durable",
] as const;
const RETRY_KEYS = ["attempts", "delay", "backoff", "maxDelay", "jitter", "retryIf", "pastNextFire"];
const OVERLAPS = ["skip", "queueOne", "queueAll", "replace", "allow"];

/** What holds where nothing is said. */
export const DEFAULT_POLICIES: Omit<PolicySettings, "cron"> = {
  overlap: "skip",
  misfire: "fireOnce",
  graceMs: 1_000,
  catchUpWindowMs: 300_000,
  maxCaughtUp: 100,
  jitterMs: 0,
  timeoutMs: null,
  killGraceMs: 5_000,
  retry: null,
  pauseAfterFailures: null,
  recover: false,
  durable: false,
  journaled: false,
};

/** And where the history outlives the process. */
export const JOURNALED_POLICIES: typeof DEFAULT_POLICIES = {
  ...DEFAULT_POLICIES,
  catchUpWindowMs: 3_600_000,
  journaled: true,
};

/** Checks policies; what is not said is taken from `base`. @throws InvalidOptionError */
export function policySettings(options: PolicyOptions, base: PolicySettings): PolicySettings {
  const { misfire = base.misfire, maxCaughtUp = base.maxCaughtUp, dst = base.cron.dst } = options;
  checkOneOf(misfire, "misfire", ["skip", "fireOnce", "fireAll"]);
  checkOneOf(dst, "dst", DST_POLICIES);
  checkCount(maxCaughtUp, "maxCaughtUp", 1);
  const { pauseAfterFailures = base.pauseAfterFailures } = options;
  if (pauseAfterFailures !== null) checkCount(pauseAfterFailures, "pauseAfterFailures", 1);
  const duration = (value: Duration | undefined, path: string, ms: number): number =>
    value === undefined ? ms : parseDuration(value, path);
  return {
    overlap: options.overlap === undefined ? base.overlap : overlapPolicy(options.overlap),
    misfire,
    graceMs: duration(options.grace, "grace", base.graceMs),
    catchUpWindowMs: duration(options.catchUpWindow, "catchUpWindow", base.catchUpWindowMs),
    maxCaughtUp,
    jitterMs: duration(options.jitter, "jitter", base.jitterMs),
    timeoutMs: options.timeout === undefined ? base.timeoutMs : timeoutMs(options.timeout),
    killGraceMs: options.killGrace === undefined ? base.killGraceMs : timerDuration(options.killGrace, "killGrace", 0),
    retry: options.retry === undefined ? base.retry : retrySettings(options.retry),
    pauseAfterFailures,
    ...journalSettings(options, base),
    cron: Object.freeze({ ...base.cron, dst }),
  };
}

function journalSettings(
  options: PolicyOptions,
  base: PolicySettings,
): Pick<PolicySettings, "recover" | "durable" | "journaled"> {
  const { journaled } = base;
  const { recover = base.recover, durable = base.durable ? "start" : null } = options;
  checkBoolean(recover, "recover");
  if (durable !== null) checkOneOf(durable, "durable", ["start"]);
  if (!journaled && (recover || durable !== null)) {
    const path = recover ? "recover" : "durable";
    throw new InvalidOptionError(
      path,
      "none without a history that outlives the process, such as SqlHistory",
      options[path],
    );
  }
  return { recover, durable: durable !== null, journaled };
}

function timeoutMs(timeout: Duration | null): number | null {
  return timeout === null ? null : timerDuration(timeout, "timeout", 1);
}

function overlapPolicy(overlap: OverlapPolicy): OverlapPolicy {
  if (typeof overlap !== "object" || overlap === null) {
    checkOneOf(overlap, "overlap", OVERLAPS);
    return overlap;
  }
  checkKeys(overlap, "overlap", ["queueAll"]);
  checkCount(overlap.queueAll, "overlap.queueAll", 1);
  return Object.freeze({ queueAll: overlap.queueAll });
}

function retrySettings(retry: number | RetryOptions | null): RetrySettings | null {
  if (retry === null) return null;
  if (typeof retry === "number") checkCount(retry, "retry", 1);
  const options = typeof retry === "number" ? { attempts: retry } : retry;
  checkKeys(options, "retry", RETRY_KEYS);
  const { attempts = 3, backoff = "exponential", jitter = "full", retryIf, pastNextFire = false } = options;
  checkCount(attempts, "retry.attempts", 1);
  checkOneOf(backoff, "retry.backoff", ["fixed", "exponential"]);
  checkOneOf(jitter, "retry.jitter", ["full", "none"]);
  if (retryIf !== undefined && typeof retryIf !== "function") {
    throw new InvalidOptionError("retry.retryIf", "a function", retryIf);
  }
  if (typeof pastNextFire !== "boolean")
    throw new InvalidOptionError("retry.pastNextFire", "true or false", pastNextFire);
  const delayMs = timerDuration(options.delay ?? 1_000, "retry.delay", 0);
  const maxDelayMs = timerDuration(options.maxDelay ?? Math.max(300_000, delayMs), "retry.maxDelay", 0);
  if (maxDelayMs < delayMs) throw new InvalidOptionError("retry.maxDelay", "at least retry.delay", options.maxDelay);
  if (attempts === 1) return null;
  return Object.freeze({ attempts, backoff, delayMs, maxDelayMs, jitter, retryIf: retryIf ?? null, pastNextFire });
}
