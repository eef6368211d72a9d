import { InvalidOptionError } from "../errors.js";
import type { History, HistoryPage } from "../history/history.js";
import type { HistoryEntry, Outcome, SkipReason } from "../history/record.js";
import { LoadTracker } from "./load-tracker.js";
import type { KeptRun } from "./open-run.js";
import { OpenRun } from "./open-run.js";
import { RunCounter } from "./run-counter.js";
import type { SimulationSettings } from "./simulation-options.js";
import type {
  SimulatedError,
  SimulatedFire,
  SimulatedMiss,
  SimulatedOverlap,
  SimulatedPeak,
  SimulatedSkip,
} from "./simulation-records.js";
import { SimulationTally } from "./simulation-tally.js";
import type { VirtualClock } from "./virtual-clock.js";

/** How much is listed at most: more would take gigabytes. */
const MOST_KEPT = 2_000_000;

/** What is known of one job. */
export interface LoggedJob {
  readonly name: string;
  readonly tally: SimulationTally;
  readonly counter: RunCounter;
  /** Of its group, if that is watched. */
  readonly group: RunCounter | null;
  /** Its runs that go on and are not left to a shortcut. */
  readonly open: OpenRun[];
}

/** Takes down what happens. It is the simulated scheduler's history: that is told of every end and every skip. */
export class SimulationLog implements History {
  readonly fires: SimulatedFire[] = [];
  readonly runs: KeptRun[] = [];
  readonly skips: SimulatedSkip[] = [];
  readonly missed: SimulatedMiss[] = [];
  readonly overlaps: SimulatedOverlap[] = [];
  readonly errors: SimulatedError[] = [];
  readonly jobs: Map<string, LoggedJob> = new Map();
  readonly load: LoadTracker;
  /** Of all jobs, if that is watched. */
  readonly #all: RunCounter | null;
  /** The run that returns at once and is said to take longer: see SimulatedCommand. */
  returning: OpenRun | null = null;
  /** What the simulation fails with: the scheduler would take what is thrown here for a fault of its history. */
  failure: unknown;
  /** A promise of a command has settled: the scheduler will hear of it in the next turn of the microtask queue. */
  settling = false;
  readonly #clock: VirtualClock;
  readonly #settings: SimulationSettings;
  readonly #groups = new Map<string, RunCounter>();
  #kept = 0;
  #closed = false;

