import { EntryHeap } from "../timetable/entry-heap.js";
import type { GroupStats } from "./stats.js";
import type { WaitingFire } from "./waiting-fire.js";

/** Limits on what runs at once, checked. */
export interface LimitSettings {
  readonly maxConcurrent: number;
  /** How many fires may wait for room. */
  readonly maxQueued: number;
  /** How many runs of each group may go on at once. */
  readonly groups: ReadonlyMap<string, number>;
}

/** The jobs that share a limit; those of no group share that of the scheduler alone. */
interface Group {
  readonly maxConcurrent: number;
  running: number;
  /** Fires that wait for room, the greatest priority first, then in turn. */
  readonly waiting: EntryHeap<WaitingFire>;
}

/**
 * Counts runs against the limits of their group and of the scheduler, and keeps the fires that wait for room. A job has no
 * more fires in here than it may have runs: when one starts, its next one queues up behind those of the others.
 */
export class Limits {
  readonly #settings: LimitSettings;
  readonly #groups = new Map<string | null, Group>();
  readonly #ungrouped: Group = { maxConcurrent: Number.POSITIVE_INFINITY, running: 0, waiting: new EntryHeap() };
  /** While set, there is no room for any run. */
  shut = false;
  #running = 0;
  #waiting = 0;
  #turn = 0;

  constructor(settings: LimitSettings) {
    this.#settings = settings;
    this.#groups.set(null, this.#ungrouped);
    for (const [name, maxConcurrent] of settings.groups) {
      this.#groups.set(name, { maxConcurrent, running: 0, waiting: new EntryHeap() });
    }
  }

  /** Runs that count against the limits. */
  get runningCount(): number {
    return this.#running;
  }

  get waitingCount(): number {
    return this.#waiting;
  }

  get roomInQueue(): boolean {
    return this.#waiting < this.#settings.maxQueued;
  }

  /** Whether a run of that group may start now, before what waits: nothing that could start waits. */
  roomFor(group: string | null): boolean {
    const { running, maxConcurrent } = this.#group(group);
    return !this.shut && running < maxConcurrent && this.#running < this.#settings.maxConcurrent;
  }

  started(group: string | null): void {
    this.#group(group).running++;
    this.#running++;
  }

  ended(group: string | null): void {
    this.#group(group).running--;
    this.#running--;
  }

  /** Keeps a fire until there is room for it. */
  keep(fire: WaitingFire): void {
    fire.order = this.#turn++;
    // The heap has the least first.
    this.#group(fire.job.settings.group).waiting.set(fire, -fire.job.settings.priority);
    this.#waiting++;
  }

  /** Takes out the first fire that there is room for. */
  take(): WaitingFire | undefined {
    if (this.#waiting === 0 || this.shut || this.#running >= this.#settings.maxConcurrent) return undefined;
    let best: Group | undefined;
    for (const group of this.#groups.values()) {
      if (group.waiting.size > 0 && group.running < group.maxConcurrent && comesBefore(group, best)) best = group;
    }
    const fire = best?.waiting.peek();
    if (best === undefined || fire === undefined) return undefined;
    best.waiting.remove(fire);
    this.#waiting--;
    return fire;
  }

  /** Takes out all that waits, or all that is wanted of it, in its order of waiting. */
  takeAll(wanted: (fire: WaitingFire) => boolean): WaitingFire[] {
    const taken: WaitingFire[] = [];
    for (const { waiting } of this.#groups.values()) {
      const found = waiting.entries().filter(wanted);
      for (const fire of found) waiting.remove(fire);
      taken.push(...found);
    }
    this.#waiting -= taken.length;
    return taken.sort((a, b) => a.order - b.order);
  }

  /** What each group that was given a limit is at. */
  groupStats(): Record<string, GroupStats> {
    const named = [...this.#groups].flatMap(([name, { running, maxConcurrent, waiting }]) =>
      name === null ? [] : [[name, { running, maxConcurrent, waiting: waiting.size }] as const],
    );
    return Object.fromEntries(named);
  }

  #group(name: string | null): Group {
    return name === null ? this.#ungrouped : (this.#groups.get(name) as Group);
  }
}

function comesBefore(group: Group, other: Group | undefined): boolean {
  if (other === undefined) return true;
  const difference = group.waiting.peekTime() - other.waiting.peekTime();
  if (difference !== 0) return difference < 0;
  return (group.waiting.peek()?.order ?? 0) < (other.waiting.peek()?.order ?? 0);
}
