/** Compares what src answers with the oracle, case by case; a case is an expression, a zone and an instant. */
import { InvalidScheduleError, cron } from "punctual";
import { type PlainExpression, readExpression } from "./expression.js";
import { hasDate, nextFire, previousFire } from "./far.js";
import { POLICIES, type PlainSchedule, type Policy, firesAt, nextIn, previousIn } from "./oracle.js";
import { ExpressionMaker } from "./random-expression.js";
import { type Random, SEED } from "./random.js";
import { focusAround } from "./focus.js";
import type { Transition } from "./transitions.js";
import { WallClock } from "./wall-clock.js";

const HOUR = 3_600;
const WINDOW_SECONDS = 30 * HOUR;
const REACH_SECONDS = 28 * HOUR;
const MOST_SHOWN = 12;

type Schedule = ReturnType<typeof cron>;
type CronOptions = NonNullable<Parameters<typeof cron>[1]>;

/** What is under test, and what is to be expected of it. */
interface Subject {
  readonly schedule: Schedule;
  readonly plain: PlainSchedule;
  readonly clock: WallClock;
  readonly zone: string;
  readonly label: string;
}

export class Checker {
  cases = 0;
  /** Of these, how many answers were looked for beyond the window. */
  far = 0;
  refused = 0;
  readonly disagreements: string[] = [];
  readonly #random: Random;
  readonly #farShare: number;

  constructor(random: Random, farShare: number) {
    this.#random = random;
    this.#farShare = farShare;
  }

  /** So many random expressions, each at so many instants, around one change of a zone's clock. */
  check(zone: string, around: Transition, expressions: number, instants: number): void {
    const clock = new WallClock(zone, around.at - WINDOW_SECONDS, around.at + WINDOW_SECONDS);
    const maker = new ExpressionMaker(this.#random, focusAround(around, this.#random));
    for (let count = 0; count < expressions; ) {
      const subject = this.#subject(zone, clock, maker.expression());
      if (subject === null) continue;
      count++;
      let instant = this.#instant(around.at);
      for (let n = 0; n < instants; n++) {
        const near = this.#checkAt(subject, instant);
        instant = this.#random.chance(0.4) ? this.#beside(near, clock) : this.#instant(around.at);
      }
    }
  }

  /** Fails with what was found; else one line for the log. */
  summary(): string {
    const { cases, far, refused, disagreements } = this;
    const line = `${cases} cases, ${far} beyond their window, ${refused} expressions refused, seed ${SEED}`;
    if (disagreements.length === 0) return line;
    const shown = disagreements.slice(0, MOST_SHOWN).join("\n\n");
    throw new Error(`${disagreements.length} disagreements in ${line}\n\n${shown}\n`);
  }

  #subject(zone: string, clock: WallClock, text: string): Subject | null {
    const random = this.#random;
    const policy = random.pick(POLICIES);
    const dayMatch = random.pick([undefined, undefined, "or", "and"] as const);
    const [given, options] = this.#written(text, zone, policy);
    if (dayMatch !== undefined) Object.assign(options, { dayMatch });
    const expression = readExpression(text, dayMatch);
    const label = `${JSON.stringify(given)} ${JSON.stringify(options)}\nzone ${zone}, policy ${policy}, seed ${SEED}`;
    const schedule = this.#read(given, options, expression, label);
    return schedule && { schedule, plain: { expression, policy }, clock, zone, label };
  }