  constructor(clock: VirtualClock, settings: SimulationSettings) {
    this.#clock = clock;
    this.#settings = settings;
    const { crowd } = settings;
    this.#all = crowd.scheduler === undefined ? null : new RunCounter("scheduler", null, crowd.scheduler);
    for (const [name, most] of Object.entries(crowd.groups ?? {})) {
      this.#groups.set(name, new RunCounter("group", name, most));
    }
    this.load = new LoadTracker(settings, () => this.#jobsNow());
  }

  addJob(name: string, group: string | null): LoggedJob {
    const counter = new RunCounter("job", name, 1);
    const groupCounter = group === null ? null : (this.#groups.get(group) ?? null);
    const job = { name, counter, group: groupCounter, tally: new SimulationTally(), open: [] };
    this.jobs.set(name, job);
    return job;
  }

  started(job: LoggedJob, fireTime: number | null): OpenRun {
    const now = this.#clock.now();
    const at = this.#clock.monotonic();
    const latenessMs = fireTime === null ? 0 : now - fireTime;
    const record = this.#settings.keepAll ? this.#keepRun(job.name, fireTime, now, latenessMs) : null;
    job.tally.start(fireTime !== null, latenessMs);
    this.load.started(at);
    job.counter.started(this.#passed(at));
    job.group?.started(this.#passed(at));
    this.#all?.started(this.#passed(at));
    return new OpenRun(this, job, at, record);
  }

  /** The command of a run has ended, and so has what it took. */
  freed(run: OpenRun): void {
    if (this.#closed) return;
    const { job } = run;
    const at = this.#clock.monotonic();
    this.load.ended(at);
    job.tally.took(at - run.at);
    this.#noteOverlap(job.counter.ended(this.#passed(at)));
    if (job.group !== null) this.#noteOverlap(job.group.ended(this.#passed(at)));
    if (this.#all !== null) this.#noteOverlap(this.#all.ended(this.#passed(at)));
  }

  /** Called by the scheduler at every end and skip. */
  append(entries: readonly HistoryEntry[]): void {
    if (this.#closed) return;
    for (const entry of entries) {
      if (entry.kind === "skip") this.#skipped(entry.jobName, entry.fireTime, entry.reason);
      else this.#ended(entry);
    }
  }

  async list(): Promise<HistoryPage> {
    return { items: [], cursor: null };
  }

  async get(): Promise<undefined> {
    return undefined;
  }

  async lastFireTimes(): Promise<ReadonlyMap<string, number>> {
    return new Map();
  }

  noteMissed(miss: SimulatedMiss, forgotten: readonly number[]): void {
    const job = this.jobs.get(miss.job) as LoggedJob;
    for (const fireTime of forgotten) this.#noteFire(job, { fireTime, fate: "missed", reason: null, at: miss.at });
    if (this.#settings.keepAll) this.#keep(this.missed, miss);
  }

  /** The end of the simulation: what happens from now on is not noted. The scheduler calls it once more. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const at = this.#clock.monotonic();
    this.load.close(at);
    for (const { counter } of this.jobs.values()) this.#noteOverlap(counter.close(this.#passed(at)));
    for (const group of this.#groups.values()) this.#noteOverlap(group.close(this.#passed(at)));
    if (this.#all !== null) this.#noteOverlap(this.#all.close(this.#passed(at)));
    this.fires.sort((a, b) => a.fireTime - b.fireTime);
    this.overlaps.sort((a, b) => a.from - b.from);
  }

  #ended(entry: HistoryEntry & { readonly kind: "run" }): void {
    const { returning } = this;
    if (returning !== null) {
      this.returning = null;
      returning.leave(entry.outcome, this.#clock);
      return;
    }
    const { open } = this.jobs.get(entry.jobName) as LoggedJob;
    const run = open.length === 1 ? open[0] : open.find((each) => each.id === entry.id);
    if (run === undefined) return;
    open.splice(open.indexOf(run), 1);
    this.end(run, entry.outcome);
  }

  /** A run is on record as ended; its command may go on, if it is deaf. */
  end(run: OpenRun, outcome: Outcome): void {
    if (this.#closed) return;
    const { tally } = run.job;
    tally.end(outcome);
    if (run.record !== null) {
      run.record.endedAt = this.#clock.now();
      run.record.outcome = outcome;
    }
    if (run.working) run.deaf = true;
    else this.freed(run);
  }

  #skipped(name: string, fireTime: number | null, reason: SkipReason): void {
    const job = this.jobs.get(name) as LoggedJob;
    const at = this.#clock.now();
    // The scheduler is stopped for no other reason than that the simulation ends.
    const waiting = reason === "stopping";
    // What comes due just then belongs to no more of it.
    if (waiting && fireTime !== null && fireTime >= this.#settings.toMs) return;
    const missed = reason === "misfire";
    const fate = waiting ? "waiting" : missed ? "missed" : "skipped";
    if (fireTime !== null) this.#noteFire(job, { fireTime, fate, reason: fate === "skipped" ? reason : null, at });
    if (fate !== "skipped") return;
    job.tally.skip(reason);
    if (this.#settings.keepAll) this.#keep(this.skips, { job: name, fireTime, reason, at });
  }

  #noteFire({ name, tally }: LoggedJob, fire: Omit<SimulatedFire, "job">): void {
    tally.fires++;
    if (fire.fate === "missed") tally.missed++;
    if (fire.fate === "waiting") tally.waiting++;
    if (this.#settings.keepAll) this.#keep(this.fires, { job: name, ...fire });
  }

  #keepRun(job: string, fireTime: number | null, startedAt: number, latenessMs: number): KeptRun {
    const open = { endedAt: null, outcome: null, attempts: 1, deafUntil: null };
    const run = { job, fireTime, startedAt, latenessMs, ...open };
    if (fireTime !== null) this.#keep(this.fires, { job, fireTime, fate: "started", reason: null, at: startedAt });
    this.#keep(this.runs, run);
    return run;
  }

  #noteOverlap(overlap: SimulatedOverlap | null): void {
    if (overlap !== null && this.#settings.keepAll) this.#keep(this.overlaps, overlap);
  }

  #keep<T>(list: T[], item: T): void {
    list.push(item);
    if (++this.#kept <= MOST_KEPT) return;
    const most = MOST_KEPT.toLocaleString("en-US");
    this.failure ??= new InvalidOptionError("keep", `"summary" where there are more than ${most} entries`, "all");
  }

  /** An instant, as if the clock had never been set. */
  #passed(at: number): number {
    return this.#settings.fromMs + at;
  }

  #jobsNow(): SimulatedPeak["jobs"] {
    const running = [...this.jobs.values()].filter(({ counter }) => counter.running > 0);
    return running.map(({ name, counter }) => ({ job: name, runs: counter.running })).sort((a, b) => b.runs - a.runs);
  }
}
