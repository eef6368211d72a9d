/** Random expressions of every shape in docs/cron.md, section 1, but macros and H. */
import { FIELDS, type FieldSpec } from "./fields.js";
import type { Random } from "./random.js";

/** Values near which the generator picks, so that expressions meet what a zone's clock does; one is picked for each item. */
export interface Focus {
  readonly second: number;
  readonly minute: number;
  readonly hour: number;
  readonly day: number;
  readonly month: number;
  readonly weekday: number;
  readonly year: number;
}

type FieldName = keyof typeof FIELDS;

const NEAR = 0.7;
const MOST_YEARS_APART = 40;

export class ExpressionMaker {
  readonly #random: Random;
  readonly #near: readonly Focus[];

  constructor(random: Random, near: readonly Focus[]) {
    this.#random = random;
    this.#near = near;
  }

  /** Five, six or seven fields, apart by blanks of any kind. */
  expression(): string {
    const random = this.#random;
    const count = random.pick([5, 5, 6, 6, 7]);
    const fields = [this.#numeric("minute", 3), this.#numeric("hour", 3), ...this.#days()];
    if (count > 5) fields.unshift(this.#second());
    if (count > 6) fields.push(this.#numeric("year", 3));
    const text = fields.reduce((all, field) => all + random.pick([" ", " ", " ", " ", "  ", "\t", "\n "]) + field);
    return random.chance(0.1) ? ` ${text}  ` : text;
  }

  #days(): [day: string, month: string, weekday: string] {
    const random = this.#random;
    const month = this.#numeric("month", 6);
    // Two restricted day fields of which one suffices match nearly every day: that is not what should be met most.
    const day = random.chance(0.5) ? this.#bare() : this.#listOf(() => this.#dayItem());
    const weekday = random.chance(0.55) ? this.#bare() : this.#listOf(() => this.#weekdayItem());
    return [day, month, (random.chance(0.15) ? "+" : "") + weekday];
  }

  #bare(): string {
    return this.#random.pick(["*", "*", "*", "?"]);
  }

  #second(): string {
    return this.#random.weighted<string>([
      [4, () => "0"],
      [5, () => this.#numeric("second", 0.2)],
    ]);
  }

  #numeric(name: FieldName, anyWeight: number): string {
    return this.#random.weighted<string>([
      [anyWeight, () => "*"],
      [1, () => this.#stepOfAny(name)],
      [6, () => this.#listOf(() => this.#item(name))],
    ]);
  }

  #stepOfAny(name: FieldName): string {
    return `*/${this.#step(FIELDS[name])}`;
  }

  /** One item mostly, up to five. */
  #listOf(item: () => string): string {
    const count = this.#random.pick([1, 1, 1, 1, 2, 2, 3, 5]);
    return Array.from({ length: count }, item).join(",");
  }

  #item(name: FieldName): string {
    const spec = FIELDS[name];
    return this.#random.weighted<string>([
      [8, () => this.#value(name)],
      [3, () => this.#range(name)],
      [2, () => `${this.#range(name)}/${this.#step(spec)}`],
      [1, () => `${this.#value(name)}/${this.#step(spec)}`],
      [1, () => this.#stepOfAny(name)],
      [0.15, () => "*"],
    ]);
  }

  #dayItem(): string {
    const day = (): string => this.#value("day");
    const back = (): number => this.#random.pick([1, 1, 2, 3, 5, 10, 20, 27, 28, 29, 30]);
    return this.#random.weighted<string>([
      [8, () => this.#item("day")],
      [2, () => this.#anyCase("L")],
      [2, () => this.#anyCase(`L-${back()}`)],
      [1, () => this.#anyCase("LW")],
      [1, () => this.#anyCase(`L-${back()}W`)],
      [3, () => this.#anyCase(`${this.#random.pick([day(), day(), "1", "31"])}W`)],
    ]);
  }

  #weekdayItem(): string {
    const value = (): string => this.#value("weekday");
    return this.#random.weighted<string>([
      [8, () => this.#item("weekday")],
      [4, () => `${value()}#${this.#random.integer(1, 5)}`],
      [2, () => `${value()}${this.#anyCase("L")}`],
      [1, () => `${value()}#${this.#anyCase("L")}`],
    ]);
  }

  #range(name: FieldName): string {
    const first = this.#number(name);
    let last = this.#random.chance(0.5)
      ? this.#number(name)
      : Math.min(first + this.#random.integer(0, 6), FIELDS[name].max);
    // A year does not go round; and whether 7-0 is a day or a week the grammar does not say.
    if (last < first && (name === "year" || (name === "weekday" && first === 7 && last === 0))) last = first;
    return `${this.#show(first, FIELDS[name])}-${this.#show(last, FIELDS[name])}`;
  }

  #step(spec: FieldSpec): number {
    const most = Math.min(spec.cycle, MOST_YEARS_APART, 60);
    return this.#random.chance(0.6) ? this.#random.integer(1, Math.min(6, most)) : this.#random.integer(1, most);
  }

  #value(name: FieldName): string {
    return this.#show(this.#number(name), FIELDS[name]);
  }

  #number(name: FieldName): number {
    const spec = FIELDS[name];
    const random = this.#random;
    if (this.#near.length > 0 && random.chance(name === "year" ? 0.97 : NEAR)) {
      const value = random.pick(this.#near)[name] + (name === "year" ? random.pick([0, 0, 0, 1, -1, 2]) : 0);
      return name === "weekday" && value === 0 && random.chance(0.5)
        ? 7
        : Math.min(Math.max(value, spec.min), spec.max);
    }
    return random.integer(spec.min, spec.max);
  }

  #show(value: number, { names, min }: FieldSpec): string {
    const name = names[value - min];
    return name !== undefined && this.#random.chance(0.5) ? this.#anyCase(name) : String(value);
  }

  #anyCase(text: string): string {
    return this.#random.pick([text, text, text.toLowerCase(), text.charAt(0) + text.slice(1).toLowerCase()]);
  }
}
