import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SystemClock } from "punctual";
import type { FlockKind } from "punctual/flock";
import { FlockDistributed } from "punctual/flock";
import type { DistributedStore } from "punctual/testing";
import { distributedContract } from "punctual/testing";
import { test } from "vitest";
import { holdLocks } from "./fixtures/flock-command-line.js";

/** Real time, and what was added to it: so nobody has to wait. */
class AheadClock extends SystemClock {
  aheadMs = 0;
  override now(): number {
    return super.now() + this.aheadMs;
  }
  override monotonic(): number {
    return super.monotonic() + this.aheadMs;
  }
}

for (const lock of ["koffi", "command"] as const) {
  const capabilities = { outage: true, crossProcess: true };
  for (const each of distributedContract({ name: `flock by ${lock}`, create: () => store(lock), capabilities })) {
    test(each.name, { timeout: 60_000 }, () => each.run());
  }
}

async function store(lock: FlockKind): Promise<DistributedStore> {
  const root = mkdtempSync(join(tmpdir(), "punctual-flock-"));
  const directory = join(root, "agreed");
  const clock = new AheadClock();
  const bootClock = { bootId: "test", nowMs: () => clock.monotonic() };
  // A hundred commands one after another take their time.
  const timeout = lock === "koffi" ? "500ms" : "2s";
  return {
    open: async () => new FlockDistributed({ directory, lock, timeout, clock, bootClock }),
    wait: async (ms) => {
      clock.aheadMs += ms;
    },
    now: () => clock.now(),
    fault: async (kind) => {
      if (kind === "hangs") return await holdLocks(directory);
      renameSync(directory, `${directory}-away`);
      return async () => renameSync(`${directory}-away`, directory);
    },
    close: async () => rmSync(root, { recursive: true }),
  };
}
