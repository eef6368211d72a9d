import { AsyncLocalStorage } from "node:async_hooks";
import type { RunContext } from "./command.js";

const KEY = Symbol.for("punctual.currentRun");
const shared = globalThis as { [KEY]?: AsyncLocalStorage<RunContext> };
/** One for the whole thread: the package may be loaded both as ESM and as CommonJS, and again as part of a worker. */
shared[KEY] ??= new AsyncLocalStorage<RunContext>();
const storage: AsyncLocalStorage<RunContext> = shared[KEY];

/** The run that the calling code belongs to, however deep below its command; `undefined` outside a run. */
export function currentRun(): RunContext | undefined {
  return storage.getStore();
}

/** Calls a command as part of a run. */
export function callWithin<Run extends RunContext, Result>(run: Run, command: (run: Run) => Result): Result {
  // The command itself, and no closure around it: there may be a hundred thousand of them in a second.
  return storage.run(run, command, run);
}
