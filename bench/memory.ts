import { setTimeout as sleep } from "node:timers/promises";
import type { Contestant } from "./contestants.js";
import { sidesOf } from "./contestants.js";
import type { Cell, Effort, FigureOf, Measured, Question, Settings, Side, Target } from "./question.js";
import { atMost, check, LATER_ONLY } from "./question.js";

const JOBS = 1_000;
const GROWN = "grown in the second half, kB";
/** A start this little before a whole second belongs to that second. */
const EARLY_AT_MOST_MS = 50;
const FULL_SECONDS = 600;

function side(contestant: Contestant): Side {
  return ({ seconds, samples }: Settings) => soak(contestant, Number(seconds), Number(samples));
}

/** Runs each job each second, and looks at the heap now and then. */
async function soak(contestant: Contestant, seconds: number, samples: number): Promise<Measured> {
  const firstMs = Math.ceil((Date.now() + 1_000 + (JOBS * contestant.registerUs) / 1_000) / 1_000) * 1_000;
  const end = firstMs + seconds * 1_000;
  const runs = new Uint32Array(JOBS);
  const log = {
    start: (job: number, fireTime?: number): void => {
      const time = fireTime ?? Date.now() + EARLY_AT_MOST_MS;
      if (time >= firstMs && time < end) runs[job] = (runs[job] as number) + 1;
    },
  };
  const timing = { jobs: JOBS, firstMs, seconds: seconds + 60, spread: false };
  await contestant.register(timing, "* * * * * *", log);
  check(Date.now() < firstMs, "the jobs were not registered in time");
  const heap: number[] = [];
  for (let sample = 1; sample <= samples; sample++) {
    // In the middle of a second, when there is nothing to do.
    await sleep(firstMs + Math.round((seconds * sample) / samples) * 1_000 - 500 - Date.now());
    heap.push(bytesInUse());
  }
  await sleep(Math.max(0, end - EARLY_AT_MOST_MS - Date.now()));
  const half = heap.slice((heap.length - 1) >> 1);
  const perSample = slopeOf(half);
  const total = runs.reduce((sum, count) => sum + count, 0);
  return {
    figures: {
      "heap at the beginning, MB": (heap[0] as number) / 1e6,
      "heap at the end, MB": (heap.at(-1) as number) / 1e6,
      [GROWN]: (perSample * (half.length - 1)) / 1e3,
      "growth, bytes per run": (perSample * samples) / (JOBS * seconds),
      "runs in all": total,
    },
    faults: {
      missed: runs.reduce((sum, count) => sum + Math.max(0, seconds - count), 0),
      "too many": runs.reduce((sum, count) => sum + Math.max(0, count - seconds), 0),
    },
    notes: [`heap in MB: ${heap.map((bytes) => (bytes / 1e6).toFixed(2)).join(" ")}`],
  };
}

/** By least squares, per step. */
function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const up = values.reduce((sum, value, index) => sum + (index - middle) * (value - mean), 0);
  return up / values.reduce((sum, _, index) => sum + (index - middle) ** 2, 0);
}

function bytesInUse(): number {
  for (let pass = 0; pass < 2; pass++) globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const sides = sidesOf(side);
const LABEL = "1,000 jobs each second";

function cells(effort: Effort): Cell[] {
  const [seconds, samples] = { full: [FULL_SECONDS, 60], quick: [4, 4], once: [2, 2] }[effort] as [number, number];
  const limitMs = (seconds + 60) * 1_000;
  const most = { full: Number.POSITIVE_INFINITY, quick: 3, once: 2 }[effort];
  return Object.keys(sides).map((name, index) => ({
    side: name,
    label: LABEL,
    settings: { seconds, samples },
    limitMs,
    ...(index >= most && { leftOut: LATER_ONLY }),
  }));
}

export const question: Question = {
  title: "memory over a run (10 minutes in full): the heap after garbage collection; lower is better",
  sides,
  cells,
  repeats: () => 1,
  together: true,
  targets: (figure: FigureOf): Target[] => [
    atMost("the heap has grown in the second half, kB", figure("punctual", LABEL, GROWN), 512),
  ],
  remarks: (results) => results.flatMap(({ side: name, notes }) => notes.map((note) => `${name}: ${note}`)),
};
