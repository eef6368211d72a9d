import type { BigIntStats } from "node:fs";
import { closeSync, constants, fstatSync, openSync, readSync, statSync, writeSync } from "node:fs";
import type { Clock } from "../clock/clock.js";
import { DistributedUnavailableError } from "../errors.js";
import type { FileLock } from "./flock-lock.js";
import { FILE_BYTES } from "./flock-slots.js";
import type { SlotWrite } from "./flock-slots.js";

/** So many descriptors are kept open; opening a file again takes a few microseconds. */
const MOST_OPEN = 64;

/** An open file, and which file that is. */
export interface OpenFile {
  readonly path: string;
  readonly descriptor: number;
  readonly stats: BigIntStats;
}

/** Opens a file, and makes it where it is missing. */
export function openFile(path: string): OpenFile {
  const descriptor = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o666);
  return { path, descriptor, stats: fstatSync(descriptor, { bigint: true }) };
}

/** Whether who opens the path now gets this file, and not another in its place. */
export function isInPlace({ path, stats }: OpenFile): boolean {
  const now = statSync(path, { bigint: true, throwIfNoEntry: false });
  return now !== undefined && now.ino === stats.ino && now.dev === stats.dev;
}

/** Files that are locked for a moment, one user at a time for each path, and kept open in between. */
export class LockedFiles {
  readonly #lock: FileLock;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  /** Locked by nobody here; the one that was used last comes last. */
  readonly #idle = new Map<string, OpenFile>();
  readonly #buffer: Buffer = Buffer.alloc(FILE_BYTES);

  constructor(lock: FileLock, clock: Clock, signal: AbortSignal) {
    this.#lock = lock;
    this.#clock = clock;
    this.#signal = signal;
  }

  /** The file at the path, locked. @throws DistributedUnavailableError when others have it until `endMs`, monotonic time */
  async lock(path: string, endMs: number): Promise<OpenFile> {
    for (;;) {
      const file = this.#idle.get(path) ?? openFile(path);
      this.#idle.delete(path);
      try {
        const waitMs = Math.max(0, endMs - this.#clock.monotonic());
        const isLocked = await this.#lock.lock(file.descriptor, waitMs, this.#signal);
        if (!isLocked) throw new DistributedUnavailableError(`the lock of ${path} is busy`);
        if (isInPlace(file)) return file;
      } catch (error) {
        closeSync(file.descriptor);
        throw error;
      }
      closeSync(file.descriptor);
    }
  }

  unlock(file: OpenFile): void {
    if (this.#lock.unlock(file.descriptor)) this.#idle.set(file.path, file);
    else closeSync(file.descriptor);
    for (const [path, oldest] of this.#idle) {
      if (this.#idle.size <= MOST_OPEN) return;
      this.#idle.delete(path);
      closeSync(oldest.descriptor);
    }
  }

  /** What is in it, until the next call. */
  read({ descriptor }: OpenFile): Buffer {
    return this.#buffer.subarray(0, readSync(descriptor, this.#buffer, 0, FILE_BYTES, 0));
  }

  write({ path, descriptor }: OpenFile, { bytes, position }: SlotWrite): void {
    const length = writeSync(descriptor, bytes, 0, bytes.length, position);
    if (length < bytes.length) throw new Error(`${path} could not be written to its end`);
  }

  close(): void {
    for (const file of this.#idle.values()) closeSync(file.descriptor);
    this.#idle.clear();
  }
}
