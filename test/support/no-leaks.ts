/**
 * Fails a test that leaves something behind: a timer, a worker thread, a message port or a listener of the process. What
 * was there before the test (from a `beforeAll`, or vitest's own) does not count; what only takes a moment to close, such
 * as a port whose thread has just ended, is waited for.
 */
import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import type { Worker } from "node:worker_threads";
import { afterEach, beforeEach } from "vitest";

const SETTLE_MS = 1_000;
const STEP_MS = 10;

type Counts = ReadonlyMap<string, number>;
type Timer = NodeJS.Timeout | NodeJS.Immediate;

// Counts of timers would not do: vitest's own come and go, and hide those of a test. It keeps the functions that were there
// before, so that only the timers of tests, and of what they test, pass here.
let timers: Timer[] = [];
for (const name of ["setTimeout", "setInterval", "setImmediate"] as const) {
  const traps: ProxyHandler<(...args: never) => Timer> = {
    apply(set, self, args) {
      const timer: Timer = Reflect.apply(set, self, args);
      timers.push(timer);
      return timer;
    },
  };
  Object.assign(globalThis, { [name]: new Proxy(globalThis[name], traps) });
}

// process.getActiveResourcesInfo names no threads, and nothing that is unref'd, as idle threads of a pool are.
const threads = new Set<Worker>();
process.on("worker", (thread) => {
  threads.add(thread);
  thread.once("exit", () => threads.delete(thread));
});

let before: Counts = new Map();

beforeEach(() => {
  timers = [];
  before = count();
});

afterEach(async () => {
  // A new thread is announced a turn later.
  await nextTurn();
  const start = performance.now();
  let left = leaked(before, count());
  while (left.length > 0 && performance.now() - start < SETTLE_MS) {
    await delay(STEP_MS);
    left = leaked(before, count());
  }
  if (left.length > 0) throw new Error(`the test left something behind: ${left.join(", ")}`);
});

function count(): Counts {
  const counts = new Map<string, number>();
  counts.set("timer", timers.filter(isWaiting).length);
  counts.set("message port", process.getActiveResourcesInfo().filter((name) => name === "MessagePort").length);
  counts.set("worker thread", threads.size);
  for (const event of process.eventNames()) {
    counts.set(`process listener of ${String(event)}`, process.listenerCount(event));
  }
  return counts;
}

/** Neither rung nor cleared, nor one that lets the process end. Node has no public way to tell the first two. */
function isWaiting(timer: Timer): boolean {
  return timer.hasRef() && !(timer as { readonly _destroyed?: boolean })._destroyed;
}

function leaked(earlier: Counts, now: Counts): string[] {
  return [...now].flatMap(([what, number]) => {
    const more = number - (earlier.get(what) ?? 0);
    return more > 0 ? [`${more} × ${what}`] : [];
  });
}
