import { expect, it } from "vitest";
import { finish, startScript } from "../support/scenario.js";

/** How long, when `PUNCTUAL_SOAK_MINUTES` does not say. */
const MINUTES = 10;
/** Memory is compared from here on: before, caches and the bounded history fill up. */
const WARM_MINUTE = 3;

type Counts = Readonly<Record<string, number>>;

/** What the process says at its end. */
interface Report {
  readonly jobs: number;
  readonly runs: Readonly<Record<string, Counts>>;
  readonly skips: Counts;
  readonly stopped: { running: number; report: Counts; leftOpen: number; leftBusy: string[] };
  readonly stuck: readonly string[];
  readonly faults: readonly string[];
  readonly chaos: Counts;
  readonly lost: Counts;
  readonly lostExamples: unknown;
  readonly violations: Counts;
  readonly examples: unknown;
  readonly counts: { readonly deaf: number; readonly silent: number; readonly errors: Counts };
  readonly historyDifferences: readonly unknown[];
  readonly lateness: Counts;
  readonly memory: readonly { readonly heapMiB: number; readonly rssMiB: number }[];
  readonly held: { readonly before: unknown; readonly after: unknown; readonly processes: number };
}

const number = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);
const sum = (counts: Counts): number => Object.values(counts).reduce((total, count) => total + count, 0);

const minutes = number("PUNCTUAL_SOAK_MINUTES", MINUTES);
const seed = number("PUNCTUAL_SOAK_SEED", Math.floor(Math.random() * 2 ** 31));

it(`500 jobs of every kind under random failures for ${minutes} min: every fire accounted for, nothing left`, {
  timeout: minutes * 60_000 + 120_000,
}, async () => {
  console.log(`PUNCTUAL_SOAK_SEED=${seed}`);
  const child = startScript("../long/fixtures/soak.mjs", [String(minutes), String(seed)], ["--expose-gc"]);
  const { exitCode, lines } = await finish(child);
  const report = lines.at(-1) as Report;
  show(report);
  expect.soft(exitCode).toBe(0);
  expect.soft(report.jobs).toBe(500);
  const idle = Object.entries(report.runs).filter(([, { succeeded }]) => !succeeded);
  expect.soft(idle).toEqual([]);
  expectAccounted(report);
  expectStopped(report);
  expectNoGrowth(report.memory);
});

/** Every fire time started or on record as skipped, once, in order, never early; and the history says the same. */
function expectAccounted(report: Report): void {
  expect.soft(report.violations, JSON.stringify(report.examples)).toEqual({});
  expect.soft(report.lost, JSON.stringify(report.lostExamples)).toEqual({});
  expect.soft(report.historyDifferences).toEqual([]);
  expect.soft(report.stuck).toEqual([]);
  expect.soft(report.faults).toEqual([]);
  // The only fault that belongs to no run is that of a thread after its run has ended.
  expect.soft(Object.keys(report.counts.errors).filter((code) => !code.startsWith("WORKER_"))).toEqual([]);
  expect.soft(sum(report.lateness)).toBeGreaterThan(0);
}

function expectStopped({ stopped, counts, held }: Report): void {
  expect.soft(sum(stopped.report)).toBe(stopped.running);
  expect.soft(stopped.leftOpen).toBe(0);
  expect.soft(stopped.leftBusy).toEqual([]);
  expect.soft(counts.silent).toBe(counts.deaf);
  expect.soft(held.after).toEqual(held.before);
  expect.soft(held.processes).toBe(0);
}

function expectNoGrowth(memory: Report["memory"]): void {
  const [warm, last] = [memory[WARM_MINUTE - 1], memory.at(-1)];
  if (warm === undefined || last === undefined || memory.length <= WARM_MINUTE) return;
  expect.soft(last.heapMiB).toBeLessThan(warm.heapMiB * 1.1 + 1);
}

function show(report: Report): void {
  const total = Object.values(report.runs).reduce((count, outcomes) => count + sum(outcomes), 0);
  console.table(report.runs);
  console.log(`${total} runs, ${sum(report.skips)} skips`);
  console.table([report.skips]);
  console.table([report.lateness]);
  console.table(report.memory.map((minute, index) => ({ minute: index + 1, ...minute })));
  const { stopped, stuck, faults, chaos, lost, violations, examples, counts, held } = report;
  console.log(JSON.stringify({ stopped, stuck, faults, chaos, lost, violations, examples, counts, held }, null, 1));
}
