import { createRequire } from "node:module";
import type { Clock } from "../clock/clock.js";
import type { FileLock } from "./flock-lock.js";

// The same on Linux, macOS and the BSDs.
const LOCK_SH = 1;
const LOCK_EX = 2;
const LOCK_NB = 4;
const LOCK_UN = 8;

/** So often it is asked again at once, which lets others of this process go on; a lock is held for microseconds. */
const QUICK_TRIES = 8;
const LONGEST_PAUSE_MS = 10;

/** flock(2) of the C library. */
export interface Flock {
  /** 0, or the error's number. */
  call(descriptor: number, operation: number): number;
  readonly errors: { readonly EAGAIN: number; readonly EINTR: number };
}

/** Throws where the package is not installed, or not for this machine. */
export function loadFlock(): Flock {
  const koffi = createRequire(import.meta.url)("koffi") as typeof import("koffi");
  const flock = koffi.load(null).func("int flock(int fd, int op)");
  const { EAGAIN, EINTR } = koffi.os.errno as Record<string, number>;
  if (EAGAIN === undefined || EINTR === undefined) throw new Error("koffi does not know the errors of this machine");
  return {
    call: (descriptor, operation) => (flock(descriptor, operation) === 0 ? 0 : koffi.errno()),
    errors: { EAGAIN, EINTR },
  };
}

/** By the call itself. It never blocks: a thread that waits in the kernel could not be called back. */
export class KoffiLock implements FileLock {
  readonly #flock: Flock;
  readonly #clock: Clock;

  constructor(flock: Flock, clock: Clock) {
    this.#flock = flock;
    this.#clock = clock;
  }

  lock(descriptor: number, waitMs: number, signal: AbortSignal): boolean | Promise<boolean> {
    return this.#try(descriptor, LOCK_EX) || this.#poll(descriptor, this.#clock.monotonic() + waitMs, signal);
  }

  isFree(descriptor: number): boolean {
    return this.#try(descriptor, LOCK_SH);
  }

  unlock(descriptor: number): boolean {
    this.#call(descriptor, LOCK_UN);
    return true;
  }

  async #poll(descriptor: number, endMs: number, signal: AbortSignal): Promise<boolean> {
    for (let tries = 0; ; tries++) {
      const leftMs = endMs - this.#clock.monotonic();
      if (leftMs <= 0 || signal.aborted) return false;
      await this.#pause(Math.min(leftMs, pauseMs(tries)));
      if (this.#try(descriptor, LOCK_EX)) return true;
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.setTimer(ms, resolve);
    });
  }

  #try(descriptor: number, operation: number): boolean {
    return this.#call(descriptor, operation | LOCK_NB) === 0;
  }

  /** 0 or EAGAIN; throws on everything else. */
  #call(descriptor: number, operation: number): number {
    const { call, errors } = this.#flock;
    let error = call(descriptor, operation);
    while (error === errors.EINTR) error = call(descriptor, operation);
    if (error === 0 || error === errors.EAGAIN) return error;
    throw new Error(`flock(2) failed with the error number ${error}`);
  }
}

/** Between tries: none, then growing, and never the same for two who wait. */
function pauseMs(tries: number): number {
  if (tries < QUICK_TRIES) return 0;
  return Math.min(LONGEST_PAUSE_MS, 1 + (tries - QUICK_TRIES) * Math.random());
}
