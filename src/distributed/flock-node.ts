import { randomBytes } from "node:crypto";
import { closeSync, constants, mkdirSync, openSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DistributedUnavailableError } from "../errors.js";
import type { OpenFile } from "./flock-files.js";
import { isInPlace, openFile } from "./flock-files.js";
import type { FileLock } from "./flock-lock.js";

const ID_BYTES = 16;
const ID = /^[0-9a-f]{32}$/;
/** Another looks at a node's file for microseconds. */
const PATIENCE_MS = 1_000;
/** So many files of others are looked at when a node begins: those of nodes that were killed have to go some time. */
const MOST_SWEPT = 16;

/** A node's sign of life: a file that it has locked as long as it lives, and by which others see whether it does. */
export class FlockNode {
  readonly id: string = randomBytes(ID_BYTES).toString("hex");
  readonly #directory: string;
  readonly #lock: FileLock;
  readonly #signal: AbortSignal;
  #file: OpenFile | null = null;
  #opening: Promise<void> | null = null;

  constructor(directory: string, lock: FileLock, signal: AbortSignal) {
    this.#directory = join(directory, "nodes");
    this.#lock = lock;
    this.#signal = signal;
  }

  /** Makes sure that others see that it lives. */
  live(): Promise<void> | undefined {
    if (this.#file !== null && isInPlace(this.#file)) return;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  async isDead(id: string): Promise<boolean> {
    if (id === this.id) return false;
    const path = join(this.#directory, id);
    const descriptor = openExisting(path);
    if (descriptor === null) return true;
    try {
      const isDead = await this.#lock.isFree(descriptor);
      // Nobody can take it meanwhile: the lock is shared with those who look, and with nobody else.
      if (isDead) remove(path);
      return isDead;
    } finally {
      closeSync(descriptor);
    }
  }

  close(): void {
    if (this.#file === null) return;
    remove(this.#file.path);
    closeSync(this.#file.descriptor);
    this.#file = null;
  }

  async #open(): Promise<void> {
    if (this.#file !== null) closeSync(this.#file.descriptor);
    this.#file = null;
    makeDirectory(this.#directory);
    this.#file = await this.#lockOwn();
    const others = readdirSync(this.#directory).filter((name) => ID.test(name));
    for (const id of others.slice(0, MOST_SWEPT)) await this.isDead(id);
  }

  async #lockOwn(): Promise<OpenFile> {
    const file = openFile(join(this.#directory, this.id));
    try {
      const isLocked = await this.#lock.lock(file.descriptor, PATIENCE_MS, this.#signal);
      if (!isLocked) throw new DistributedUnavailableError(`the lock of ${file.path} is busy`);
      if (isInPlace(file)) return file;
    } catch (error) {
      closeSync(file.descriptor);
      throw error;
    }
    closeSync(file.descriptor);
    // Somebody looked at it before it was locked, and took it away.
    return await this.#lockOwn();
  }
}

function openExisting(path: string): number | null {
  try {
    return openSync(path, constants.O_RDONLY);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** Where it cannot be removed it does no harm: it is locked by nobody. */
function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {}
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
