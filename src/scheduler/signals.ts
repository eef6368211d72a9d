import { constants } from "node:os";
import { checkBoolean, checkOneOf } from "./checks.js";
import type { StopOptions } from "./options.js";
import { stopSettings } from "./options.js";

/** What `stopOnSignals` needs of a scheduler. */
interface Stoppable {
  stop(options?: StopOptions): Promise<unknown>;
}

/** Options of `stopOnSignals`. */
export interface SignalOptions extends StopOptions {
  /** @default SIGTERM and SIGINT */
  readonly signals?: readonly NodeJS.Signals[];
  /** Whether the process exits when all has stopped, with 128 plus the signal's number as a shell has it. @default true */
  readonly exit?: boolean;
}

/** Stops a scheduler at a signal; at a second one without graces. Returns what undoes it. @throws InvalidOptionError */
export function stopOnSignals(scheduler: Stoppable, options: SignalOptions): () => void {
  const { signals = ["SIGTERM", "SIGINT"], exit = true, ...graces } = options;
  // At once, and not when it is too late.
  stopSettings(graces);
  checkBoolean(exit, "exit");
  for (const signal of signals) checkOneOf(signal, "signals", Object.keys(constants.signals));
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    const report = scheduler.stop(stopping ? { grace: 0, killGrace: 0 } : graces);
    if (stopping) return;
    stopping = true;
    void report.finally(() => {
      undo();
      // A process that is number 1 of its container would ignore the signal if we sent it to ourselves again.
      if (exit) process.exit(128 + constants.signals[signal]);
    });
  };
  const undo = (): void => {
    for (const signal of signals) process.off(signal, stop);
  };
  for (const signal of signals) process.on(signal, stop);
  return undo;
}
