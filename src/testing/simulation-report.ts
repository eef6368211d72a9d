import { durationText } from "../schedule/duration.js";
import type { Simulation } from "./simulation.js";
import type { SimulatedBucket, SimulatedCounts, SimulatedJobCounts, SimulatedRush } from "./simulation-records.js";

const CHART_HEIGHT = 8;
const LISTED_JOBS = 10;
const LISTED_PEAKS = 3;
const LISTED_NAMES = 3;

/** A simulation as text. */
export function simulationReport(simulation: Simulation): string {
  const { counts, errors, from, jobs, load, to } = simulation;
  const meanRuns = load.reduce((sum, bucket) => sum + bucket.meanRuns, 0) / load.length;
  const lines = [
    `${instant(from)} to ${instant(to)}: ${many(jobs.length, "job")}, ${many(counts.fires, "fire")}`,
    ...fatesOf(counts),
    `runs at once: at most ${number(counts.mostRuns)}, ${number(meanRuns, 2)} on average`,
    ...peaksOf(simulation),
    ...rushOf("second", simulation.busiestSeconds),
    ...rushOf("minute", simulation.busiestMinutes),
    ...(errors.length > 0 ? [`${many(errors.length, "error")}, the first: ${errors[0]?.error.message}`] : []),
    ...troubledJobs(jobs),
    "",
    ...chart(load, from, to),
  ];
  return lines.join("\n");
}

function fatesOf(counts: SimulatedCounts): string[] {
  const { missed, outcomes, overlaps, runs, skipped, unfinished, waiting, worstLatenessMs } = counts;
  const ends = [...Object.entries(outcomes), ["unfinished", unfinished] as const];
  const left = [
    ...Object.entries(skipped).map(([reason, count]) => [`skipped (${reason})`, count] as const),
    ...[["missed", missed] as const, ["waiting at the end", waiting] as const],
  ];
  const late = worstLatenessMs > 0 ? [`latest start: ${durationText(worstLatenessMs)} after its fire time`] : [];
  const laps = overlaps > 0 ? [`overlaps of runs of one job: ${number(overlaps)}`] : [];
  return [`runs: ${number(runs)}${listed(ends, ", ")}`, ...lineOf("not started: ", left), ...late, ...laps];
}

type Count = readonly [what: string, count: number];

function listed(counts: readonly Count[], before: string): string {
  const some = counts.filter(([, count]) => count > 0);
  return some.map(([what, count]) => `${before}${number(count)} ${what}`).join("");
}

function lineOf(title: string, counts: readonly Count[]): string[] {
  const text = listed(counts, ", ");
  return text === "" ? [] : [title + text.slice(2)];
}

function peaksOf({ peaks }: Simulation): string[] {
  return peaks.slice(0, LISTED_PEAKS).map(({ at, runs, jobs }) => {
    const names = jobs.slice(0, LISTED_NAMES).map((each) => (each.runs > 1 ? `${each.job} x${each.runs}` : each.job));
    const more = jobs.length > LISTED_NAMES ? ` and ${number(jobs.length - LISTED_NAMES)} more` : "";
    return `  peak at ${instant(at)}: ${number(runs)} (${names.join(", ")}${more})`;
  });
}

function rushOf(span: string, rushes: readonly SimulatedRush[]): string[] {
  const [first] = rushes;
  return first === undefined ? [] : [`busiest ${span}: ${many(first.starts, "start")} from ${instant(first.from)} on`];
}

/** The jobs of whose fires the most were not started, or whose runs the most did not succeed. */
function troubledJobs(jobs: readonly SimulatedJobCounts[]): string[] {
  const trouble = (job: SimulatedJobCounts): number => skipsOf(job) + job.missed + job.waiting + unsuccessful(job);
  const worst = jobs.filter((job) => trouble(job) > 0).sort((a, b) => trouble(b) - trouble(a));
  return worst.slice(0, LISTED_JOBS).map((job) => {
    const { missed, runs, waiting } = job;
    const counts = [
      ["skipped", skipsOf(job)],
      ["missed", missed],
      ["waiting", waiting],
      ["unsuccessful", unsuccessful(job)],
    ] as const;
    return `  ${job.job}: ${many(runs, "run")}${listed(counts, ", ")}`;
  });
}

function skipsOf({ skipped }: SimulatedCounts): number {
  return Object.values(skipped).reduce((sum, count) => sum + count, 0);
}

function unsuccessful({ outcomes, runs, unfinished }: SimulatedCounts): number {
  return runs - unfinished - (outcomes.succeeded ?? 0);
}

/** The most runs at once over time, a column for each part of it. */
function chart(load: readonly SimulatedBucket[], from: number, to: number): string[] {
  const top = Math.max(1, ...load.map(({ mostRuns }) => mostRuns));
  const width = number(top).length;
  const height = Math.min(CHART_HEIGHT, top);
  const rows = Array.from({ length: height }, (_, index) => {
    const above = (top * (height - index - 1)) / height;
    const columns = load.map(({ mostRuns }) => (mostRuns > above ? "#" : " ")).join("");
    const label = index === 0 ? number(top) : "";
    return `${label.padStart(width)} |${columns}`.trimEnd();
  });
  const axis = `${"0".padStart(width)} +${"-".repeat(load.length)}`;
  const [first, last] = [instant(from), instant(to)];
  const between = " ".repeat(Math.max(1, load.length - first.length - last.length));
  const ends = `${" ".repeat(width + 2)}${first}${between}${last}`;
  return ["most runs at once:", ...rows, axis, ends];
}

function instant(ms: number): string {
  return new Date(ms).toISOString().replace(".000Z", "Z").replace(":00Z", "Z").replace("T", " ");
}

function number(value: number, digits = 0): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: digits });
}

function many(count: number, what: string): string {
  return `${number(count)} ${what}${count === 1 ? "" : "s"}`;
}
