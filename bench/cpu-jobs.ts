import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Cell, Effort, FigureOf, Measured, Question, Settings, Side, Target } from "./question.js";
import { atLeast, atMost, LATER_ONLY, ratio } from "./question.js";
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
  const missed = counts.reduce((sum, count) => sum + Math.max(0, Number(seconds) - count), 0);
  const twice = counts.reduce((sum, count) => sum + Math.max(0, count - Number(seconds)), 0);
  const inTime = times.filter((time) => time <= end).length;
  return {
    figures: { [DONE]: (inTime / total) * 100, [LAG]: lag, [IDLE_LAG]: idleLag },
    faults: { missed, "too many": twice },
  };
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
    for (let job = 0; job < JOBS; job++) {
      const options = { data: { job, ms: BUSY_MS }, overlap: "allow" } as const;
      scheduler.addCronCommand(secondsOf(firstMs, seconds), command, options);
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

/** Croner for the time, tinypool for the work. */
async function cronerOnPool(): Promise<Starter> {
  const { Cron } = await import("croner");
  const pool = await tinypool(false)();
  await pool.run("busy", { job: 0, ms: 0 });
  return async (firstMs, seconds, done) => {
    for (let job = 0; job < JOBS; job++) {
      new Cron(secondsOf(firstMs, seconds), async () => done((await pool.run("busy", { job, ms: BUSY_MS })) as number));
    }
  };
}

async function cronerAlone(): Promise<Starter> {
  const { Cron } = await import("croner");
  const { bareBusy } = (await import(new URL("./worker-jobs.mjs", import.meta.url).href)) as {
    bareBusy(data: { job: number; ms: number }): number;
  };
  return async (firstMs, seconds, done) => {
    for (let job = 0; job < JOBS; job++) {
      new Cron(secondsOf(firstMs, seconds), () => done(bareBusy({ job, ms: BUSY_MS })));
    }
  };
}

/** A thread for each run. What is due while the run before goes on is left out. */
async function bree(): Promise<Starter> {
  const { default: Bree } = await import("bree");
  const path = fileURLToPath(new URL("./bree-job.mjs", import.meta.url));
  return async (firstMs, seconds, done) => {
    const jobs = Array.from({ length: JOBS }, (_, job) => ({
      name: `job ${job}`,
      path,
      cron: secondsOf(firstMs, seconds),
      cronValidate: { override: { useSeconds: true } },
      // Without the compiler for TypeScript, which each thread would load.
      worker: { workerData: { job, ms: BUSY_MS }, execArgv: [] },
    }));
    const service = new Bree({
      root: false,
      logger: false,
      hasSeconds: true,
      jobs,
      workerMessageHandler: ({ message }: { message: unknown }) => {
        if (message !== "done") done((message as { result: number }).result);
      },
    });
    await service.start();
  };
}

function secondsOf(firstMs: number, seconds: number): string {
  const list = Array.from({ length: seconds }, (_, index) => (firstMs / 1_000 + index) % 60);
  return `${list.join(",")} * * * * *`;
}

const sides: Record<string, Side> = {
  punctual: side(punctual),
  "limit (tinypool)": side(barePool(false)),
  "tinypool, atomics": side(barePool(true)),
  "croner + tinypool": side(cronerOnPool),
  "croner, in process": side(cronerAlone),
  bree: side(bree),
};

function cells(effort: Effort): Cell[] {
  const seconds = { full: 10, quick: 1, once: 1 }[effort];
  const idleMs = { full: 5_000, quick: 1_000, once: 100 }[effort];
  const most = { full: Number.POSITIVE_INFINITY, quick: 2, once: 2 }[effort];
  return Object.keys(sides).map((name, index) => ({
    side: name,
    label: LABEL,
    settings: { seconds, idleMs },
    ...(index >= most && { leftOut: LATER_ONLY }),
  }));
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
  repeats: (effort) => ({ full: 2, quick: 1, once: 1 })[effort],
  targets,
};
