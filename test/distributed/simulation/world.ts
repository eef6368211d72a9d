import type { CommandFunction, History, RunContext, ScheduleSpec, SchedulerOptions } from "punctual";
import { Scheduler } from "punctual";
import { Ledger, round } from "./ledger.js";
import type { Watch } from "./life.js";
import { Life } from "./life.js";
import type { Weather } from "./link.js";
import { Link } from "./link.js";
import { Machine, ORIGIN } from "./machine.js";
import type { Fault, NodeSchedules, WorldPlan } from "./plan.js";
import { Random } from "./random.js";
import { Store } from "./store.js";
import { TrueTime } from "./true-time.js";

/** The name of the one job. */
const SERVICE = "job";
/** How long after the last stop everything must be over. */
const END_MS = 7_200_000;
const NO_HISTORY: History = {
  append: () => {},
  list: async () => ({ items: [], cursor: null }),
  get: async () => undefined,
  lastFireTimes: async () => ({}),
  close: async () => {},
} as unknown as History;

/** What a scenario may decide itself. */
export interface WorldParts {
  readonly keepsLog?: boolean;
  readonly steer?: Weather["steer"];
  /** Takes the place of the command that the plan describes. */
  readonly command?: (life: Life, machine: Machine) => CommandFunction<undefined>;
}

/** Nodes, their store and what lies between, in a time of their own. */
export class World {
  readonly plan: WorldPlan;
  readonly origin: number;
  readonly time: TrueTime = new TrueTime();
  readonly ledger: Ledger;
  readonly lives: Life[] = [];
  readonly weather: Weather;
  readonly store: Store;
  /** How often each kind of fault has come. */
  readonly injected: Record<Fault["kind"], number> = {
    crash: 0,
    stop: 0,
    stall: 0,
    setClock: 0,
    outage: 0,
    emptyStore: 0,
  };
  readonly #parts: WorldParts;
  readonly #watches = new WeakMap<RunContext<undefined>, Watch>();
  readonly #current: (Life | null)[] = [];
  #seeds = 0;
  #stopsUnderWay = 0;

  constructor(plan: WorldPlan, parts: WorldParts = {}) {
    this.plan = plan;
    this.#parts = parts;
    this.origin = plan.origin ?? ORIGIN;
    this.ledger = new Ledger(this.time, this.origin, parts.keepsLog === true);
    this.store = new Store(this.time, this.ledger, this.origin);
    this.weather = { outages: [], fair: false, lost: 0, slow: 0, noWay: 0, steer: parts.steer ?? null };
  }

