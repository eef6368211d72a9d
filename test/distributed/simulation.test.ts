import { describe, expect, it } from "vitest";
import { lookAt, runWorlds } from "./simulation/many-worlds.js";

/** The same worlds for every commit; `npm run test:long` draws new ones. */
const { PUNCTUAL_SIMULATION_SEED = 1, PUNCTUAL_SIMULATION_WORLD } = process.env;
const SEED = Number(PUNCTUAL_SIMULATION_SEED);
/** One world of those to go through, and what happens in it is printed. */
const WORLD = PUNCTUAL_SIMULATION_WORLD;
const FIRES = 100_000;

describe("nodes of a distributed job, simulated", () => {
  it(`keep their promises through ${FIRES} fires`, { timeout: 240_000 }, async () => {
    const totals = WORLD === undefined ? await runWorlds(SEED, FIRES) : await lookAt(Number(WORLD));
    console.log(`PUNCTUAL_SIMULATION_SEED=${SEED}`, totals);
    expect(totals.faults).toEqual([]);
    if (WORLD === undefined) expect(totals.fires).toBeGreaterThanOrEqual(FIRES);
  });
});
