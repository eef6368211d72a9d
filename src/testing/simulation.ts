import { InvalidOptionError } from "../errors.js";
import { simulationReport } from "./simulation-report.js";
import type { SimulationLog } from "./simulation-log.js";
import type { SimulationSettings } from "./simulation-options.js";
import type {
  SimulatedBucket,
  SimulatedCounts,
  SimulatedError,
  SimulatedFire,
  SimulatedJobCounts,
  SimulatedMiss,
  SimulatedOverlap,
  SimulatedPeak,
  SimulatedRun,
  SimulatedRush,
  SimulatedSkip,
} from "./simulation-records.js";
import { totalOf } from "./simulation-tally.js";

/**
 * What `simulate` found. `String(simulation)` is a report for people. All instants are epoch milliseconds; those of the
 * load, the peaks and the overlaps count the time passed, as if the option `clockSet` had not moved the clock.
 */
export class Simulation {
  readonly from: number;
  /** The first instant after it. */
  readonly to: number;
  /** Of all jobs together; `mostRuns` and `overlaps` (of jobs) too. */
  readonly counts: SimulatedCounts;
  /** Of each job, in order of definition. */
  readonly jobs: readonly SimulatedJobCounts[];
  /** The instants with the most runs at once, the highest first, at least a minute apart. */
  readonly peaks: readonly SimulatedPeak[];
  /** The seconds in which the most runs started, the busiest first. */
  readonly busiestSeconds: readonly SimulatedRush[];
  /** As `busiestSeconds`, for minutes. */
  readonly busiestMinutes: readonly SimulatedRush[];
  /** The load over time, in parts of equal length. */
  readonly load: readonly SimulatedBucket[];
  /** What the scheduler reported as errors: a schedule or a `retryIf` that threw. */
  readonly errors: readonly SimulatedError[];
  readonly #log: SimulationLog;
  readonly #keptAll: boolean;

  /** Made by `simulate`. @internal */
  constructor(settings: SimulationSettings, log: SimulationLog) {
    this.from = settings.fromMs;
    this.to = settings.toMs;
    this.#log = log;
    this.#keptAll = settings.keepAll;
    this.jobs = Array.from(log.jobs.values(), ({ name, tally, counter }) => {
      return { job: name, ...tally.counts(counter.overlaps, counter.mostRunning) };
    });
    this.counts = totalOf(this.jobs, log.load.mostRunning);
    this.peaks = log.load.peaks;
    this.busiestSeconds = log.load.busiestSeconds;
    this.busiestMinutes = log.load.busiestMinutes;
    this.load = log.load.buckets();
    this.errors = log.errors;
  }

  /** Every fire time and what became of it, in order of time. @throws InvalidOptionError with `keep: "summary"` */
  get fires(): readonly SimulatedFire[] {
    return this.#kept(this.#log.fires);
  }

  /** Every run, in order of start. @throws InvalidOptionError with `keep: "summary"` */
  get runs(): readonly SimulatedRun[] {
    return this.#kept(this.#log.runs);
  }

  /** What was not started, and why, but for misfires; in order of time. @throws InvalidOptionError with `keep: "summary"` */
  get skips(): readonly SimulatedSkip[] {
    return this.#kept(this.#log.skips);
  }

  /** What was found too late, in order of finding. @throws InvalidOptionError with `keep: "summary"` */
  get missed(): readonly SimulatedMiss[] {
    return this.#kept(this.#log.missed);
  }

  /** When more went on at once than was to be, in order of begin. @throws InvalidOptionError with `keep: "summary"` */
  get overlaps(): readonly SimulatedOverlap[] {
    return this.#kept(this.#log.overlaps);
  }

  /** The counts of the job of that name. */
  job(name: string): SimulatedJobCounts | undefined {
    return this.jobs.find(({ job }) => job === name);
  }

  /** A report of some twenty lines, with a chart of the load in ASCII. */
  toString(): string {
    return simulationReport(this);
  }

  #kept<T>(list: readonly T[]): readonly T[] {
    if (this.#keptAll) return list;
    throw new InvalidOptionError("keep", '"all", for lists of what happened', "summary");
  }
}