  async run(): Promise<void> {
    const { skewsMs, faults, lengthMs } = this.plan;
    for (const [node, skewMs] of skewsMs.entries()) this.#boot(node, skewMs, `n${node}`);
    for (const fault of faults) this.time.after(fault.atMs, () => this.#inject(fault));
    await this.time.passTo(lengthMs);
    // From here on all goes well, so that what is left over is nobody's fault but the code's.
    this.weather.fair = true;
    for (const life of this.#current) if (life !== null) this.#stop(life, 1_000);
    await this.time.passTo(lengthMs + END_MS);
    if (this.#stopsUnderWay > 0) this.ledger.fault(`${this.#stopsUnderWay} stops have not ended`);
    if (this.time.pending > 0) this.ledger.fault(`${this.time.pending} events are left`);
  }

  #boot(node: number, skewMs: number, appId: string): void {
    const { plan, time, weather, store } = this;
    const random = new Random(plan.seed * 1_000 + this.#seeds++);
    const machine = new Machine(time, random, { skewMs, timerSlackMs: plan.timerSlackMs, origin: this.origin });
    const life = new Life(appId, node, machine);
    const distributed = new Link(life, { store, time, plan: plan.link, random, weather });
    const scheduler = new Scheduler({
      ...{ clock: machine, distributed, appId, history: NO_HISTORY },
      timezone: plan.timezone ?? "UTC",
    } satisfies SchedulerOptions);
    life.scheduler = scheduler;
    this.lives.push(life);
    this.#current[node] = life;
    const command = this.#parts.command?.(life, machine) ?? this.#commandOf(life, random);
    scheduler.addDistributedCron(SERVICE, scheduleOf(plan, node), command, plan.options);
    this.#listen(life, scheduler);
    this.ledger.note(appId, `begins, ${round(skewMs)} off`);
    scheduler.start();
  }

  #listen(life: Life, scheduler: Scheduler): void {
    scheduler.on("run:skipped", ({ fireTime, reason }) => {
      if (fireTime !== null) this.ledger.skipped(life, fireTime, reason);
    });
    scheduler.on("fire:missed", ({ missedBefore, fireTimes }) => {
      if (missedBefore !== null)
        life.passedOver.push({ fromMs: missedBefore, toMs: (fireTimes[0] ?? life.machine.now()) - 1 });
    });
    scheduler.on("run:started", ({ run }) => {
      const { fireTime, token, attempt } = run;
      if (fireTime === null || token === null) return;
      const watch: Watch = {
        ...{ life, run: run as RunContext<undefined>, fireTime, token, attempt },
        ...{ going: true, deaf: false, abortedAtMs: null },
      };
      this.#watches.set(run as RunContext<undefined>, watch);
      this.ledger.started(watch);
      life.runs++;
    });
    scheduler.on("run:finished", ({ run }) => {
      this.ledger.note(life.name, run.outcome, run.fireTime);
      life.runs--;
    });
    scheduler.on("run:deaf", () => void life.runs++);
    scheduler.on("run:silent", () => void life.runs--);
    scheduler.on("lease:lost", ({ run }) => this.ledger.note(life.name, "lost its lease", run.fireTime));
    scheduler.on("error", ({ error }) => this.ledger.fault(`${life.name}: ${String(error)}`));
  }

  #commandOf(life: Life, random: Random): CommandFunction<undefined> {
    const { durationMs, failChance, deafChance } = this.plan.work;
    return (run) => {
      const lasts = random.scale(durationMs[0] + 1, durationMs[1] + 1) - 1;
      const fails = random.chance(failChance);
      const deaf = random.chance(deafChance);
      return this.perform(life, run, { lasts, fails, deaf });
    };
  }

  /** What a command does for so long. */
  perform(
    life: Life,
    run: RunContext<undefined>,
    {
      lasts,
      fails = false,
      deaf = false,
    }: { readonly lasts: number; readonly fails?: boolean; readonly deaf?: boolean },
  ): Promise<void> {
    const watch = this.#watches.get(run) as Watch;
    watch.deaf = deaf;
    this.ledger.goesOn(watch);
    return new Promise((resolve, reject) => {
      const end = (error: Error | null): void => {
        this.ledger.ended(watch);
        if (error === null) resolve();
        else reject(error);
      };
      const timer = life.machine.hears(lasts, () => end(fails ? new Error("it failed") : null));
      run.signal.addEventListener("abort", () => {
        this.ledger.aborted(watch);
        if (deaf) return;
        timer.cancel();
        end(run.signal.reason as Error);
      });
    });
  }

  #inject(fault: Fault): void {
    this.injected[fault.kind]++;
    if (fault.kind === "emptyStore") {
      this.store.restartEmpty();
      this.ledger.storeRestarted();
      return;
    }
    const { node } = fault;
    this.ledger.note(
      node === null ? "*" : `node${node}`,
      `${fault.kind}${"forMs" in fault ? ` for ${fault.forMs}` : ""}`,
    );
    if (fault.kind === "outage") {
      this.weather.outages.push({ node, untilMs: this.time.now + fault.forMs, how: fault.how });
      return;
    }
    const life = this.#current[fault.node] ?? null;
    if (life === null) return;
    if (fault.kind === "stall") life.machine.stall(fault.forMs);
    else if (fault.kind === "setClock") life.setClock(fault.byMs);
    else this.#end(life, fault);
  }

  #end(life: Life, fault: Fault & { readonly kind: "crash" | "stop" }): void {
    const { node, backAfterMs } = fault;
    this.#current[node] = null;
    if (fault.kind === "crash") {
      life.state = "crashed";
      life.machine.dead = true;
      life.endedAtMs = this.time.now;
      life.endPassage();
    } else this.#stop(life, fault.graceMs);
    if (backAfterMs === null) return;
    const appId = fault.sameAppId ? life.name : `n${node}-${this.lives.length}`;
    this.time.after(backAfterMs, () => {
      // One that still stops has its name still.
      if (!this.weather.fair) this.#boot(node, life.machine.skewMs, life.state === "stopping" ? `${appId}+` : appId);
    });
  }

  #stop(life: Life, graceMs: number): void {
    // A process that stands still is told when it goes on.
    life.machine.hears(0, () => {
      life.state = "stopping";
      life.endPassage();
      this.#stopsUnderWay++;
      this.ledger.note(life.name, "stops");
      void (life.scheduler as Scheduler).stop({ grace: graceMs, killGrace: 500 }).then(() => this.#stopped(life));
    });
  }

  #stopped(life: Life): void {
    this.#stopsUnderWay--;
    life.state = "stopped";
    life.endedAtMs = this.time.now;
    this.ledger.note(life.name, "has stopped");
    const deaf = [...this.ledger.watches].filter(({ life: of }) => of === life).length;
    if (deaf === 0 && life.machine.pendingTimers > 0)
      this.ledger.fault(`${life.name} has stopped and left ${life.machine.pendingTimers} timers`);
    for (const grant of this.ledger.grants) {
      if (grant.life !== life || grant.givenBack !== "no" || grant.untilMs <= this.time.now) continue;
      if (deaf > 0 || life.unheard >= grant.atMs || grant.generation !== this.ledger.generation) continue;
      if (!grant.started) continue;
      this.ledger.fault(`${life.name} has stopped and left the lease of ${this.ledger.short(grant.fireTime)}`);
    }
  }
}

function scheduleOf({ schedule }: WorldPlan, node: number): ScheduleSpec {
  const ofNodes = (schedule as Partial<NodeSchedules>).ofNodes;
  return ofNodes === undefined ? (schedule as ScheduleSpec) : (ofNodes[node] as ScheduleSpec);
}
