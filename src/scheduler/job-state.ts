import type { Command } from "../command/command.js";
import type { ScheduleSpec } from "../schedule/parse.js";
import type { Schedule } from "../schedule/schedule.js";
import type { HeapEntry } from "../timetable/entry-heap.js";
import { NOT_IN_HEAP } from "../timetable/entry-heap.js";
import type { ChainLink } from "./chain.js";
import type { JobHost } from "./job.js";
import { Job } from "./job.js";
import type { JobSettings } from "./job-options.js";
import type { ActiveRun } from "./run.js";
import type { WaitingFire } from "./waiting-fire.js";

/** What a job is made of. */
export interface JobParts {
  /** Its number in order of registration. */
  readonly order: number;
  readonly name: string;
  /** As it was given; read again when a setting changes what it means. */
  readonly spec: ScheduleSpec;
  readonly schedule: Schedule;
  readonly command: Command;
  readonly settings: JobSettings;
  readonly data: unknown;
}

/** What the scheduler keeps of a job; the heap's entry at the same time, because there may be a million of them. */
export class JobState implements HeapEntry {
  heapIndex: number = NOT_IN_HEAP;
  readonly order: number;
  readonly name: string;
  readonly command: Command;
  spec: ScheduleSpec;
  schedule: Schedule;
  settings: JobSettings;
  data: unknown;
  /** The fire time that a jittered entry of the heap stands for; `null` where the entry's time is the fire time. */
  jitteredFrom: number | null = null;
  previousFireTime: number | null = null;
  /** The note that it was paused with, or `null`. */
  paused: string | null = null;
  /** Runs that go on, deaf ones included. */
  running = 0;
  /** Fires of it that wait for a limit. */
  held = 0;
  /** Fires of its schedule that wait, for whatever. */
  queuedFires = 0;
  /** Fires of it, as a distributed job, that no node may start yet, or another one has. */
  undecided = 0;
  /** Runs that its schedule has started. */
  starts = 0;
  /** Runs in a row that have failed or timed out. */
  failures = 0;
  /** Registered, and not yet removed. */
  registered = false;
  /** A fire has left it without a next one. */
  ended = false;
  /** Its runs whose command has not returned at once, oldest first; `null` for none. */
  active: ActiveRun[] | null = null;
  /** Fires that wait for its runs to end; `null` for none. */
  waiting: WaitingFire[] | null = null;
  /** Jobs that its runs set off; `null` for none. */
  followers: ChainLink[] | null = null;
  /** Jobs whose runs set it off; `null` for none. */
  follows: JobState[] | null = null;
  readonly handle: Job;

  constructor(parts: JobParts, host: JobHost) {
    this.order = parts.order;
    this.name = parts.name;
    this.spec = parts.spec;
    this.schedule = parts.schedule;
    this.command = parts.command;
    this.settings = parts.settings;
    this.data = parts.data;
    if (!parts.settings.enabled) this.paused = NOT_ENABLED;
    this.handle = new Job(this, host);
  }
}

/** Whether nothing of a job runs or waits. */
export function isIdle({ running, held, waiting, undecided }: JobState): boolean {
  return running === 0 && held === 0 && waiting === null && undecided === 0;
}

/** The note of a job that is not enabled. */
export const NOT_ENABLED = "not enabled";