  /** Zone and policy, each as a prefix or as an option. */
  #written(text: string, zone: string, policy: Policy): [text: string, options: CronOptions] {
    const random = this.#random;
    const options: { timezone?: string; dst?: Policy } = {};
    const prefixes: string[] = [];
    if (random.chance(0.8)) options.timezone = zone;
    else prefixes.push(`${random.pick(["TZ", "CRON_TZ"])}=${zone} `);
    if (random.chance(0.2)) prefixes.push(`CRON_DST=${policy} `);
    else if (policy !== "vixie" || random.chance(0.3)) options.dst = policy;
    return [random.shuffled(prefixes).join("") + text, options];
  }

  /** The schedule, or null for one that is rightly refused: it has no date. */
  #read(given: string, options: CronOptions, expression: PlainExpression, label: string): Schedule | null {
    try {
      const schedule = cron(given, options);
      if (!hasDate(expression)) this.#disagree(label, "an error, for it never fires", "a schedule");
      return schedule;
    } catch (error) {
      this.refused++;
      if (!(error instanceof InvalidScheduleError) || hasDate(expression)) this.#disagree(label, "a schedule", error);
      return null;
    }
  }

  /** Returns a fire time near the instant, or the instant. */
  #checkAt(subject: Subject, instant: number): number {
    const { schedule, plain, clock, label } = subject;
    this.cases++;
    const at = `${label}\nat ${instant} (${new Date(instant).toISOString()})`;
    const next = nextIn(clock, plain, instant);
    const gotNext = schedule.next(instant);
    if (next === null) this.#checkBeyond(subject, instant, gotNext, 1, at);
    else this.#compare(`${at}: next`, next, gotNext);
    const previous = previousIn(clock, plain, instant);
    const gotPrevious = schedule.previous(instant);
    if (previous === null) this.#checkBeyond(subject, instant, gotPrevious, -1, at);
    else this.#compare(`${at}: previous`, previous, gotPrevious);
    this.#compare(`${at}: matches`, firesAt(clock, plain, instant), schedule.matches(instant));
    if (this.#random.chance(0.02)) this.#checkUpcoming(subject, instant, at);
    return (this.#random.chance(0.5) ? next : previous) ?? next ?? instant;
  }

  /** The window has no fire on that side: then the answer lies beyond it; now and then it is looked for there. */
  #checkBeyond(subject: Subject, instant: number, got: number | null, side: 1 | -1, at: string): void {
    const { plain, clock, zone } = subject;
    const what = `${at}: ${side === 1 ? "next" : "previous"}`;
    const inside = got !== null && (side === 1 ? got < clock.to * 1_000 : got >= clock.from * 1_000);
    if (inside) this.#disagree(what, "none in the window", got);
    if (inside || !this.#random.chance(this.#farShare)) return;
    const expected = (side === 1 ? nextFire : previousFire)(zone, plain, instant);
    if (expected === undefined) return;
    this.far++;
    this.#compare(`${what}, far`, expected, got);
    if (got !== null) this.#compare(`${at}: matches ${got}, far`, true, subject.schedule.matches(got + 999));
  }

  #checkUpcoming({ schedule, plain, clock }: Subject, instant: number, at: string): void {
    let time: number | null = instant;
    let count = 0;
    for (const got of schedule.upcoming(instant)) {
      time = nextIn(clock, plain, time);
      if (time === null || count++ === 5) return;
      this.#compare(`${at}: upcoming, ${count}.`, time, got);
    }
  }

  #compare(what: string, expected: unknown, got: unknown): void {
    if (expected !== got) this.#disagree(what, expected, got);
  }

  #disagree(what: string, expected: unknown, got: unknown): void {
    this.disagreements.push(`${what}\n  expected ${shown(expected)}\n  got      ${shown(got)}`);
  }

  /** An instant near the change, mostly within an hour or two; half of them on the whole second. */
  #instant(at: number): number {
    const random = this.#random;
    const seconds = random.weighted<number>([
      [1, () => random.pick([0, -1, 1])],
      [4, () => random.integer(-2 * HOUR, 2 * HOUR)],
      [2, () => random.integer(-REACH_SECONDS, REACH_SECONDS)],
    ]);
    return (at + seconds) * 1_000 + random.pick([0, 0, 0, 1, -1, 500, 999]);
  }

  #beside(fire: number, clock: WallClock): number {
    const instant = fire + this.#random.pick([0, 0, -1, 1, 999, 1_000, -1_000, 30_000]);
    return Math.min(Math.max(instant, clock.from * 1_000 + 1_000), clock.to * 1_000 - 1_000);
  }
}

function shown(value: unknown): string {
  return typeof value === "number" ? `${value} (${new Date(value).toISOString()})` : String(value);
}
