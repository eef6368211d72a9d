import { EventEmitter } from "eventemitter3";
import type { RunContext } from "../command/command.js";
import type { RefusalReason } from "../distributed/distributed.js";
import { PunctualError } from "../errors.js";
import type { RecordedRun } from "../history/record.js";
import type { SkipReason } from "./admit.js";
import type { Job } from "./job.js";
import type { RunStart, SchedulerObserver } from "./observers.js";
import { Observers } from "./observers.js";
import type { MisfirePolicy } from "./plan.js";
import type { Run } from "./run-record.js";
import type { StopReport } from "./stop.js";

/** Every event of a scheduler and its payload; docs/events.md says when each comes. */
export interface SchedulerEvents {
  "scheduler:started": Record<never, never>;
  "scheduler:stopped": StopReport;
  "job:added": { readonly job: Job };
  "job:removed": { readonly job: Job; readonly reason: "removed" | "ended" };
  "job:rescheduled": { readonly job: Job };
  "job:updated": { readonly job: Job };
  "job:paused": { readonly job: Job; readonly note: string };
  "job:resumed": { readonly job: Job };
  "run:started": { readonly run: RunContext; readonly job: Job };
  "run:retrying": {
    readonly run: RunContext;
    readonly job: Job;
    readonly error: unknown;
    /** How long until the next attempt. */
    readonly delayMs: number;
  };
  "run:deaf": { readonly run: RunContext; readonly job: Job };
  "run:silent": { readonly run: RunContext; readonly job: Job };
  "run:progress": { readonly run: RunContext; readonly job: Job; readonly fraction: number };
  "run:finished": { readonly run: Run; readonly job: Job };
  "run:abandoned": {
    /** Its record; its process has ended. */
    readonly run: RecordedRun;
    /** `null` where no job of that name is registered. */
    readonly job: Job | null;
    /** Whether it is done again. */
    readonly again: boolean;
  };
  "run:skipped": { readonly job: Job; readonly fireTime: number | null; readonly reason: SkipReason };
  "fire:missed": {
    readonly job: Job;
    /** The missed fire times, oldest first. */
    readonly fireTimes: readonly number[];
    /** The first of those too long ago to be listed, or `null`. */
    readonly missedBefore: number | null;
    readonly policy: MisfirePolicy;
    /** `clockJumped`: the clock was set forward, or the machine slept; `blocked`: the event loop, or the process stood still; `stopped`: no process was there. */
    readonly cause: "blocked" | "clockJumped" | "stopped";
  };
  "fire:claimed": {
    readonly job: Job;
    readonly fireTime: number;
    readonly token: number;
    /** 1, or more when the fire was left unfinished by a node that died. */
    readonly attempt: number;
    /** How long the store took to answer. */
    readonly durationMs: number;
  };
  "fire:refused": {
    readonly job: Job;
    readonly fireTime: number | null;
    readonly reason: RefusalReason;
    /** The node that is in the way, where that is known. */
    readonly holder: string | null;
    /** After which time it is asked for again; `null` for never. */
    readonly retryAfterMs: number | null;
    /** How long the store took to answer. */
    readonly durationMs: number;
  };
  "lease:lost": { readonly run: RunContext; readonly job: Job; readonly error: PunctualError };
  "leader:changed": { readonly serviceName: string; readonly leader: string; readonly previous: string | null };
  "distributed:unavailable": {
    readonly job: Job;
    readonly fireTime: number | null;
    readonly error: PunctualError;
    /** How long the store was waited for. */
    readonly durationMs: number;
  };
  "clock:jumped": { readonly byMs: number };
  error: { readonly error: PunctualError; readonly job: Job | null };
}

/** The name of an event. */
export type SchedulerEvent = keyof SchedulerEvents;
/** What listens to an event. */
export type SchedulerListener<E extends SchedulerEvent> = (payload: SchedulerEvents[E]) => unknown;

type AnyListener = (payload: unknown) => unknown;

/** Calls each listener by itself: one that throws or rejects becomes an `error` event and disturbs no other. */
export class SchedulerEmitter {
  readonly #emitter = new EventEmitter<SchedulerEvent>();
  /** What stands in for a listener that is to be called once. */
  readonly #once = new Map<AnyListener, Map<SchedulerEvent, AnyListener>>();
  readonly #observers = new Observers((member, cause) => {
    const error = new PunctualError("LISTENER_FAILED", `an observer's ${member} failed: ${String(cause)}`, { cause });
    // It must not be told of its own failure, for ever.
    if (member === "errorReported") process.emitWarning(error);
    else this.report(error, null);
  });

  on<E extends SchedulerEvent>(event: E, listener: SchedulerListener<E>): void {
    this.#emitter.on(event, listener as AnyListener);
  }

  once<E extends SchedulerEvent>(event: E, listener: SchedulerListener<E>): void {
    const standIn = (payload: SchedulerEvents[E]): unknown => {
      this.off(event, listener);
      return listener(payload);
    };
    const standIns = this.#once.get(listener as AnyListener) ?? new Map<SchedulerEvent, AnyListener>();
    this.#once.set(listener as AnyListener, standIns.set(event, standIn as AnyListener));
    this.#emitter.on(event, standIn as AnyListener);
  }

  off<E extends SchedulerEvent>(event: E, listener: SchedulerListener<E>): void {
    this.#emitter.off(event, listener as AnyListener);
    const standIns = this.#once.get(listener as AnyListener);
    const standIn = standIns?.get(event);
    if (standIn === undefined || standIns === undefined) return;
    this.#emitter.off(event, standIn);
    standIns.delete(event);
    if (standIns.size === 0) this.#once.delete(listener as AnyListener);
  }

  /** Adds one that is not a listener: an `error` event stays a process warning. Returns what undoes it. */
  observe(observer: SchedulerObserver): () => void {
    return this.#observers.add(observer);
  }

  /** Whether anybody wants to be told of runs before they begin. */
  get observesRuns(): boolean {
    return this.#observers.ofRuns;
  }

  /** Tells of a run that is about to begin; the traceparent that it is to have, if it is given one. */
  runStarting(start: RunStart): string | undefined {
    return this.#observers.runStarting(start);
  }

  /** Whether anybody listens: what nobody hears need not be made. */
  hears(event: SchedulerEvent): boolean {
    return this.#emitter.listenerCount(event) > 0;
  }

  emit<E extends SchedulerEvent>(event: E, payload: SchedulerEvents[E]): void {
    for (const listener of this.#emitter.listeners(event)) {
      try {
        const returned: unknown = (listener as AnyListener)(payload);
        if (returned instanceof Promise) returned.catch((error: unknown) => this.#listenerFailed(event, error));
      } catch (error) {
        this.#listenerFailed(event, error);
      }
    }
  }

  /** Reports a fault that belongs to no caller: to the `error` listeners, or, so that it is never silent, as a warning. */
  report(error: PunctualError, job: Job | null): void {
    this.#observers.errorReported({ error, job });
    if (this.hears("error")) this.emit("error", { error, job });
    else process.emitWarning(error);
  }

  #listenerFailed(event: SchedulerEvent, cause: unknown): void {
    const error = new PunctualError("LISTENER_FAILED", `a listener of ${event} failed: ${String(cause)}`, { cause });
    // A failing `error` listener must not be told of its own failure, for ever.
    if (event !== "error") {
      this.report(error, null);
      return;
    }
    this.#observers.errorReported({ error, job: null });
    process.emitWarning(error);
  }
}
