import * as counts from "./counts.js";
import type { Cell, FigureOf } from "./question.js";
import { loadQuestion } from "./question.js";
import { figureOf, numberText } from "./report.js";
import { runCells } from "./run-cells.js";

/** One thing that may not become much worse. */
interface Check {
  readonly what: string;
  /** A ratio to a reference that was measured in the same run, or a count. */
  value(figure: FigureOf): number | undefined;
  readonly bound: number;
  readonly direction: "at least" | "at most";
}

/** What is measured together, and what must hold of it. */
interface Part {
  readonly question: string;
  readonly cells: readonly Cell[];
  readonly repeats: number;
  readonly checks: readonly Check[];
}

function cells(label: string, settings: Cell["settings"], ...sides: string[]): Cell[] {
  return sides.map((side) => ({ side, label, settings }));
}

/** `side` as a multiple of `reference`. */
function times(
  label: string,
  figure: string,
  side: string,
  reference: string,
): (figure: FigureOf) => number | undefined {
  return (of) => {
    const [ours, other] = [of(side, label, figure), of(reference, label, figure)];
    return ours === undefined || other === undefined ? undefined : ours / other;
  };
}

function atMost(what: string, value: Check["value"], bound: number): Check {
  return { what, value, bound, direction: "at most" };
}

function atLeast(what: string, value: Check["value"], bound: number): Check {
  return { what, value, bound, direction: "at least" };
}

/** A count: the same on every machine. */
function count(label: string, name: string, bound: number): Check {
  return atMost(`${label}: ${name}`, (of) => of("punctual", label, name), bound);
}

const POOL = "limit (tinypool)";
const BARE = "limit (bare heap)";
const MEAN = "all: geometric mean, per second";
const BURST = "10,000 due each second";
const LATER = "the same, median of the later ones, ms";
const [DISTINCT, SHARED] = ["10,000 jobs, distinct expressions", "10,000 jobs, shared expressions"];
const HEAP = "heap per job, bytes";
const REGISTER = "register a job, µs";
const REMOVE = "remove a job, µs";

/** Bounds are two to three times worse than what is usual: a quiet machine and a busy one differ by less. */
const PARTS: readonly Part[] = [
  {
    question: "next-time",
    cells: ["UTC", "America/New_York"].flatMap((zone) => cells(zone, { zone, milliseconds: 8 }, "punctual", "croner")),
    repeats: 1,
    checks: [
      atLeast("next time, UTC, × croner", times("UTC", MEAN, "punctual", "croner"), 45),
      atLeast("next time, New York, × croner", times("America/New_York", MEAN, "punctual", "croner"), 100),
    ],
  },
  {
    question: "parse",
    cells: cells("of known items, in UTC", { count: 20_000 }, "punctual", "croner"),
    repeats: 3,
    checks: [
      atLeast(
        "parse, distinct, × croner",
        times("of known items, in UTC", "distinct, per second", "punctual", "croner"),
        3,
      ),
      atLeast(
        "parse, repeated, × croner",
        times("of known items, in UTC", "repeated, per second", "punctual", "croner"),
        40,
      ),
    ],
  },
  {
    question: "register",
    cells: [
      ...cells(DISTINCT, { jobs: 10_000, kind: "distinct" }, "punctual", BARE),
      ...cells(SHARED, { jobs: 10_000, kind: "shared" }, "punctual", BARE),
    ],
    repeats: 3,
    checks: [
      atMost("register, distinct, × bare heap and map", times(DISTINCT, REGISTER, "punctual", BARE), 6),
      atMost("register, known, × bare heap and map", times(SHARED, REGISTER, "punctual", BARE), 3),
      atMost("remove, × bare heap and map", times(DISTINCT, REMOVE, "punctual", BARE), 20),
      count(DISTINCT, HEAP, 660),
      count(SHARED, HEAP, 400),
    ],
  },
  {
    question: "burst",
    cells: cells(BURST, { jobs: 10_000, seconds: 4 }, "punctual", "limit"),
    repeats: 1,
    checks: [atMost("burst of 10,000, last start, × bare loop", times(BURST, LATER, "punctual", "limit"), 30)],
  },
  {
    question: "worker-runs",
    cells: cells("2 threads, 64 in flight", { runs: 10_000, inFlight: 64 }, "punctual", POOL),
    repeats: 3,
    checks: [
      atLeast(
        "worker runs, × bare tinypool",
        times("2 threads, 64 in flight", "runs per second", "punctual", POOL),
        0.5,
      ),
    ],
  },
  {
    question: "counts",
    cells: [counts.IDLE, counts.CLAIM, counts.BATCH].flatMap((part) => cells(part, { part }, "punctual")),
    repeats: 1,
    checks: [
      count(counts.IDLE, counts.WAKE_UPS, 20),
      count(counts.IDLE, counts.TIMERS, 1),
      count(counts.CLAIM, counts.ROUND_TRIPS, 1),
      count(counts.CLAIM, counts.COMMANDS, 4),
      count(counts.BATCH, counts.STATEMENTS, 20),
      count(counts.BATCH, counts.TRANSACTIONS, 1),
    ],
  },
];

/** Measures, compares and prints; what does not hold is measured once more. Gives what does not hold even then. */
export async function gate(): Promise<string[]> {
  const start = performance.now();
  const failures: string[] = [];
  for (const part of PARTS) {
    const first = await failuresOf(part);
    if (first.length === 0) continue;
    console.log("  once more");
    failures.push(...(await failuresOf(part)));
  }
  console.log(`\n  in ${Math.round((performance.now() - start) / 1_000)} s`);
  return failures;
}

async function failuresOf({ question: name, cells: asked, repeats, checks }: Part): Promise<string[]> {
  const question = await loadQuestion(name);
  console.log(`\n## ${name}`);
  const results = await runCells(name, [...asked], repeats, question);
  const broken = results.flatMap(({ side, label, error, faults }) => [
    ...(error === undefined ? [] : [`${side}, ${label}: ${error}`]),
    ...Object.entries(faults).flatMap(([fault, times]) =>
      times === 0 || side === "croner" ? [] : [`${side}: ${times} ${fault}`],
    ),
  ]);
  const figure = figureOf(results);
  const failed = checks.flatMap((check) => {
    const value = check.value(figure);
    const holds = value !== undefined && (check.direction === "at least" ? value >= check.bound : value <= check.bound);
    const text = `${check.what}: ${value === undefined ? "not measured" : numberText(value)} (${check.direction} ${check.bound})`;
    console.log(`  ${holds ? "holds " : "BROKEN"}  ${text}`);
    return holds ? [] : [text];
  });
  return [...broken, ...failed].map((text) => `${name}: ${text}`);
}
