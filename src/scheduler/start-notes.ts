import type { Clock } from "../clock/clock.js";
import { timeBoxed } from "../distributed/time-box.js";
import { PunctualError } from "../errors.js";
import type { SchedulerEmitter } from "./events.js";
import type { JobState } from "./job-state.js";
import type { Recorder } from "./recorder.js";
import type { NotedRunState } from "./run-state.js";
import type { FireDetails } from "./waiting-fire.js";

/** How long a run waits until it is on record that it begins; one with a lease no longer than that lets it. */
const NOTE_LIMIT_MS = 10_000;
const SHARE_OF_LEASE = 1 / 3;

/** What the notes are made with. */
export interface StartNotesParts {
  readonly clock: Clock;
  readonly events: SchedulerEmitter;
  readonly recorder: Recorder;
}

/** Has the history note, before a run begins, that it does: no crash makes it begin a second time then. */
export class StartNotes {
  readonly #parts: StartNotesParts;
  #waiting = 0;

  constructor(parts: StartNotesParts) {
    this.#parts = parts;
  }

  /** How many runs are being noted. */
  get waiting(): number {
    return this.#waiting;
  }

  areWanted({ settings }: JobState, { notedFirst }: FireDetails): boolean {
    return settings.journaled && (notedFirst || settings.durable);
  }

  /** Settles with whether it is noted. Never rejects. */
  async note(state: NotedRunState): Promise<boolean> {
    const { clock, events, recorder } = this.#parts;
    const leaseMs = state.held?.lease?.leaseMs ?? Number.POSITIVE_INFINITY;
    this.#waiting++;
    try {
      const limitMs = Math.min(NOTE_LIMIT_MS, leaseMs * SHARE_OF_LEASE);
      // At once: what becomes of later fires of the job comes after it in the history, and is not kept without it.
      const noted = recorder.begins(state);
      await timeBoxed(() => noted, { clock, limitMs });
      return true;
    } catch (cause) {
      const message = `job ${JSON.stringify(state.jobName)} is not begun: it could not be put on record: ${String(cause)}`;
      events.report(new PunctualError("HISTORY_FAILED", message, { cause }), state.job.handle);
      return false;
    } finally {
      this.#waiting--;
    }
  }
}
