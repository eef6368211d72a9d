import type { Clock, ClockTimer } from "../clock/clock.js";
import { MAX_TIMER_DELAY_MS } from "../clock/clock.js";
import { SystemClock } from "../clock/system-clock.js";
import { PunctualError } from "../errors.js";
import type { JobStore, KillMessage, StoredRow, StoreWatch, StoreWatcher } from "../store/job-store.js";
import type { AppliedJobs } from "./applied-jobs.js";
import { reasonOf } from "./applied-jobs.js";
import type { SchedulerEmitter } from "./events.js";

/** How long it waits before it asks a store again that could not be reached: at first, and at most. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** How many definitions are applied in one go, in some milliseconds, before everything else has its turn. */
const ROWS_AT_ONCE = 25;

/** What the jobs are kept as the store has them with. */
export interface StoreSyncParts {
  readonly clock: Clock;
  readonly store: JobStore;
  readonly applied: AppliedJobs;
  readonly events: SchedulerEmitter;
  /** Whether the process is kept alive for jobs that may come. */
  readonly ref: boolean;
  readonly onKill: (message: KillMessage) => void;
}

/** Keeps the jobs as the store has them, from `start` to `stop`: watches, loads, and goes on trying when it cannot. */
export class StoreSync {
  readonly #parts: StoreSyncParts;
  /** Counts starts and stops: what belongs to an earlier one counts no more. */
  #era = 0;
  #watch: StoreWatch | null = null;
  /** Something may have changed that is not loaded. */
  #stale = false;
  #catchingUp = false;
  #wake: (() => void) | null = null;
  #alive: ClockTimer | null = null;
  /** The revision that was applied. */
  #known: number | null = null;
  #failing = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: StoreSyncParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#era++;
    if (this.#parts.ref) this.#keepAlive();
    this.#changed();
  }

  async stop(): Promise<void> {
    this.#era++;
    this.#alive?.cancel();
    this.#wake?.();
    const watch = this.#watch;
    this.#watch = null;
    this.#stale = false;
    this.#failing = false;
    this.#known = null;
    try {
      await watch?.end();
    } catch (error) {
      this.#report(error, "could not be left");
    }
  }

  /** Lets one thing at a time be asked of the store and applied, so that nothing old is applied after something new. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  /** A change of this process has been applied: no need to load for it. */
  applied(revision: number): void {
    if (this.#known !== null && revision === this.#known + 1) this.#known = revision;
  }

  #changed(): void {
    this.#stale = true;
    if (!this.#catchingUp) void this.#catchUp(this.#era);
  }

  /** Never rejects. */
  async #catchUp(era: number): Promise<void> {
    this.#catchingUp = true;
    for (let pauseMs = FIRST_PAUSE_MS; this.#stale && era === this.#era; ) {
      try {
        this.#watch ??= await this.#beginWatch(era);
        if (era !== this.#era) break;
        this.#stale = false;
        await this.exclusive(() => this.#load(era));
        pauseMs = FIRST_PAUSE_MS;
      } catch (error) {
        if (era !== this.#era) break;
        this.#stale = true;
        this.#failed(error);
        await this.#pause(pauseMs);
        pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
      }
    }
    this.#catchingUp = false;
    // It was stopped and started meanwhile.
    if (this.#stale) this.#changed();
  }

  async #beginWatch(era: number): Promise<StoreWatch | null> {
    const watch = await this.#parts.store.watch(this.#watcherFor(era));
    if (era === this.#era) return watch;
    await watch.end();
    return null;
  }

  async #load(era: number): Promise<void> {
    if (era !== this.#era) return;
    const { revision, rows } = await this.#parts.store.load();
    if (era !== this.#era) return;
    if (this.#known !== null && revision < this.#known) this.#lost(revision, rows);
    let steps = 0;
    for (const _ of this.#parts.applied.apply(rows)) {
      if (++steps % ROWS_AT_ONCE === 0) await nextTurn();
      if (era !== this.#era) return;
    }
    this.#known = revision;
    this.#failing = false;
  }

  /** It came back empty, or from an old copy: that says nothing about what its users want. */
  #lost(revision: number, rows: readonly StoredRow[]): void {
    const kept = this.#parts.applied.keepAllBut(rows);
    const gone = `has gone back from revision ${this.#known} to ${revision}`;
    this.#report(`${kept} jobs that it does not know any more stay until they are saved or removed`, gone);
  }

  #watcherFor(era: number): StoreWatcher {
    const ifCurrent =
      <Args extends unknown[]>(listener: (...args: Args) => void) =>
      (...args: Args): void => {
        if (era === this.#era) listener(...args);
      };
    return {
      changed: ifCurrent((revision) => {
        if (revision === null || this.#known === null || revision > this.#known) this.#changed();
      }),
      killed: ifCurrent((message) => this.#parts.onKill(message)),
      failed: ifCurrent((error) => this.#failed(error)),
      recovered: ifCurrent(() => {
        this.#failing = false;
        this.#wake?.();
      }),
    };
  }

  /** An outage is told of once. */
  #failed(cause: unknown): void {
    if (this.#failing) return;
    this.#failing = true;
    this.#report(cause, "cannot be reached, and is tried again");
  }

  #report(cause: unknown, what: string): void {
    const message = `the store of jobs ${what}: ${reasonOf(cause)}`;
    this.#parts.events.report(new PunctualError("STORE_FAILED", message, { cause }), null);
  }

  async #pause(ms: number): Promise<void> {
    let timer: ClockTimer | null = null;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = this.#parts.clock.setTimer(ms, resolve, { ref: false });
    });
    (timer as ClockTimer | null)?.cancel();
    this.#wake = null;
  }

  /** A timer of the system's, whatever the scheduler's clock: it is there to be waited for, not to ring. */
  #keepAlive(): void {
    this.#alive?.cancel();
    this.#alive = new SystemClock().setTimer(MAX_TIMER_DELAY_MS, () => this.#keepAlive());
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    new SystemClock().setTimer(0, resolve);
  });
}
