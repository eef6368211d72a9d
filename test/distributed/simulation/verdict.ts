import type { Schedule } from "punctual";
import type { Grant } from "./ledger.js";
import type { Life } from "./life.js";
import type { World } from "./world.js";

/** What became of a fire in the whole cluster. */
export type Fate =
  | "started"
  /** Granted to a node that crashed before it began. */
  | "crashed"
  /** Who asked, or was granted it, heard nothing in time. */
  | "unavailable"
  /** Came due while an earlier run went on: on the same node, on another. */
  | "overlap"
  | "overlapElsewhere"
  /** Missed by the node that then had the next one. */
  | "misfire"
  | "stopping"
  | "clockSkew"
  /** A node that began later, with a clock ahead of the others', took the next one before those came to this one. */
  | "passedBy"
  /** No node was there when it came due. */
  | "nobody";

/** How far clocks may be off at either end of a world. */
const EDGE_MS = 2_500;

/** With `recover`. */
const MOST_ATTEMPTS = 3;
/** The longest hold time, and some more. */
const LONGEST_HOLD_MS = 7_500;
/** A scheduler that sees its clock set back goes on from where it looked at it last. */
const LOOKS_MS = 45_000;

/** What became of each fire; what should not be goes to the ledger. */
export function fatesOf(world: World): Map<Fate, number> {
  const counts = new Map<Fate, number>();
  for (const life of world.lives) checkAccounts(world, life);
  const { ledger, origin, plan } = world;
  const granted = new Map<number, Grant[]>();
  for (const grant of ledger.grants) granted.set(grant.fireTime, [...(granted.get(grant.fireTime) ?? []), grant]);
  const end = origin + plan.lengthMs - EDGE_MS;
  for (const fireTime of fireTimes(world, origin + EDGE_MS, end)) {
    const fate = fateOf(world, fireTime, granted.get(fireTime) ?? []);
    if (fate === null) ledger.fault(`${ledger.short(fireTime)} was started by nobody, for no reason`);
    else counts.set(fate, (counts.get(fate) ?? 0) + 1);
  }
  return counts;
}

function* fireTimes({ plan }: World, fromMs: number, toMs: number): Generator<number> {
  const schedule = plan.schedule as Schedule;
  for (let time = schedule.next(fromMs); time !== null && time <= toMs; time = schedule.next(time)) yield time;
}

/** Every fire that came due on a node is started or left out there, once. */
function checkAccounts(world: World, life: Life): void {
  const { ledger } = world;
  for (const [fireTime, { skips, starts }] of life.accounts) {
    const first = starts.filter((attempt) => attempt === 1).length;
    const own = skips.length + (life.toldFirst.has(fireTime) ? 0 : first);
    const name = `${ledger.short(fireTime)} on ${life.name}`;
    if (own > 1) ledger.fault(`${name} is on record ${own} times: ${skips.map(({ reason }) => reason).join(", ")}`);
    if (own > 0 && !life.covers(fireTime, LOOKS_MS)) ledger.fault(`${name} is on record, but did not come due`);
  }
  if (life.state !== "stopped") return;
  for (const { fromMs, toMs } of life.passages) {
    for (const fireTime of fireTimes(world, fromMs, toMs)) {
      if (life.accounts.has(fireTime)) continue;
      if (life.passedOver.some((each) => fireTime >= each.fromMs && fireTime <= each.toMs)) continue;
      ledger.fault(`${ledger.short(fireTime)} on ${life.name} came due and is not on record`);
    }
  }
}

function fateOf(world: World, fireTime: number, grants: readonly Grant[]): Fate | null {
  if (grants.some(({ started }) => started)) return "started";
  if (grants.length > 0) return neverBegun(world, grants, fireTime);
  const taken = world.ledger.grants.find((grant) => grant.fireTime > fireTime);
  if (taken === undefined)
    return bestOf(world.lives.filter((life) => life.covers(fireTime)).map((life) => accountOn(life, fireTime)));
  // Who has the next one has given this one up before.
  const account = accountOn(taken.life, fireTime);
  if (account !== null) return account;
  if (!world.lives.some((life) => life.covers(fireTime))) return "nobody";
  // The store was told that somebody waits for it.
  const isOwed = world.ledger.owed.get(fireTime) === taken.generation;
  if (isOwed) return null;
  // One whose clock was set back may come to it afterwards.
  return taken.life.covers(fireTime) && !taken.life.clockWasSet ? null : "passedBy";
}

function neverBegun(world: World, grants: readonly Grant[], fireTime: number): Fate | null {
  if (grants.some(({ life }) => life.state === "crashed"))
    return mustBeRecovered(world, grants, fireTime) ? null : "crashed";
  // What it asked for in the place of others is not its own to put on record.
  const unheard = (life: Life): Fate | null =>
    life.toldFirst.has(fireTime) && life.wasTroubled ? "unavailable" : null;
  return bestOf(grants.map(({ life }) => accountOn(life, fireTime) ?? unheard(life)));
}

/** Where nothing but crashes goes wrong, a node that lives on does what a dead one has left. */
function mustBeRecovered(
  { plan, lives, weather, injected }: World,
  grants: readonly Grant[],
  fireTime: number,
): boolean {
  const { lost, slow, noWay } = weather;
  const { stall, setClock, emptyStore } = injected;
  if (!plan.options.recover || lost + slow + noWay + stall + setClock + emptyStore > 0) return false;
  const { attempt, atMs, leaseMs } = grants.at(-1) as Grant;
  if (attempt === MOST_ATTEMPTS || atMs + leaseMs + LONGEST_HOLD_MS > plan.lengthMs) return false;
  return lives.some((life) => life.state === "stopped" && life.endedAtMs >= plan.lengthMs && life.covers(fireTime));
}

/** Why a node has not started it; `null` for no reason that counts. */
function accountOn(life: Life, fireTime: number): Fate | null {
  const reason = life.accounts.get(fireTime)?.skips[0]?.reason;
  if (reason === "distributedUnavailable") return "unavailable";
  if (reason === "heldElsewhere") return "overlapElsewhere";
  if (reason === "overlap" || reason === "misfire" || reason === "stopping" || reason === "clockSkew") return reason;
  if (reason === undefined && life.passedOver.some((each) => fireTime >= each.fromMs && fireTime <= each.toMs))
    return "misfire";
  if (reason === undefined && life.covers(fireTime) && life.state === "crashed") return "crashed";
  return null;
}

const ORDER: readonly Fate[] = [
  ...(["overlap", "unavailable", "crashed", "misfire", "overlapElsewhere", "clockSkew", "stopping"] as const),
];

function bestOf(fates: readonly (Fate | null)[]): Fate | null {
  const found = ORDER.find((fate) => fates.includes(fate));
  return found ?? (fates.length === 0 ? "nobody" : null);
}
