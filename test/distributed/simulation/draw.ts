import type { DistributedCronOptions } from "punctual";
import { every } from "punctual";
import type { Fault, LinkPlan, WorkPlan, WorldPlan } from "./plan.js";
import { Random } from "./random.js";

/** What kinds of things go wrong in a world. */
export interface Troubles {
  readonly crashes: boolean;
  readonly stops: boolean;
  readonly stalls: boolean;
  readonly clocksSet: boolean;
  readonly outages: boolean;
  readonly messagesLost: boolean;
  readonly slowMessages: boolean;
  readonly emptyStore: boolean;
  readonly overlaps: boolean;
}

const INTERVALS_MS = [100, 200, 500, 1_000, 2_000, 5_000, 10_000] as const;
/** As far as the store lets clocks be ahead. */
const LARGEST_SKEW_MS = 2_000;
const HOUR_MS = 3_600_000;
/** A clock that is set twice before a scheduler looks at it could hide the first time: it looks every 30 s. */
const BETWEEN_SETS_MS = 60_000;
/** One world of so many is quiet: nothing goes wrong in it. */
const QUIET_OF = 5;

/** A world at random, the same for the same seed. */
export function drawWorld(seed: number): { readonly plan: WorldPlan; readonly troubles: Troubles } {
  const random = new Random(seed);
  const quiet = random.whole(1, QUIET_OF) === 1;
  const troubles = drawTroubles(random, quiet);
  const intervalMs = random.pick(INTERVALS_MS);
  const lengthMs = intervalMs * random.whole(150, 300);
  const link = drawLink(random, troubles, intervalMs);
  const nodes = random.whole(2, 5);
  const options = drawOptions(random, troubles, intervalMs);
  // By the clock of one that is far ahead a fire comes due in the run of an earlier one elsewhere: that is an overlap.
  const mayOverlap = !quiet || options.lease === null || options.overlap === "queueAll";
  const mostMs = mayOverlap ? LARGEST_SKEW_MS : Math.min(LARGEST_SKEW_MS, intervalMs / 8);
  const skewsMs = Array.from({ length: nodes }, () => drawSkew(random, quiet, mostMs));
  const plan: WorldPlan = {
    ...{ seed, lengthMs, skewsMs, link, options, timerSlackMs: random.pick([0, 2, 2]) },
    schedule: every(intervalMs, { anchor: "epoch" }),
    work: drawWork(random, troubles, intervalMs),
    faults: drawFaults(random, troubles, { nodes, lengthMs, intervalMs }),
  };
  return { plan, troubles };
}

function drawTroubles(random: Random, quiet: boolean): Troubles {
  const some = (probability = 0.4): boolean => !quiet && random.chance(probability);
  return {
    ...{ crashes: some(), stops: some(), stalls: some(), clocksSet: some(0.3), outages: some() },
    ...{ messagesLost: some(), slowMessages: some(), emptyStore: some(0.1), overlaps: some() },
  };
}

function drawLink(random: Random, { messagesLost, slowMessages }: Troubles, intervalMs: number): LinkPlan {
  const longest = random.scale(1, Math.min(50, intervalMs / 20));
  return {
    delayMs: [random.next(), longest],
    slowChance: slowMessages ? random.pick([0.01, 0.05]) : 0,
    slowMs: random.scale(500, 12_000),
    lossChance: messagesLost ? random.pick([0.005, 0.03]) : 0,
  };
}

function drawSkew(random: Random, quiet: boolean, mostMs: number): number {
  if (!quiet && random.chance(0.03)) return random.pick([HOUR_MS, -HOUR_MS]);
  return random.chance(0.2) ? 0 : Math.round((random.next() * 2 - 1) * mostMs);
}

function drawOptions(random: Random, { overlaps }: Troubles, intervalMs: number): DistributedCronOptions<undefined> {
  const lease = random.chance(0.25) ? null : random.scale(300, 10_000);
  return {
    holdTime: random.chance(0.5) ? 0 : random.scale(1, 5_000),
    lease,
    recover: lease !== null && random.chance(0.5),
    overlap: random.pick(["skip", "queueOne", "queueAll"]),
    misfire: random.pick(["skip", "fireOnce", "fireAll"]),
    timeout: overlaps && random.chance(0.5) ? random.scale(Math.max(20, intervalMs / 2), intervalMs * 4) : null,
    killGrace: random.pick([0, 100, 5_000]),
    retry:
      overlaps && random.chance(0.5) ? { attempts: 3, delay: random.scale(1, intervalMs / 2), jitter: "none" } : null,
  };
}

function drawWork(random: Random, { overlaps }: Troubles, intervalMs: number): WorkPlan {
  const longest = overlaps ? random.scale(intervalMs / 4, intervalMs * 3) : random.scale(1, intervalMs / 4);
  return {
    durationMs: [0, longest],
    failChance: overlaps ? random.pick([0, 0.2]) : 0,
    deafChance: overlaps ? random.pick([0, 0.1]) : 0,
  };
}

function drawFaults(
  random: Random,
  troubles: Troubles,
  { nodes, lengthMs, intervalMs }: { nodes: number; lengthMs: number; intervalMs: number },
): Fault[] {
  const faults: Fault[] = [];
  const node = (): number => random.whole(0, nodes - 1);
  const atMs = (): number => random.next() * lengthMs;
  const times = (wanted: boolean): unknown[] => (wanted ? Array.from({ length: random.whole(1, 4) }) : []);
  const forMs = (): number => random.scale(20, Math.max(15_000, intervalMs * 3));
  const back = () => ({
    backAfterMs: random.chance(0.8) ? random.scale(1, 20_000) : null,
    sameAppId: random.chance(0.5),
  });
  for (const _ of times(troubles.crashes)) faults.push({ kind: "crash", atMs: atMs(), node: node(), ...back() });
  for (const _ of times(troubles.stops))
    faults.push({ kind: "stop", atMs: atMs(), node: node(), graceMs: random.pick([0, 100, 10_000]), ...back() });
  for (const _ of times(troubles.stalls)) faults.push({ kind: "stall", atMs: atMs(), node: node(), forMs: forMs() });
  for (const _ of times(troubles.outages)) {
    const how = random.pick(["fails", "hangs"] as const);
    faults.push({ kind: "outage", atMs: atMs(), node: random.chance(0.5) ? null : node(), forMs: forMs(), how });
  }
  if (troubles.emptyStore) faults.push({ kind: "emptyStore", atMs: atMs() });
  if (troubles.clocksSet) faults.push(...drawSets(random, nodes, lengthMs));
  return faults;
}

function drawSets(random: Random, nodes: number, lengthMs: number): Fault[] {
  const faults: Fault[] = [];
  for (let atMs = random.next() * BETWEEN_SETS_MS; atMs < lengthMs; atMs += BETWEEN_SETS_MS * (1 + random.next() * 5)) {
    const sizeMs = random.chance(0.05) ? HOUR_MS : random.scale(1_000, 4_000);
    faults.push({ kind: "setClock", atMs, node: random.whole(0, nodes - 1), byMs: random.pick([1, -1]) * sizeMs });
  }
  return faults;
}
