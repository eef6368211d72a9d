import { AsyncLocalStorage } from "node:async_hooks";
import type { Clock } from "../clock/clock.js";
import { PunctualError, RunSkippedError } from "../errors.js";
import type { SkipReason } from "./admit.js";
import type { ChainLink } from "./chain.js";
import { setsOff } from "./chain.js";
import { ClaimLines } from "./claim-lines.js";
import type { Claims } from "./claims.js";
import type { SchedulerEmitter } from "./events.js";
import { Gate } from "./gate.js";
import type { JobState } from "./job-state.js";
import { isIdle } from "./job-state.js";
import type { LimitSettings } from "./limits.js";
import { ActiveRun } from "./run.js";
import type { Run } from "./run-record.js";
import type { Ending, Held } from "./run-state.js";
import { endingAs, NotedRunState, RunState } from "./run-state.js";
import type { RunsParts } from "./runs.js";
import { Runs } from "./runs.js";
import { StartNotes } from "./start-notes.js";
import type { SchedulerStats } from "./stats.js";
import type { FireDetails } from "./waiting-fire.js";
import { NO_DETAILS, WaitingFire } from "./waiting-fire.js";
import { WaitingRoom } from "./waiting-room.js";

/** What the dispatch works with. */
export interface DispatchParts extends Omit<RunsParts, "onFree" | "onFollowed" | "onSettled"> {
  readonly limits: LimitSettings;
  readonly claims: Claims;
  /** Told when the last run of a job has ended. */
  readonly onJobIdle: (job: JobState) => void;
}

/** Takes a fire through: admitted, kept waiting or skipped; claimed, where nodes share the job; begun. */
export class Dispatch {
  readonly #clock: Clock;
  readonly #events: SchedulerEmitter;
  readonly #parts: DispatchParts;
  readonly #runs: Runs;
  readonly #waiting: WaitingRoom;
  readonly #gate: Gate;
  readonly #lines: ClaimLines;
  readonly #notes: StartNotes;
  readonly #onIdle: (() => void)[] = [];
  #draining = false;

