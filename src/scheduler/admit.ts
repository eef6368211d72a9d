/** What a fire does while the previous run of its job goes on. */
export type OverlapPolicy = "skip" | "allow";

/** Why a fire was not started. */
export type SkipReason = "overlap" | "paused" | "stopping";

/** What a fire finds when it is about to start. */
export interface AdmitState {
  readonly stopping: boolean;
  readonly paused: boolean;
  /** Runs of the same job that go on. */
  readonly running: number;
  readonly overlap: OverlapPolicy;
}

/** Decides whether a fire starts: `null`, or the reason why it is skipped. */
export function admit(state: AdmitState): SkipReason | null {
  if (state.stopping) return "stopping";
  if (state.paused) return "paused";
  return state.running > 0 && state.overlap === "skip" ? "overlap" : null;
}
