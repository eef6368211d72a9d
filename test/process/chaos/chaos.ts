/** Five real processes with one distributed job, disturbed in every way, and what came of it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "vitest";
import type { ChaosRecord } from "./accounting.js";
import { findFaults } from "./accounting.js";
import { Conductor } from "./conductor.js";
import type { LifeLine, Start } from "./records.js";
import { EVERY_MS, LEASE_MS, MAX_OFFSET_MS, readLines } from "./records.js";
import { reportOf, show } from "./report.js";
import type { StoreName } from "./stores.js";
import { openStore } from "./stores.js";

/** One variant of the test. */
export interface Chaos {
  readonly store: StoreName;
  readonly recover: boolean;
  readonly fires: number;
}

/** Until the clocks have come to what was started ahead of them, and the leases of the dead are over. */
const SETTLE_MS: number = MAX_OFFSET_MS + LEASE_MS + 500;
/** Of the fires so many have to be started, whatever happens: else nothing was tried. */
const LEAST_STARTED = 0.1;

const { PUNCTUAL_CHAOS_SEED = String(Math.floor(Math.random() * 2 ** 31)) } = process.env;
const seed = Number(PUNCTUAL_CHAOS_SEED);

/** Lets chaos reign, prints what came of it, and expects that no fire was started twice, out of order, or lost. */
export async function expectOrderIn({ store: name, recover, fires }: Chaos): Promise<void> {
  const title = `${name}, ${recover ? "with" : "without"} recovery, PUNCTUAL_CHAOS_SEED=${seed}`;
  console.log(title);
  const folder = mkdtempSync(join(tmpdir(), "punctual-chaos-"));
  await using store = await openStore(name, folder);
  const conductor = new Conductor({ folder, store, recover, seed });
  try {
    await conductor.begin();
    await conductor.disturb(fires - SETTLE_MS / EVERY_MS, EVERY_MS);
    await delay(SETTLE_MS);
    await conductor.end();
    const record = recordOf(conductor, recover);
    const report = reportOf(record, conductor);
    show(title, report);
    for (const [fault, found] of Object.entries(findFaults(record))) {
      expect.soft(found.slice(0, 20), `${found.length} ${fault}`).toEqual([]);
    }
    expect.soft(report.started).toBeGreaterThan(report.fires * LEAST_STARTED);
    expect.soft(report.fires).toBeGreaterThanOrEqual(fires * 0.9);
  } finally {
    await conductor.killAll();
    rmSync(folder, { recursive: true, force: true });
  }
}

function recordOf({ startsPath, lives }: Conductor, recover: boolean): ChaosRecord {
  return {
    recover,
    starts: readLines<Start>(startsPath),
    lives: lives.map(({ node, pid, cutAt, stalls, crash, settings }) => {
      return { node, pid, cutAt, stalls, crash, lines: readLines<LifeLine>(settings.lifePath) };
    }),
  };
}
