import { spawn, spawnSync } from "node:child_process";
import type { FileLock } from "./flock-lock.js";

/** The file's number in the child. */
const CHILD_DESCRIPTOR = "3";
/** The command's way to say that somebody else has the lock. */
const BUSY = 1;

/** That of busybox has the name, but cannot wait. */
export function hasFlockCommand(): boolean {
  const { status, stdout } = spawnSync("flock", ["--version"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return status === 0 && stdout.includes("util-linux");
}

/**
 * By the command flock(1). The kernel's lock belongs to the open file, which the child shares: when the child has got it and
 * has ended, this process has it.
 */
export class CommandLock implements FileLock {
  lock(descriptor: number, waitMs: number, signal: AbortSignal): Promise<boolean> {
    const wait = waitMs > 0 ? ["-w", (waitMs / 1_000).toFixed(3)] : ["-n"];
    return callFlock(["-x", ...wait], descriptor, signal);
  }

  isFree(descriptor: number): Promise<boolean> {
    return callFlock(["-s", "-n"], descriptor);
  }

  unlock(): boolean {
    return false;
  }
}

/** Whether the lock was got. */
function callFlock(options: readonly string[], descriptor: number, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn("flock", [...options, CHILD_DESCRIPTOR], {
      stdio: ["ignore", "ignore", "ignore", descriptor],
      // In other languages a fraction is written with a comma.
      env: { ...process.env, LC_ALL: "C" },
      ...(signal && { signal }),
    });
    child.once("error", reject);
    child.once("exit", (code, killedBy) => {
      if (code === 0 || code === BUSY) resolve(code === 0);
      else reject(new Error(`the command flock ended with ${killedBy ?? `the exit code ${code}`}`));
    });
  });
}
