import type { Effort, Measured, Settings } from "./question.js";
import { check, loadQuestion } from "./question.js";
import { claimByNodes } from "./growing-claims.js";
import { historyByRows } from "./growing-history.js";

/** Something that grows, and what a unit of it costs then. */
export interface Growing {
  readonly what: string;
  readonly unit: string;
  readonly sizes: Readonly<Record<Effort, readonly number[]>>;
  readonly figures: readonly string[];
  measure(size: number): Promise<Measured>;
  /** What the code does, and so what growth is to be expected. */
  readonly why: string;
}

/** One side of another question, with its figures made into those of a unit. */
async function take(
  name: string,
  settings: Settings,
  pick: (figures: Measured["figures"]) => Record<string, number | undefined>,
): Promise<Measured> {
  const { punctual: side } = (await loadQuestion(name)).sides;
  check(side !== undefined, `${name} has no side punctual`);
  const { figures, faults } = await side(settings);
  const picked = Object.entries(pick(figures)).map(([figure, value]) => [figure, value ?? Number.NaN]);
  return { figures: Object.fromEntries(picked) as Record<string, number>, ...(faults && { faults }) };
}

const REGISTER = "register a job, µs";
const REMOVE = "remove a job, µs";
const HEAP = "heap per job, bytes";
const LAST = "due → last start, µs per due job";
const BLOCK = "longest block of the event loop, ms";
const ZONE = "first use of each zone, ms";

export const GROWING: readonly Growing[] = [
  {
    what: "register and remove",
    unit: "jobs",
    sizes: { full: [1e3, 1e4, 1e5, 1e6], quick: [], once: [1e3] },
    figures: [REGISTER, REMOVE, HEAP],
    measure: (jobs) => take("register", { jobs, kind: "distinct" }, (figures) => figures),
    why: "a heap, O(log n), and a map of names; with more jobs than the processor's caches hold, each step waits for memory",
  },
  {
    what: "burst",
    unit: "due jobs",
    sizes: { full: [1e3, 1e4, 1e5], quick: [], once: [100] },
    figures: [LAST, BLOCK],
    measure: (jobs) =>
      take("burst", { jobs, seconds: 4 }, (figures) => ({
        [LAST]: ((figures["the same, median of the later ones, ms"] ?? Number.NaN) * 1_000) / jobs,
        [BLOCK]: figures[BLOCK],
      })),
    why: "each due job is taken from the heap, O(log n), in slices between which the event loop turns",
  },
  {
    what: "wake-ups",
    unit: "idle jobs",
    sizes: { full: [1e3, 1e4, 1e5], quick: [], once: [100, 1e3] },
    figures: ["wake-ups in 10 minutes"],
    measure: async (jobs) => {
      const { idleCounts } = await import("./counts.js");
      const { figures } = await idleCounts(jobs);
      return { figures: { "wake-ups in 10 minutes": figures["wake-ups"] ?? Number.NaN } };
    },
    why: "one timer, whatever the number of jobs",
  },
  {
    what: "zones",
    unit: "zones",
    sizes: { full: [1, 10, 100], quick: [], once: [1, 10] },
    figures: [ZONE],
    measure: useZones,
    why: "each zone's changes of the clock are found once, from Intl; the first one also loads Intl's data",
  },
  {
    what: "claims",
    unit: "nodes",
    sizes: { full: [1, 10, 100], quick: [], once: [1, 10] },
    figures: ["each claim, µs"],
    measure: claimByNodes,
    why: "each node asks once for each fire, O(1) at the server; the claims of one fire by all nodes are as many as nodes",
  },
  {
    what: "history",
    unit: "rows",
    sizes: { full: [1e4, 1e5, 1e6], quick: [], once: [1e3] },
    figures: ["write a record, µs", "a page of 50 of a job, ms", "last fire times, ms"],
    measure: historyByRows,
    why: "indexes are trees, O(log n); pages are read from a cursor, not counted off",
  },
];

/** The first fire time in zones that nobody has asked for. */
async function useZones(count: number): Promise<Measured> {
  const { cron } = await import("punctual");
  // Intl loads its data, and the code its compiler's attention, in a zone that does not count.
  cron("0 9 * * *", { timezone: "Europe/Berlin" }).next(Date.UTC(2026, 6, 1));
  const zones = Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "Europe/Berlin");
  const step = Math.floor(zones.length / count);
  const start = performance.now();
  for (let index = 0; index < count; index++) {
    const next = cron("0 9 * * *", { timezone: zones[index * step] as string }).next(Date.UTC(2026, 6, 1));
    check(next !== null && next <= Date.UTC(2026, 6, 2, 12), "no fire time within a day");
  }
  return { figures: { [ZONE]: (performance.now() - start) / count } };
}
