import { setTimeout as sleep } from "node:timers/promises";
import type { Cell, Effort, FigureOf, Measured, Question, Settings, Side, Target } from "./question.js";
import { atLeast, atMost, check, ratio } from "./question.js";
import { percentile } from "./statistics.js";
import { tinypool } from "./worker-sides.js";

const JOBS = 100;
const BUSY_MS = 20;
const LABEL = `${JOBS} jobs of ${BUSY_MS} ms each second, 2 threads`;
const DONE = "done in time, of 100";
const LAG = "lag of the main thread, p99, ms";
const IDLE_LAG = "the same, idle, ms";
const LAG_STEP_MS = 5;

/** Has each job performed at each of the seconds from `firstMs` on; tells of each one that is done. */
type Starter = (firstMs: number, seconds: number, done: (job: number) => void) => Promise<void>;

function side(open: () => Promise<Starter>): Side {
  return async (settings) => measure(await open(), settings);
}

async function measure(start: Starter, { seconds, idleMs }: Settings): Promise<Measured> {
  const idle = new LagWatch();
  await sleep(Number(idleMs));
  const idleLag = idle.stop();
  const firstMs = Math.ceil((Date.now() + 500) / 1_000) * 1_000;
  const total = JOBS * Number(seconds);
  const times: number[] = [];
  const counts = new Array<number>(JOBS).fill(0);
  await start(firstMs, Number(seconds), (job) => {
    times.push(Date.now());
    counts[job] = (counts[job] ?? 0) + 1;
  });
  await sleep(firstMs - Date.now());
  const watch = new LagWatch();
  const end = firstMs + Number(seconds) * 1_000;
  await sleep(end - Date.now());
  const lag = watch.stop();
  while (times.length < total && Date.now() < end + 20_000) await sleep(20);
  check(
    counts.every((count) => count === Number(seconds)),
    `not every job was done ${seconds} times`,
  );
  const inTime = times.filter((time) => time <= end).length;
  return { figures: { [DONE]: (inTime / total) * 100, [LAG]: lag, [IDLE_LAG]: idleLag } };
}

/** How much later than asked timers ring. */
class LagWatch {
  readonly #lags: number[] = [];
  readonly #timer: NodeJS.Timeout;
  #asked = performance.now() + LAG_STEP_MS;

  constructor() {
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.#lags.push(Math.max(0, now - this.#asked));
      this.#asked = now + LAG_STEP_MS;
    }, LAG_STEP_MS);
  }

  stop(): number {
    clearInterval(this.#timer);
    return percentile(this.#lags, 99);
  }
}

async function punctual(): Promise<Starter> {
  const { Scheduler, worker } = await import("punctual");
  const scheduler = new Scheduler({ timezone: "UTC", workers: { minThreads: 2, maxThreads: 2 } });
  const command = worker<Jobs, "busy">(new URL("./worker-jobs.mjs", import.meta.url), "busy");
  await scheduler.runNow(command, { data: { job: 0, ms: 0 } });
  return async (firstMs, seconds, done) => {
    const list = Array.from({ length: seconds }, (_, index) => (firstMs / 1_000 + index) % 60);
    for (let job = 0; job < JOBS; job++) {
      const options = { data: { job, ms: BUSY_MS }, overlap: "allow" } as const;
      scheduler.addCronCommand(`${list.join(",")} * * * * *`, command, options);
    }
    scheduler.on("run:finished", ({ run }) => done(run.result as number));
    scheduler.start();
  };
}

/** What `worker` reads the types from; the module itself has none. */
interface Jobs {
  busy(run: { readonly data: { readonly job: number; readonly ms: number } }): number;
}

/** The pool alone, with a timer for each second. */
function barePool(useAtomics: boolean): () => Promise<Starter> {
  return async () => {
    const pool = await tinypool(useAtomics)();
    await pool.run("busy", { job: 0, ms: 0 });
    return async (firstMs, seconds, done) => {
      for (let second = 0; second < seconds; second++) {
        setTimeout(
          () => {
            for (let job = 0; job < JOBS; job++) {
              void pool.run("busy", { job, ms: BUSY_MS }).then((result) => done(result as number));
            }
          },
          firstMs + second * 1_000 - Date.now(),
        );
      }
    };
  };
}

const sides: Record<string, Side> = {
  punctual: side(punctual),
  "limit (tinypool)": side(barePool(false)),
  "tinypool, atomics": side(barePool(true)),
};

function cells(effort: Effort): Cell[] {
  const seconds = { full: 10, quick: 4, once: 1 }[effort];
  const idleMs = { full: 5_000, quick: 2_000, once: 100 }[effort];
  const names = Object.keys(sides).slice(0, effort === "once" ? 2 : undefined);
  return names.map((name) => ({ side: name, label: LABEL, settings: { seconds, idleMs } }));
}

function targets(figure: FigureOf): Target[] {
  const ours = (name: string): number | undefined => figure("punctual", LABEL, name);
  return [
    atLeast("done in time, × tinypool", ratio(ours(DONE), figure("limit (tinypool)", LABEL, DONE)), 0.97),
    atMost("lag of the main thread, × idle", ratio(ours(LAG), ours(IDLE_LAG)), 1.1),
    atMost("lag of the main thread, × tinypool's", ratio(ours(LAG), figure("limit (tinypool)", LABEL, LAG)), 1.1),
  ];
}

export const question: Question = {
  title: "CPU work on worker threads, as much as two cores can do",
  sides,
  cells,
  repeats: (effort) => ({ full: 3, quick: 1, once: 1 })[effort],
  targets,
};
