import type { ClockTimer } from "../clock/clock.js";
import type { RefusalReason } from "../distributed/distributed.js";
import type { SkipReason } from "./admit.js";
import type { FireDetails } from "./waiting-fire.js";

/** What is remembered of the asking for one fire, from one time to the next. */
export class Asking {
  readonly claimId: string;
  /** Asked for because another node has left it unfinished: not this scheduler's own, and nothing to put on record. */
  readonly recovery: boolean;
  /** The last refusal; `null` before the first. */
  refusedAs: RefusalReason | null = null;
  /** Whether it was offered, and could not start then. */
  kept = false;
  /** When to ask again, by the monotonic clock. */
  retryAtMs = 0;
  /** The run that the fire came due in, on another node. */
  runToken: number | null = null;
  /** How many fires before it wait for the end of that run. */
  place = 0;

  constructor(claimId: string, recovery: boolean) {
    this.claimId = claimId;
    this.recovery = recovery;
  }
}

/** A fire of a distributed job that is not decided yet. */
export interface UndecidedFire {
  readonly fireTime: number;
  readonly details: FireDetails;
  readonly asking: Asking;
}

/** Why a fire is left out that was never granted. */
const SKIP_REASONS: Readonly<Record<RefusalReason, SkipReason>> = {
  claimed: "claimedElsewhere",
  held: "heldElsewhere",
  skew: "clockSkew",
};

/** The skip reason of a fire whose asking ends here. */
export function skipReasonOf(asking: Asking): SkipReason {
  return asking.refusedAs === null ? "limit" : SKIP_REASONS[asking.refusedAs];
}

/** The fires of one distributed job that wait for their turn to be asked for, oldest first. */
export class ClaimLine {
  readonly fires: UndecidedFire[] = [];
  /** One that another node is at: asked for again when its lease is over, in case that node has died. */
  standby: UndecidedFire | null = null;
  /** How many questions are under way. */
  asking = 0;
  timer: ClockTimer | null = null;
  standbyTimer: ClockTimer | null = null;
  /** Settles when what the last run had is given back: nothing is asked before that. */
  givenBack: Promise<void> | null = null;

  /** Why all that waited was left out since the question under way was asked; `null` where it was not. */
  sweptFor: SkipReason | null = null;

  /** Whether its first fire waits for a run on another node to end, as far as is known. */
  waitsForRun = false;

  /** Whether a fire waits that comes before that time. */
  hasBefore(fireTime: number): boolean {
    const [first] = this.fires;
    return first !== undefined && first.fireTime < fireTime;
  }

  get isOver(): boolean {
    return this.fires.length === 0 && this.standby === null && this.asking === 0 && this.givenBack === null;
  }
}
