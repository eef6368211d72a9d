import type { RunContext } from "../command/command.js";
import { isTraceparent } from "../command/trace.js";
import { InvalidOptionError } from "../errors.js";
import { checkObject } from "./checks.js";
import type { SchedulerEvents } from "./events.js";
import type { Job } from "./job.js";

/** A run that is about to begin. */
export interface RunStart {
  readonly run: RunContext;
  readonly job: Job;
  /** Whether this is called in the async context (`AsyncLocalStorage`) of the code that called `runNow`. */
  readonly inCallersContext: boolean;
}

/** Watches a scheduler for those who see to its operation: `scheduler.observe`. */
export interface SchedulerObserver {
  /**
   * Called once for each run, before its `run:started` event and its command. What it returns is the run's `traceparent`
   * from here on, for all attempts, on worker threads and in what http and shell commands send; `undefined` leaves it.
   */
  runStarting?(start: RunStart): string | undefined;
  /** Called for each `error` event, also for those that are a process warning because nobody listens, which they stay. */
  errorReported?(payload: SchedulerEvents["error"]): unknown;
}

/** Told of what an observer threw. */
type Failed = (member: keyof SchedulerObserver, error: unknown) => void;

/** The observers of a scheduler, each called by itself. */
export class Observers {
  readonly #failed: Failed;
  readonly #entries = new Set<{ readonly observer: SchedulerObserver }>();
  #ofRuns = 0;

  constructor(failed: Failed) {
    this.#failed = failed;
  }

  /** Whether anybody wants to know of runs before they begin. */
  get ofRuns(): boolean {
    return this.#ofRuns > 0;
  }

  /** Returns what undoes it. @throws InvalidOptionError */
  add(observer: SchedulerObserver): () => void {
    checkObserver(observer);
    const entry = { observer };
    const ofRuns = observer.runStarting === undefined ? 0 : 1;
    this.#entries.add(entry);
    this.#ofRuns += ofRuns;
    return () => {
      if (this.#entries.delete(entry)) this.#ofRuns -= ofRuns;
    };
  }

  /** The traceparent that the run is to have: of several, the last one's; `undefined` for its own. */
  runStarting(start: RunStart): string | undefined {
    let given: string | undefined;
    this.#each("runStarting", (observer) => {
      const returned = observer.runStarting?.(start);
      if (returned !== undefined && !isTraceparent(returned)) {
        throw new InvalidOptionError("traceparent", "00-<32 digits>-<16 digits>-<2 digits>, in hexadecimal", returned);
      }
      given = returned ?? given;
    });
    return given;
  }

  errorReported(payload: SchedulerEvents["error"]): void {
    this.#each("errorReported", (observer) => {
      const returned = observer.errorReported?.(payload);
      if (returned instanceof Promise) returned.catch((error: unknown) => this.#failed("errorReported", error));
    });
  }

  #each(member: keyof SchedulerObserver, call: (observer: SchedulerObserver) => void): void {
    for (const { observer } of [...this.#entries]) {
      try {
        call(observer);
      } catch (error) {
        this.#failed(member, error);
      }
    }
  }
}

function checkObserver(observer: SchedulerObserver): void {
  checkObject(observer, "observer");
  const members = [observer.runStarting, observer.errorReported].filter((member) => member !== undefined);
  if (members.length > 0 && members.every((member) => typeof member === "function")) return;
  throw new InvalidOptionError("observer", "an object with a function runStarting, errorReported or both", observer);
}
