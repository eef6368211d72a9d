import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Clock } from "../clock/clock.js";

/** A clock that all processes of one machine read alike, from one start of the machine to the next. */
export interface BootClock {
  /** Names this start of the machine: times of another one say nothing. */
  readonly bootId: string;
  /** Milliseconds from an origin that is the same for all processes; not set by anybody, and it never goes back. */
  nowMs(): number;
}

/** The machine's. Where it does not say when it was started, the wall clock has to do. */
export function machineBootClock(clock: Clock): BootClock {
  const bootId = readBootId();
  if (bootId === null) return { bootId: "wall-clock", nowMs: () => clock.now() };
  // Node reads the system's monotonic clock here, as it is: `performance.now` counts from the start of the process.
  return { bootId, nowMs: () => Number(process.hrtime.bigint()) / 1e6 };
}

function readBootId(): string | null {
  try {
    if (process.platform === "linux") return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    if (process.platform !== "darwin") return null;
    const stdio = ["ignore", "pipe", "ignore"] as const;
    return execFileSync("/usr/sbin/sysctl", ["-n", "kern.bootsessionuuid"], {
      encoding: "utf8",
      stdio: [...stdio],
    }).trim();
  } catch {
    return null;
  }
}
