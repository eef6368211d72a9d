import { AssertionError } from "node:assert/strict";
import { SystemClock } from "../clock/system-clock.js";
import type { JobStore, KillMessage, StoreWatch, StoreWatcher } from "../store/job-store.js";

const clock = new SystemClock();

/** Watches a store, notes what it hears, and lets a case wait for it. */
export class StoreListener implements StoreWatcher {
  readonly revisions: (number | null)[] = [];
  readonly kills: KillMessage[] = [];
  readonly failures: unknown[] = [];
  recoveries = 0;
  #waiting: (() => void)[] = [];
  #watch: StoreWatch | null = null;

  static async of(store: JobStore): Promise<StoreListener> {
    const listener = new StoreListener();
    listener.#watch = await store.watch(listener);
    return listener;
  }

  changed(revision: number | null): void {
    this.revisions.push(revision);
    this.#heard();
  }

  killed(message: KillMessage): void {
    this.kills.push(message);
    this.#heard();
  }

  failed(error: unknown): void {
    this.failures.push(error);
    this.#heard();
  }

  recovered(): void {
    this.recoveries++;
    this.#heard();
  }

  /** The last revision that it has heard of; 0 before any. */
  get revision(): number {
    return this.revisions.at(-1) ?? 0;
  }

  /** Waits until something is so that it has heard of, for so long at most. */
  async until(what: string, isSo: () => boolean, limitMs: number): Promise<void> {
    const end = clock.monotonic() + limitMs;
    while (!isSo()) {
      const leftMs = end - clock.monotonic();
      if (leftMs <= 0) throw new AssertionError({ message: `${what} was not heard within ${limitMs} ms` });
      await new Promise<void>((resolve) => {
        const timer = clock.setTimer(leftMs, resolve);
        this.#waiting.push(() => {
          timer.cancel();
          resolve();
        });
      });
    }
  }

  async end(): Promise<void> {
    await this.#watch?.end();
  }

  #heard(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

/** Lets real time pass. */
export async function passTime(ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    clock.setTimer(ms, resolve);
  });
}
