import { SystemClock } from "../clock/system-clock.js";
import type { CommandFunction } from "../command/command.js";
import { InvalidOptionError } from "../errors.js";
import type { SchedulerEvents } from "../scheduler/events.js";
import { Job } from "../scheduler/job.js";
import type { SchedulerOptions } from "../scheduler/options.js";
import { nextOf, windowStartOf } from "../scheduler/plan.js";
import { Scheduler } from "../scheduler/scheduler.js";
import { SimulatedCommand } from "./simulated-command.js";
import type { JobPlan } from "./simulated-jobs.js";
import { SimulatedWorks } from "./simulated-work.js";
import { SimulationLog } from "./simulation-log.js";
import type { SimulateOptions, SimulationSettings } from "./simulation-options.js";
import { VirtualClock } from "./virtual-clock.js";

/** What a simulator works with. */
export interface SimulatorParts {
  readonly settings: SimulationSettings;
  readonly options: SimulateOptions;
  readonly plans: readonly JobPlan[];
  readonly scheduler: SchedulerOptions;
  readonly shortcuts: boolean;
}

/** How long a simulation keeps the event loop to itself, and after how many timers it looks. */
const SLICE_MS = 20;
const TIMERS_PER_LOOK = 50;
/** Turns of the microtask queue between the end of a command and that of its run: one, and some to spare. */
const TURNS = 3;

/** A scheduler with a clock and commands of the simulation's own. */
export class Simulator {
  readonly log: SimulationLog;
  readonly #parts: SimulatorParts;
  readonly #clock: VirtualClock;
  readonly #scheduler: Scheduler;

  /** @throws InvalidOptionError, InvalidScheduleError */
  constructor(parts: SimulatorParts) {
    this.#parts = parts;
    const { settings } = parts;
    // A millisecond ahead: a schedule names the times after an instant, and the first one counts too.
    this.#clock = new VirtualClock(settings.fromMs, 1, settings.blocks);
    this.log = new SimulationLog(this.#clock, settings);
    this.#scheduler = new Scheduler({ ...parts.scheduler, clock: this.#clock, history: this.log });
    this.#scheduler.on("fire:missed", (missed) => this.#noteMissed(missed));
    this.#scheduler.on("error", ({ error, job }) => {
      this.log.errors.push({ at: this.#clock.now(), job: job?.name ?? null, error });
    });
    for (const { atMs, byMs } of settings.clockSet) {
      this.#clock.setTimer(atMs - this.#clock.now(), () => this.#clock.shift(byMs));
    }
    this.#register();
  }

  /** @throws what a function of the options throws; InvalidOptionError when more is to be kept than can be */
  async run(): Promise<void> {
    const { fromMs, toMs } = this.#parts.settings;
    const end = toMs - fromMs;
    this.#scheduler.start();
    try {
      await this.#ringUntil(end, false);
      this.#clock.passTo(end);
      // No fire from here on; what ends at this very instant has ended.
      void this.#scheduler.stop({ grace: "1d" });
      await this.#ringUntil(end, true);
    } finally {
      await this.log.close();
      await this.#scheduler.stop({ grace: 0, killGrace: 0 });
    }
  }

  async #ringUntil(endMs: number, justThen: boolean): Promise<void> {
    const { log } = this;
    const clock = this.#clock;
    const machine = new SystemClock();
    let sliceEnd = machine.monotonic() + SLICE_MS;
    for (let rung = 1; clock.ringNext(endMs, justThen); rung++) {
      if (log.settling) {
        log.settling = false;
        for (let turn = 0; turn < TURNS; turn++) await null;
      }
      if (log.failure !== undefined) throw log.failure;
      if (rung % TIMERS_PER_LOOK !== 0 || machine.monotonic() < sliceEnd) continue;
      await new Promise<void>((resolve) => void machine.setTimer(0, resolve));
      sliceEnd = machine.monotonic() + SLICE_MS;
    }
  }

  /** Commands know what to do once all jobs have names. */
  #register(): void {
    const { plans, options, settings, shortcuts } = this.#parts;
    const commands: SimulatedCommand[] = [];
    const jobs = plans.map((plan, index) => this.#add(plan, commandAt(commands, index)));
    const works = new SimulatedWorks(
      options,
      settings.seed,
      jobs.map(({ name }) => name),
    );
    for (const [index, job] of jobs.entries()) {
      const { after, terminable } = plans[index] as JobPlan;
      for (const { job: name, on } of after) job.after(this.#jobNamed(name, index), { on });
      const logged = this.log.addJob(job.name, Job.stateOf(job).settings.group);
      const parts = { clock: this.#clock, log: this.log, work: works.of(job.name), terminable, shortcuts };
      commands.push(new SimulatedCommand(parts, job, logged));
    }
  }

  #add({ spec, options }: JobPlan, command: CommandFunction<undefined>): Job {
    const own = { ...options, data: undefined };
    const job =
      spec === null ? this.#scheduler.addCommand(command, own) : this.#scheduler.addCronCommand(spec, command, own);
    return job as Job<never> as Job;
  }

  #jobNamed(name: string, index: number): Job {
    const job = this.#scheduler.job(name);
    if (job !== undefined) return job;
    throw new InvalidOptionError(`jobs[${index}].after`, "the name of a job that is simulated", name);
  }

  #noteMissed({ job, fireTimes, missedBefore, cause }: SchedulerEvents["fire:missed"]): void {
    const at = this.#clock.now();
    const forgotten = missedBefore === null ? [] : forgottenTimes(job, missedBefore, at);
    this.log.noteMissed({ job: job.name, at, fireTimes: [...forgotten, ...fireTimes], cause }, forgotten);
  }
}

/** The command of a job that is not made yet; without a name, as a job is called after its function. */
function commandAt(commands: readonly SimulatedCommand[], index: number): CommandFunction<undefined> {
  return (run) => (commands[index] as SimulatedCommand).perform(run);
}

/** The missed fire times from before the catch-up window, of which the scheduler names but the first. */
function forgottenTimes(job: Job, first: number, now: number): number[] {
  const { settings, schedule } = Job.stateOf(job);
  if (schedule.afterRun === true) return [first];
  const windowStart = windowStartOf(settings, now);
  const times: number[] = [];
  for (let time: number | null = first; time !== null && time < windowStart; time = nextOf(schedule, time)) {
    times.push(time);
  }
  return times;
}
