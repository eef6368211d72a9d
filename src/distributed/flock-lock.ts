import type { Clock } from "../clock/clock.js";
import { PunctualError } from "../errors.js";
import { CommandLock, hasFlockCommand } from "./flock-command.js";
import { KoffiLock, loadFlock } from "./flock-koffi.js";

/** How flock(2) is called: through the package koffi, or by the command flock(1) on an inherited descriptor. */
export type FlockKind = "koffi" | "command";

/** The kernel's lock on an open file. It ends when the process dies, however that happens. */
export interface FileLock {
  /** Whether it was got, within the time; `false` means that somebody else has it. */
  lock(descriptor: number, waitMs: number, signal: AbortSignal): boolean | Promise<boolean>;
  /** Whether nobody has it. Who asks has a share of it afterwards, until the descriptor is closed. */
  isFree(descriptor: number): boolean | Promise<boolean>;
  /** `false` where only closing the descriptor does that. */
  unlock(descriptor: number): boolean;
}

/**
 * The lock of the kind that is asked for, or of the best kind that there is.
 * @throws PunctualError with code `PEER_MISSING` when koffi is asked for and missing, `FLOCK_UNSUPPORTED` when there is none
 */
export function chooseLock(kind: FlockKind | undefined, clock: Clock): FileLock {
  let cause: unknown;
  if (kind !== "command") {
    try {
      return new KoffiLock(loadFlock(), clock);
    } catch (error) {
      cause = error;
    }
  }
  if (kind !== "koffi" && hasFlockCommand()) return new CommandLock();
  const code = kind === "koffi" ? "PEER_MISSING" : "FLOCK_UNSUPPORTED";
  throw new PunctualError(code, `FlockDistributed needs ${NEEDED[kind ?? "either"]}`, { cause });
}

const KOFFI = "the package koffi (npm install koffi)";
const COMMAND = "the command flock of util-linux";
const NEEDED = { koffi: KOFFI, command: COMMAND, either: `${KOFFI} or ${COMMAND}` } as const;
