import type { RunContext } from "../command/command.js";
import { Job } from "../scheduler/job.js";
import type { OpenRun } from "./open-run.js";
import type { Work, WorkOfJob } from "./simulated-work.js";
import type { LoggedJob, SimulationLog } from "./simulation-log.js";
import type { VirtualClock } from "./virtual-clock.js";

/** What a command that takes virtual time works with. */
export interface SimulatedCommandParts {
  readonly clock: VirtualClock;
  readonly log: SimulationLog;
  readonly work: WorkOfJob;
  /** Its thread or process can be ended: it is not deaf for ever. */
  readonly terminable: boolean;
  /** Whether a run that nobody could notice may return at once. */
  readonly shortcuts: boolean;
}

type JobState = ReturnType<typeof Job.stateOf>;

/** Stands in for the command of one job: takes virtual time, heeds its signal unless it is deaf, fails if it shall. */
export class SimulatedCommand {
  readonly perform: (run: RunContext) => unknown = (run) => this.#perform(run);
  readonly #parts: SimulatedCommandParts;
  readonly #state: JobState;
  readonly #logged: LoggedJob;
  readonly #mayShorten: boolean;

  constructor(parts: SimulatedCommandParts, job: Job, logged: LoggedJob) {
    this.#parts = parts;
    this.#state = Job.stateOf(job);
    this.#logged = logged;
    const { group } = this.#state.settings;
    this.#mayShorten = parts.shortcuts && group === null && this.#state.schedule.afterRun !== true;
  }

  #perform(run: RunContext): unknown {
    const { log } = this.#parts;
    const { fireTime, attempt } = run;
    const open = attempt === 1 ? log.started(this.#logged, fireTime) : this.#again(run);
    const work = this.#workOf(fireTime, attempt);
    if (attempt === 1 && this.#nobodyNotices(work)) {
      open.ms = work.ms;
      log.returning = open;
    } else {
      if (attempt === 1) {
        open.context = run;
        this.#logged.open.push(open);
      }
      if (work.ms > 0) return this.#take(run, open, work);
    }
    if (work.error !== null) throw work.error;
    return undefined;
  }

  #again(run: RunContext): OpenRun {
    const open = this.#logged.open.find((each) => each.context === run) as OpenRun;
    if (open.record !== null) open.record.attempts = run.attempt;
    this.#logged.tally.attempts++;
    return open;
  }

  #workOf(fireTime: number | null, attempt: number): Work {
    try {
      return this.#parts.work(fireTime, attempt, this.#parts.clock.now());
    } catch (error) {
      this.#parts.log.failure ??= error;
      return { ms: 0, error: null, deaf: false };
    }
  }

  /**
   * Whether a run may return at once, and its end be noted later: when it is over before anybody could ask whether it goes
   * on. That is so for most runs of most jobs, and spares them two promises, their timers and more.
   */
  #nobodyNotices({ ms, error }: Work): boolean {
    const { running, followers, follows, settings, handle } = this.#state;
    if (!this.#mayShorten || running !== 1 || handle.waiting > 0) return false;
    if (followers !== null || follows !== null) return false;
    const { retry, timeoutMs } = settings;
    if ((error !== null && retry !== null) || (timeoutMs !== null && ms > timeoutMs)) return false;
    const next = handle.nextFireTime;
    return next === null || next > this.#parts.clock.now() + ms;
  }

  /** Takes its time. */
  #take(run: RunContext, open: OpenRun, { ms, error, deaf }: Work): Promise<void> {
    const { clock, log } = this.#parts;
    open.working = true;
    return new Promise((resolve, reject) => {
      const timer = clock.setTimer(ms, () => {
        open.workEnded(clock.now());
        log.settling = true;
        if (error === null) resolve();
        else reject(error);
      });
      const end = (): void => {
        timer.cancel();
        open.workEnded(clock.now());
        log.settling = true;
        reject(run.signal.reason);
      };
      if (!this.#mayBeEnded(ms)) return;
      if (!deaf) run.signal.addEventListener("abort", end);
      else if (this.#parts.terminable) {
        const { killGraceMs } = this.#state.settings;
        run.signal.addEventListener("abort", () => void clock.setTimer(killGraceMs, end));
      }
    });
  }

  /** A signal costs more than all else of a run; it is asked for only where it could abort. */
  #mayBeEnded(ms: number): boolean {
    const { overlap, timeoutMs } = this.#state.settings;
    return overlap === "replace" || (timeoutMs !== null && ms > timeoutMs);
  }
}