  constructor(parts: DispatchParts) {
    this.#parts = parts;
    this.#clock = parts.clock;
    this.#events = parts.events;
    this.#waiting = new WaitingRoom(parts.limits);
    this.#gate = new Gate(this.#waiting);
    parts.recorder.onRoom = (hasRoom) => {
      this.#waiting.limits.shut = !hasRoom;
      if (hasRoom) this.#startWaiting();
    };
    this.#notes = new StartNotes(parts);
    this.#lines = new ClaimLines(parts.claims, {
      offer: (job, fireTime, details) => this.#offer(job, fireTime, details),
      skip: (job, fireTime, details, reason) => this.skip(job, fireTime, details, reason),
      hasRoom: ({ settings, running, held }) => settings.overlap === "allow" || running + held < settings.maxConcurrent,
    });
    this.#runs = new Runs({
      ...parts,
      onFree: (run) => this.#free(run),
      onFollowed: (followers, run) => this.#setOff(followers, run),
      onSettled: () => this.#tellIfAllIdle(),
    });
  }

  /** Runs that go on, but for deaf ones. */
  get active(): ReadonlySet<ActiveRun> {
    return this.#runs.active;
  }

  /** What runs and waits, by counts that are kept. */
  get stats(): Pick<SchedulerStats, "running" | "waiting" | "groups"> {
    const { limits, behindRuns } = this.#waiting;
    const waiting = { forRun: behindRuns, forLimit: limits.waitingCount, forNode: this.#lines.undecided };
    return { running: limits.runningCount, waiting, groups: limits.groupStats() };
  }

  /** Starts a fire of the schedule, keeps it waiting, or skips it. */
  fire(job: JobState, fireTime: number, details: FireDetails): void {
    if (job.settings.distributed === null) this.#offer(job, fireTime, details);
    else this.#lines.add(job, fireTime, details);
  }

  /** Does again what a process has left unfinished. */
  again(job: JobState, fireTime: number, attempt: number): void {
    this.#offer(job, fireTime, { ...NO_DETAILS, attempt, notedFirst: true });
  }

  /** Performs a job outside its schedule, paused or not. @throws RunSkippedError */
  runNow(job: JobState, data: unknown): Promise<Run> {
    return new Promise((resolve, reject) => {
      const skipped = (reason: SkipReason): void => reject(new RunSkippedError(job.name, reason));
      const caller = this.#events.observesRuns ? AsyncLocalStorage.snapshot() : null;
      this.#offer(job, null, { ...NO_DETAILS, data, caller, waiter: { ended: resolve, skipped } });
    });
  }

  /** Puts on record that a fire time did not start. */
  skip(job: JobState, fireTime: number | null, details: FireDetails, reason: SkipReason): void {
    // What another node has begun is on its record.
    if (details.asking?.recovery === true) return;
    this.#parts.recorder.skipped(job, this.#clock.now(), fireTime, reason);
    this.#tellSkipped(job, fireTime, details, reason);
  }

  #tellSkipped(job: JobState, fireTime: number | null, details: FireDetails, reason: SkipReason): void {
    if (this.#events.hears("run:skipped")) {
      this.#events.emit("run:skipped", { job: job.handle, fireTime, reason });
    }
    details.waiter?.skipped(reason);
  }

  /** Ends a run; see Performer.end. */
  end(run: ActiveRun, ending: Ending, killGraceMs: number): void {
    this.#runs.end(run, ending, killGraceMs);
  }

  /** Ends all that goes on. What was told to end before, with more time, has no more than this. */
  endAll(ending: Ending, killGraceMs: number): void {
    this.#runs.endAll(ending, killGraceMs);
  }

  /** Shortens the kill grace of what is being ended. */
  hasten(killGraceMs: number): void {
    this.#runs.hasten(killGraceMs);
  }

  /** Asks again about what waits of a job, by its settings of now. */
  reconsider(job: JobState): void {
    for (const fire of this.#waiting.takeOf(job)) this.#offer(job, fire.fireTime, fire.details);
    this.#tellIfIdle(job);
  }

  /** Skips what waits of a job. */
  skipWaiting(job: JobState, reason: SkipReason): void {
    const undecided = job.undecided;
    const fires = this.#waiting.takeOf(job);
    for (const fire of fires) this.skip(job, fire.fireTime, fire.details, reason);
    this.#lines.skipAll(job, reason);
    if (fires.length > 0 || undecided > 0) this.#tellIfIdle(job);
  }

  /** Lets fires start again. */
  open(): void {
    this.#gate.stopping = false;
    this.#runs.open();
  }

  /** Bars all starts, and skips all that waits; `jobs` are the registered ones. */
  bar(jobs: Iterable<JobState>): void {
    this.#gate.stopping = true;
    for (const job of jobs) this.skipWaiting(job, "stopping");
    // And what `runNow` gave without a job.
    for (const fire of this.#waiting.takeHeld()) this.skip(fire.job, fire.fireTime, fire.details, "stopping");
  }

  /** Calls `idle` as soon as no run goes on. */
  whenIdle(idle: () => void): void {
    this.#onIdle.push(idle);
    this.#tellIfAllIdle();
  }

  /** Settles when the store has back what runs had of it. */
  async allGivenBack(): Promise<void> {
    await this.#lines.allGivenBack();
  }

  #offer(job: JobState, fireTime: number | null, details: FireDetails): void {
    const admission = this.#gate.admit(job, details);
    if (admission.kind === "start") this.#start(job, fireTime, details);
    else if (admission.kind === "skip") this.skip(job, fireTime, details, admission.reason);
    else if (admission.kind === "replace") this.#replace(job, fireTime, details);
    else this.#waiting.keep(new WaitingFire(job, fireTime, details), admission.for);
  }

  /** The oldest run makes room, and so does what waits. */
  #replace(job: JobState, fireTime: number | null, details: FireDetails): void {
    for (const fire of this.#waiting.takeOf(job)) this.skip(job, fire.fireTime, fire.details, "overlap");
    const { killGraceMs, maxConcurrent } = job.settings;
    if (job.running < maxConcurrent) {
      // What stood in the way waited for a limit, and has just been left out.
      this.#offer(job, fireTime, details);
      return;
    }
    this.#waiting.keep(new WaitingFire(job, fireTime, details), "job");
    // One that is being ended already makes the room that is wanted.
    if (job.active?.some((run) => ActiveRun.stateOf(run).ending !== null) === true) return;
    const oldest = job.active?.[0];
    if (oldest === undefined) return;
    const error = new PunctualError(
      "RUN_REPLACED",
      `run of job ${JSON.stringify(job.name)} made room for its next one`,
    );
    this.end(oldest, endingAs("killed", error), killGraceMs);
  }

  #start(job: JobState, fireTime: number | null, details: FireDetails): void {
    if (job.settings.distributed === null) this.#begin(job, fireTime, details, null);
    else void this.#claim(job, fireTime, details);
  }

  /** Keeps the place of a run while it is asked whether this node may start it. */
  async #claim(job: JobState, fireTime: number | null, details: FireDetails): Promise<void> {
    const { group } = job.settings;
    job.running++;
    this.#waiting.limits.started(group);
    const asked = await this.#lines.ask(job, fireTime, details);
    job.running--;
    this.#waiting.limits.ended(group);
    if (asked.kind === "granted" && this.#mayBegin(job)) this.#begin(job, fireTime, details, asked.held);
    else {
      if (asked.kind === "granted") {
        this.#parts.claims.giveUp(asked.held);
        this.skip(job, fireTime, details, job.registered ? "stopping" : "removed");
      } else if (asked.kind === "skip") this.skip(job, fireTime, details, asked.reason);
      this.#madeRoom(job);
    }
    this.#lines.goOn(job);
    this.#tellIfAllIdle();
  }

  /** What was granted starts also while a stop drains: no other node will start it. */
  #mayBegin(job: JobState): boolean {
    return job.registered && !this.#runs.endsAll;
  }

  #begin(job: JobState, fireTime: number | null, details: FireDetails, held: Held | null): void {
    const noted = this.#notes.areWanted(job, details);
    const State = noted ? NotedRunState : RunState;
    const state = new State(job, fireTime, details, this.#clock.now(), held);
    job.running++;
    if (fireTime !== null) job.starts++;
    this.#waiting.limits.started(state.group);
    if (state instanceof NotedRunState) void this.#beginNoted(state);
    else this.#runs.begin(state);
  }

  /** Keeps the place of a run until it is on record that it begins. */
  async #beginNoted(state: NotedRunState): Promise<void> {
    const noted = await this.#notes.note(state);
    const { job, fireTime, details, held } = state;
    if (noted && this.#mayBegin(job)) {
      state.begins(this.#clock.now());
      this.#runs.begin(state);
      return;
    }
    if (fireTime !== null) job.starts--;
    this.#parts.claims.giveUp(held);
    const reason = !noted ? "historyUnavailable" : job.registered ? "stopping" : "removed";
    this.#parts.recorder.notBegun(state, this.#clock.now(), reason);
    this.#tellSkipped(job, fireTime, details, reason);
    this.#free(state);
    this.#tellIfAllIdle();
  }

  #setOff(followers: readonly ChainLink[], upstream: Run): void {
    for (const follower of followers) {
      if (setsOff(follower, upstream.outcome)) this.#offer(follower.job, null, { ...NO_DETAILS, upstream });
    }
  }

  #tellIfAllIdle(): void {
    if (this.#onIdle.length === 0 || this.#runs.active.size > 0) return;
    if (this.#lines.asking > 0 || this.#notes.waiting > 0) return;
    for (const idle of this.#onIdle.splice(0)) idle();
  }

  /** Asked when a run has ended, and when a waiting fire was skipped, of which no run's end will tell. */
  #tellIfIdle(job: JobState): void {
    if (isIdle(job)) this.#parts.onJobIdle(job);
  }

  /** Gives back what a run held, and lets others have it. */
  #free({ job, group, kept, wasCut }: RunState): void {
    job.running--;
    this.#waiting.limits.ended(group);
    if (kept !== null) this.#lines.giveBack(job, kept, !wasCut);
    this.#madeRoom(job);
    if (job.settings.distributed !== null) this.#lines.goOn(job);
  }

  #madeRoom(job: JobState): void {
    this.#tellIfIdle(job);
    this.#waiting.freed(job);
    this.#startWaiting();
  }

  /** Starts what waits and may now start. Not within itself: commands that return at once would nest. */
  #startWaiting(): void {
    if (this.#draining) return;
    this.#draining = true;
    for (let fire = this.#waiting.next(); fire !== undefined; fire = this.#waiting.next()) {
      this.#offer(fire.job, fire.fireTime, fire.details);
      // It may have been skipped: then the next of its job has its turn, or there is none.
      this.#waiting.freed(fire.job);
      this.#tellIfIdle(fire.job);
    }
    this.#draining = false;
  }
}
