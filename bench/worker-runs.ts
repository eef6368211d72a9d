import type { Cell, Effort, FigureOf, Measured, Question, Settings, Side, Target } from "./question.js";
import { atLeast, check, LATER_ONLY, ratio } from "./question.js";
import { percentile } from "./statistics.js";
import type { WorkerSide } from "./worker-sides.js";
import { bree, piscina, punctual, tinypool } from "./worker-sides.js";

const RATE = "runs per second";
const WARM_UP = 1_000;
const MANY = "2 threads, 64 in flight";
const SINGLE = "one at a time";

function side(open: () => Promise<WorkerSide>): Side {
  return async (settings) => measure(await open(), settings);
}

async function measure(workers: WorkerSide, { runs, inFlight }: Settings): Promise<Measured> {
  const count = Number(runs);
  await runAll(workers, Math.min(WARM_UP, count), Number(inFlight));
  const start = performance.now();
  const took = await runAll(workers, count, Number(inFlight));
  const elapsed = performance.now() - start;
  return {
    figures: {
      [RATE]: (count / elapsed) * 1_000,
      "p50, µs": percentile(took, 50) * 1_000,
      "p99, µs": percentile(took, 99) * 1_000,
    },
  };
}

/** So many runs at once, each followed by the next; gives how long each took, and checks what each gave back. */
async function runAll(workers: WorkerSide, count: number, inFlight: number): Promise<Float64Array> {
  const took = new Float64Array(count);
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let run = next++; run < count; run = next++) {
      const start = performance.now();
      check((await workers.run("echo", run)) === run, `run ${run} gave back something else`);
      took[run] = performance.now() - start;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return took;
}

const sides: Record<string, Side> = {
  punctual: side(punctual),
  "limit (tinypool)": side(tinypool(false)),
  "tinypool, atomics": side(tinypool(true)),
  piscina: side(piscina),
  bree: side(bree),
};

function cells(effort: Effort): Cell[] {
  const many = { full: 50_000, quick: 10_000, once: 500 }[effort];
  const single = { full: 20_000, quick: 5_000, once: 200 }[effort];
  return Object.keys(sides).flatMap((name): Cell[] => {
    // A thread for each run: some 40 a second.
    const runs = (count: number): number => (name === "bree" ? Math.min(count / 100, 50) : count);
    if (effort !== "full" && name === "bree") return [{ side: name, label: MANY, settings: {}, leftOut: LATER_ONLY }];
    return [
      { side: name, label: MANY, settings: { runs: runs(many), inFlight: 64 } },
      { side: name, label: SINGLE, settings: { runs: runs(single), inFlight: 1 } },
    ];
  });
}

export const question: Question = {
  title: "trivial runs on worker threads",
  sides,
  cells,
  repeats: (effort) => ({ full: 3, quick: 1, once: 1 })[effort],
  targets: (figure: FigureOf): Target[] => [
    atLeast(`${MANY}, × tinypool`, ratio(figure("punctual", MANY, RATE), figure("limit (tinypool)", MANY, RATE)), 0.8),
    atLeast(
      `${MANY}, × tinypool with atomics`,
      ratio(figure("punctual", MANY, RATE), figure("tinypool, atomics", MANY, RATE)),
      0.8,
    ),
  ],
};
