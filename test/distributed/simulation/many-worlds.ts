import type { SkipReason } from "punctual";
import type { Troubles } from "./draw.js";
import { drawWorld } from "./draw.js";
import type { Fate } from "./verdict.js";
import { fatesOf } from "./verdict.js";
import { World } from "./world.js";

/** What has been seen of many worlds. */
export interface Totals {
  worlds: number;
  /** Fire times of the jobs. */
  fires: number;
  starts: number;
  recovered: number;
  readonly fates: Record<string, number>;
  readonly injected: Record<string, number>;
  readonly skips: Record<string, number>;
  /** What must not be, with the seed of its world. */
  readonly faults: string[];
}

/** Why nodes leave out what another one starts; or, at the end of the world, nobody does. */
const QUIET_REASONS: readonly SkipReason[] = ["claimedElsewhere", "heldElsewhere", "stopping"];
/** How many worlds that are wrong are told of. */
const MOST_FAULTS = 20;

/** Goes through worlds until so many fires have come due. */
export async function runWorlds(seed: number, fires: number): Promise<Totals> {
  const totals: Totals = { worlds: 0, fires: 0, starts: 0, recovered: 0, fates: {}, injected: {}, skips: {}, faults: [] };
  for (let each = 0; totals.fires < fires && totals.faults.length < MOST_FAULTS; each++)
    await runWorld(seed * 100_000 + each, totals);
  return totals;
}

async function runWorld(seed: number, totals: Totals): Promise<void> {
  const { plan, troubles } = drawWorld(seed);
  const world = new World(plan);
  await world.run();
  const fates = fatesOf(world);
  totals.worlds++;
  for (const [fate, count] of fates) {
    totals.fires += count;
    add(totals.fates, fate, count);
  }
  checkQuiet(world, troubles, fates);
  totals.starts += world.ledger.starts;
  totals.recovered += world.ledger.grants.filter(({ attempt, started }) => attempt > 1 && started).length;
  for (const [kind, count] of Object.entries(world.injected)) add(totals.injected, kind, count);
  const { lost, slow, noWay } = world.weather;
  for (const [kind, count] of Object.entries({ lost, slow, noWay })) add(totals.injected, kind, count);
  for (const { accounts } of world.lives)
    for (const { skips } of accounts.values()) for (const { reason } of skips) add(totals.skips, reason, 1);
  const [first] = world.ledger.faults;
  if (first !== undefined) totals.faults.push(`world ${seed}: ${first} (${world.ledger.faults.length})`);
}

/** Where nothing goes wrong every fire is started once. */
function checkQuiet({ ledger, lives }: World, troubles: Troubles, fates: ReadonlyMap<Fate, number>): void {
  if (Object.values(troubles).some(Boolean)) return;
  for (const fate of fates.keys()) if (fate !== "started") ledger.fault(`${fate} though nothing went wrong`);
  for (const { name, accounts } of lives) {
    const reasons = new Set([...accounts.values()].flatMap(({ skips }) => skips.map(({ reason }) => reason)));
    for (const reason of reasons)
      if (!QUIET_REASONS.includes(reason)) ledger.fault(`${reason} on ${name} though nothing went wrong`);
  }
}

function add(counts: Record<string, number>, name: string, count: number): void {
  counts[name] = (counts[name] ?? 0) + count;
}
