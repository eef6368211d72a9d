import type { WorldParts } from "./world.js";
import { World } from "./world.js";
import type { WorldPlan } from "./plan.js";

/** Two nodes with right clocks, a fire every five seconds of one second, messages of 5 ms. */
const PLAIN: WorldPlan = {
  seed: 1,
  lengthMs: 20_500,
  skewsMs: [0, 0],
  timerSlackMs: 0,
  schedule: "*/5 * * * * *",
  options: { lease: "3s" },
  link: { delayMs: [5, 5], slowChance: 0, slowMs: 0, lossChance: 0 },
  work: { durationMs: [1_000, 1_000], failChance: 0, deafChance: 0 },
  faults: [],
};

/** What a scenario changes of the plain world, and what it decides. */
export interface Scenario extends Partial<WorldPlan>, WorldParts {
  /** Whether what the store says is part of the course. @default false */
  readonly showsStore?: boolean;
}

/** What happens in a small world, a line each: true time, who, what, fire time, in milliseconds from the beginning. */
export async function courseOf({ steer, command, showsStore = false, ...plan }: Scenario): Promise<string> {
  const world = new World(
    { ...PLAIN, ...plan },
    { keepsLog: true, ...(steer !== undefined && { steer }), ...(command !== undefined && { command }) },
  );
  await world.run();
  if (world.ledger.faults.length > 0) throw new Error([...world.ledger.log, ...world.ledger.faults].join("\n"));
  const told = world.ledger.log.filter((line) => Number.parseFloat(line) < world.plan.lengthMs);
  return told.filter((line) => showsStore || !line.includes(" store ")).join("\n");
}
