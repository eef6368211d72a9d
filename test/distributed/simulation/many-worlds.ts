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
  /** Starts of what another node had left unfinished. */
  recovered: number;
  cpuSeconds: number;
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
const WORLDS_PER_SEED = 100_000;

/** Goes through worlds until so many fires have come due. */
export async function runWorlds(seed: number, fires: number): Promise<Totals> {
  const totals = nothingSeen();
  const before = process.cpuUsage();
  for (let each = 0; totals.fires < fires && totals.faults.length < MOST_FAULTS; each++)
    await runWorld(seed * WORLDS_PER_SEED + each, totals, false);
  const { user, system } = process.cpuUsage(before);
  totals.cpuSeconds = Math.round((user + system) / 1e5) / 10;
  return totals;
}

/** Goes through one world, and prints what happens in it. */
export async function lookAt(worldSeed: number): Promise<Totals> {
  const totals = nothingSeen();
  const world = await runWorld(worldSeed, totals, true);
  console.log(JSON.stringify(world.plan, null, 1));
  console.log(world.ledger.log.join("\n"));
  return totals;
}

function nothingSeen(): Totals {
  return {
    ...{ worlds: 0, fires: 0, starts: 0, recovered: 0, cpuSeconds: 0 },
    ...{ fates: {}, injected: {}, skips: {}, faults: [] },
  };
}

async function runWorld(seed: number, totals: Totals, keepsLog: boolean): Promise<World> {
  const { plan, troubles } = drawWorld(seed);
  const world = new World(plan, { keepsLog });
  await world.run();
  const fates = fatesOf(world);
  checkQuiet(world, troubles, fates);
  totals.worlds++;
  totals.starts += world.ledger.starts;
  totals.recovered += world.ledger.grants.filter(({ attempt, started }) => attempt > 1 && started).length;
  for (const [fate, count] of fates) {
    totals.fires += count;
    add(totals.fates, fate, count);
  }
  const { lost, slow, noWay } = world.weather;
  for (const [kind, count] of Object.entries({ ...world.injected, lost, slow, noWay }))
    add(totals.injected, kind, count);
  for (const { accounts } of world.lives)
    for (const { skips } of accounts.values()) for (const { reason } of skips) add(totals.skips, reason, 1);
  const { faults } = world.ledger;
  if (faults.length > 0)
    totals.faults.push(`PUNCTUAL_SIMULATION_WORLD=${seed}: ${faults[0]} (${faults.length} in all)`);
  return world;
}

/** Where nothing goes wrong every fire is started once; but what starts late, after a hold, may overlap with the next one. */
function checkQuiet({ ledger, lives, plan }: World, troubles: Troubles, fates: ReadonlyMap<Fate, number>): void {
  if (Object.values(troubles).some(Boolean)) return;
  const isQuiet = (what: string): boolean => what === "overlap" && (plan.options.holdTime ?? 0) !== 0;
  for (const fate of fates.keys())
    if (fate !== "started" && !isQuiet(fate)) ledger.fault(`${fate} though nothing went wrong`);
  for (const { name, accounts } of lives) {
    const reasons = new Set([...accounts.values()].flatMap(({ skips }) => skips.map(({ reason }) => reason)));
    for (const reason of reasons)
      if (!QUIET_REASONS.includes(reason) && !isQuiet(reason))
        ledger.fault(`${reason} on ${name} though nothing went wrong`);
  }
}

function add(counts: Record<string, number>, name: string, count: number): void {
  counts[name] = (counts[name] ?? 0) + count;
}
