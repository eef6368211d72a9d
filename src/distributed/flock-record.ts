import type { BootClock } from "./flock-boot-clock.js";
import type { RunEntry, ServiceState } from "./service-state.js";

/** What a state file holds. Times of holds and leases are by the machine's boot clock, all others by the wall clock. */
export interface StateRecord {
  /** Names this life of the file: one that is made anew has another. */
  readonly generation: string;
  /** Whether it was made anew by somebody who knew the one before, so that its mark covers all of that. */
  readonly remade: boolean;
  /** Grows by one with each writing. */
  readonly sequence: number;
  readonly bootId: string;
  readonly state: ServiceState;
}

export function recordText(record: StateRecord): string {
  // JSON has no infinities: they become null.
  return JSON.stringify(record);
}

export function parseRecord(text: string): StateRecord {
  const record = JSON.parse(text) as StateRecord;
  return { ...record, state: mapTimes(record.state, (time) => time ?? Number.NEGATIVE_INFINITY) };
}

/** The state with all its times by the wall clock, which reads `wallMs` now. After a new start of the machine all are over. */
export function toWallTimes(record: StateRecord, boot: BootClock, wallMs: number): ServiceState {
  if (record.bootId !== boot.bootId) return mapTimes(record.state, () => Number.NEGATIVE_INFINITY);
  const shiftMs = wallMs - boot.nowMs();
  return mapTimes(record.state, (time) => time + shiftMs);
}

/** The reverse of `toWallTimes`, for writing. */
export function toBootTimes(state: ServiceState, boot: BootClock, wallMs: number): ServiceState {
  const shiftMs = boot.nowMs() - wallMs;
  return mapTimes(state, (time) => time + shiftMs);
}

function mapTimes(state: ServiceState, map: (time: number) => number): ServiceState {
  const { heldUntilMs, run } = state;
  return { ...state, heldUntilMs: map(heldUntilMs), run: run && mapRun(run, map) };
}

function mapRun(run: RunEntry, map: (time: number) => number): RunEntry {
  return { ...run, untilMs: map(run.untilMs) };
}
