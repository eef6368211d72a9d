import { BareRegistry } from "./bare-registry.js";
import { PEER_REGISTRIES } from "./peer-registries.js";
import { registerWithBree, registerWithBullmq } from "./slow-registries.js";
import { distinctExpression, nextOfDistinct } from "./corpus.js";
import type { Cell, Effort, FigureOf, Measured, Question, Settings, Side, Target } from "./question.js";
import { atMost, check, LATER_ONLY } from "./question.js";

const ADD = "register a job, µs";
const HEAP = "heap per job, bytes";
const REMOVE = "remove a job, µs";
const SHARED_EXPRESSION = "0 0 1 1 *";
const BARE = "limit (bare heap)";
const WARM_UP = 2_000;

/** A way to register jobs. All jobs have one function: what a user's own closures weigh is not the library's doing. */
export interface Registry<Handle> {
  add(expression: string): Handle;
  remove(handle: Handle): void;
  /** Throws when what is registered is not what was asked for. */
  verify?(handles: readonly Handle[], expressionOf: (index: number) => string): void;
  verifyEmpty?(): void;
}

function noop(): void {}

function side<Handle>(open: () => Promise<Registry<Handle>>): Side {
  return async (settings) => measure(await open(), settings);
}

function measure<Handle>(registry: Registry<Handle>, { jobs, kind }: Settings): Measured {
  const count = Number(jobs);
  const expressionOf = kind === "distinct" ? distinctExpression : () => SHARED_EXPRESSION;
  warmUp(registry, expressionOf);
  const handles = new Array<Handle>(count);
  const bytesBefore = bytesInUse();
  const added = performance.now();
  for (let index = 0; index < count; index++) handles[index] = registry.add(expressionOf(index));
  const addMs = performance.now() - added;
  const bytes = bytesInUse() - bytesBefore;
  registry.verify?.(handles, expressionOf);
  const removed = performance.now();
  // Neither in the order of registration nor against it: 7,919 is prime, and no count is its multiple.
  for (let index = 0; index < count; index++) registry.remove(handles[(index * 7_919) % count] as Handle);
  const removeMs = performance.now() - removed;
  registry.verifyEmpty?.();
  return {
    figures: { [ADD]: (addMs * 1_000) / count, [HEAP]: bytes / count, [REMOVE]: (removeMs * 1_000) / count },
  };
}

function warmUp<Handle>(registry: Registry<Handle>, expressionOf: (index: number) => string): void {
  const handles = Array.from({ length: WARM_UP }, (_, index) => registry.add(expressionOf(2_000_000 + index)));
  for (const handle of handles) registry.remove(handle);
}

/** Typed arrays lie outside V8's heap. */
function bytesInUse(): number {
  for (let pass = 0; pass < 3; pass++) globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const sides: Record<string, Side> = {
  punctual: side(async () => {
    const { Scheduler } = await import("punctual");
    const scheduler = new Scheduler({ timezone: "UTC" });
    return {
      add: (expression) => scheduler.addCronCommand(expression, noop),
      remove: (job) => job.remove(),
      verify: (jobs, expressionOf) => {
        check(scheduler.jobs().length === jobs.length, "the number of registered jobs");
        if (expressionOf !== distinctExpression) return;
        const now = Date.now();
        for (let index = 0; index < jobs.length; index += 97) {
          // Unless the time came while we registered.
          const next = jobs[index]?.nextFireTime ?? 0;
          check(next === nextOfDistinct(index, now) || next <= now, `next fire time of job ${index}`);
        }
      },
      verifyEmpty: () => check(scheduler.jobs().length === 0, "jobs are left"),
    };
  }),
  [BARE]: side(async () => {
    const registry = new BareRegistry();
    return {
      add: (expression) => registry.add(expression, noop),
      remove: (job) => registry.remove(job),
      verify: (jobs, expressionOf) => {
        check(registry.size === jobs.length, "the number of registered jobs");
        if (expressionOf !== distinctExpression) return;
        const now = Date.now();
        check(jobs[97]?.time === nextOfDistinct(97, now), "next fire time of job 97");
      },
      verifyEmpty: () => check(registry.size === 0, "jobs are left"),
    };
  }),
  "cron-schedule": side(async () => {
    const { parseCronExpression } = await import("cron-schedule");
    const { TimerBasedCronScheduler } = await import("cron-schedule/schedulers/timer-based.js");
    const shared = parseCronExpression(SHARED_EXPRESSION);
    return {
      // Its expressions can be read once and used for many jobs.
      add: (expression) => {
        const schedule = expression === SHARED_EXPRESSION ? shared : parseCronExpression(expression);
        return TimerBasedCronScheduler.setInterval(schedule, noop);
      },
      remove: (handle) => TimerBasedCronScheduler.clearTimeoutOrInterval(handle),
    };
  }),
  ...Object.fromEntries(Object.entries(PEER_REGISTRIES).map(([name, open]) => [name, side(open)])),
  bree: registerWithBree,
  bullmq: registerWithBullmq,
};

const MOST_JOBS: Readonly<Record<string, number>> = { punctual: 1e6, [BARE]: 1e6, "cron-schedule": 1e5 };
/** Others: a job of theirs takes from a tenth of a millisecond to one, and some take longer with each job there is. */
const MOST_OF_OTHERS = 1e4;
const QUICK = ["punctual", BARE, "cron-schedule"];
const SLOW = ["bree", "bullmq", "cron", "node-schedule"];

function cells(effort: Effort): Cell[] {
  const sizes = { full: [1e3, 1e4, 1e5, 1e6], quick: [1e3, 1e5], once: [1e3] }[effort];
  return sizes.flatMap((jobs) =>
    ["distinct", "shared"].flatMap((kind) =>
      Object.keys(sides).map((name) => {
        const leftOut = reasonAgainst(name, jobs, kind, effort);
        const cell = { side: name, label: labelOf(jobs, kind), settings: { jobs, kind }, limitMs: 60_000 };
        return { ...cell, ...(leftOut !== undefined && { leftOut }) };
      }),
    ),
  );
}

function reasonAgainst(name: string, jobs: number, kind: string, effort: Effort): string | undefined {
  if (jobs > (MOST_JOBS[name] ?? MOST_OF_OTHERS)) {
    return MOST_JOBS[name] === undefined
      ? "a minute or more, or out of memory: 10,000 tell enough"
      : "100,000 tell enough";
  }
  if (effort === "full" || QUICK.includes(name)) return undefined;
  return effort === "quick" && jobs === 1e3 && kind === "distinct" && !SLOW.includes(name) ? undefined : LATER_ONLY;
}

function labelOf(jobs: number, kind: string): string {
  return `${jobs.toLocaleString("en-US")} jobs, ${kind} expressions`;
}

function targets(figure: FigureOf): Target[] {
  return [1e3, 1e4, 1e5, 1e6].flatMap((jobs) =>
    (["distinct", "shared"] as const).flatMap((kind) => {
      const label = labelOf(jobs, kind);
      const [addGoal, heapGoal] = kind === "distinct" ? [8, 700] : [2, 400];
      return [
        atMost(`${label}: register, µs`, figure("punctual", label, ADD), addGoal),
        atMost(`${label}: heap per job, bytes`, figure("punctual", label, HEAP), heapGoal),
        atMost(`${label}: remove, µs`, figure("punctual", label, REMOVE), 0.8),
      ].filter(({ value }) => value !== undefined);
    }),
  );
}

export const question: Question = {
  title: "what registering and removing a job costs, scheduler not started; lower is better",
  sides,
  cells,
  repeats: (effort) => ({ full: 3, quick: 1, once: 1 })[effort],
  targets,
};
