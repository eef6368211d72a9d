import { expect, it } from "vitest";
import { runWorlds } from "../distributed/simulation/many-worlds.js";

const { PUNCTUAL_SIMULATION_SEED = Date.now() % 1_000_000 } = process.env;
const SEED = Number(PUNCTUAL_SIMULATION_SEED);
const FIRES = 1_000_000;

it(`nodes of a distributed job keep their promises through ${FIRES} fires`, async () => {
  const totals = await runWorlds(SEED, FIRES);
  console.log(`PUNCTUAL_SIMULATION_SEED=${SEED}`, totals);
  expect(totals.faults).toEqual([]);
  expect(totals.fires).toBeGreaterThanOrEqual(FIRES);
});
