import type { RunContext } from "../command/command.js";
import type { Outcome } from "../history/record.js";
import type { LoggedJob, SimulationLog } from "./simulation-log.js";
import type { SimulatedRun } from "./simulation-records.js";
import type { Ringer } from "./timer-heap.js";
import type { VirtualClock } from "./virtual-clock.js";

/** What is listed of a run, while that still changes. */
export type KeptRun = { -readonly [Key in keyof SimulatedRun]: SimulatedRun[Key] };

/** A run while it goes on. */
export class OpenRun implements Ringer {
  readonly cancelled = false;
  readonly job: LoggedJob;
  /** When it started, in milliseconds since the simulation began. */
  readonly at: number;
  /** `null` where runs are only counted: there may be millions. */
  readonly record: KeptRun | null;
  /** An attempt goes on: not so between two of them. */
  working = false;
  /** On record as ended, and still working. */
  deaf = false;
  /** What the scheduler gave to the command; not known of runs that are left to a shortcut. */
  context: RunContext | null = null;
  /** How long it takes, and how it will end, when it is left to a shortcut. */
  ms = 0;
  #outcome: Outcome = "succeeded";
  readonly #log: SimulationLog;

  constructor(log: SimulationLog, job: LoggedJob, at: number, record: KeptRun | null) {
    this.#log = log;
    this.job = job;
    this.at = at;
    this.record = record;
  }

  get id(): string | undefined {
    return this.context?.id;
  }

  /** Lets the run end when it has taken as long as it shall, with this outcome. */
  leave(outcome: Outcome, clock: VirtualClock): void {
    this.#outcome = outcome;
    if (this.ms === 0) this.ring();
    else clock.set(this.ms, this);
  }

  ring(): void {
    this.#log.end(this, this.#outcome);
  }

  /** An attempt is over. */
  workEnded(now: number): void {
    this.working = false;
    if (!this.deaf) return;
    if (this.record !== null) this.record.deafUntil = now;
    this.#log.freed(this);
  }
}
