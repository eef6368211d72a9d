import type { Admission, AdmitState, OverlapPolicy } from "./admit.js";
import { admit } from "./admit.js";
import type { JobState } from "./job-state.js";
import type { FireDetails } from "./waiting-fire.js";
import type { WaitingRoom } from "./waiting-room.js";

/** What is made up for would be one run again if each left the others out. */
function waitingFor(overlap: OverlapPolicy, maxCaughtUp: number): OverlapPolicy {
  return overlap === "skip" || overlap === "queueOne" ? { queueAll: maxCaughtUp } : overlap;
}

/** Finds out what stands in the way of a fire. */
export class Gate {
  /** While set, nothing starts. */
  stopping = false;
  readonly #waiting: WaitingRoom;
  /** What the last fire found; one for all, because there may be a hundred thousand in a second. */
  readonly #found: { -readonly [Key in keyof AdmitState]: AdmitState[Key] } = {
    stopping: false,
    paused: false,
    overlap: "skip",
    running: 0,
    maxConcurrent: 1,
    waiting: 0,
    roomInLimits: true,
    roomInQueue: true,
  };

  constructor(waiting: WaitingRoom) {
    this.#waiting = waiting;
  }

  /** What becomes of a fire of that job now. */
  admit(job: JobState, details: FireDetails): Admission {
    const state = this.#found;
    const { overlap, maxConcurrent, group } = job.settings;
    state.stopping = this.stopping;
    state.paused = job.paused !== null && details.waiter === null;
    state.overlap = details.caughtUp ? waitingFor(overlap, job.settings.maxCaughtUp) : overlap;
    state.running = job.running + job.held;
    state.maxConcurrent = maxConcurrent;
    state.waiting = job.waiting?.length ?? 0;
    state.roomInLimits = this.#waiting.limits.roomFor(group);
    state.roomInQueue = this.#waiting.limits.roomInQueue;
    return admit(state);
  }
}
