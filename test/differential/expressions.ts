import type { Random } from "./random.js";

const MONTHS = ["JAN", "feb", "Mar", "APR", "may", "Jun", "JUL", "aug", "Sep", "OCT", "nov", "Dec"];
const WEEKDAYS = ["SUN", "mon", "Tue", "WED", "thu", "Fri", "SAT"];

/** Writes random expressions of the grammar of docs/cron.md, without `H`: no peer knows that. */
export class ExpressionWriter {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Five fields, six or seven; mostly few fires a day, some many. */
  expression(): string {
    const time = [this.#minute(), this.#hour()];
    const days = this.#days();
    return this.#random
      .weighted([
        [6, () => [...time, ...days]],
        [3, () => [this.#second(), ...time, ...days]],
        [1, () => [this.#second(), ...time, ...days, this.#year()]],
      ])
      .join(" ");
  }

  #second(): string {
    return this.#random.weighted([
      [6, () => String(this.#random.integer(0, 59))],
      [1, () => this.#random.pick(["*/30", "0,30", "15-17", "*/20"])],
    ]);
  }

  #minute(): string {
    return this.#random.weighted([
      [8, () => this.#random.pick(["0", "30", "15", "45", "59", "0,30", "*/30", "0-30/15"])],
      [3, () => this.#list(0, 59)],
      [1, () => "*"],
    ]);
  }

  /** The hours of the night come often: there the clocks change. */
  #hour(): string {
    return this.#random.weighted([
      [4, () => String(this.#random.integer(0, 4))],
      [3, () => this.#random.pick(["0-3", "1,2", "0-4/2", "0,23", "1-5", "22-2", "23", "0/2", "2-3"])],
      [3, () => this.#list(0, 23)],
      [2, () => this.#random.pick(["*", "*", "*/2", "*/3"])],
    ]);
  }

  #days(): string[] {
    return this.#random.weighted([
      [8, () => ["*", "*", "*"]],
      [4, () => [this.#dayOfMonth(), this.#month(), this.#random.pick(["*", "?"])]],
      [4, () => [this.#random.pick(["*", "?"]), this.#month(), this.#dayOfWeek()]],
      [3, () => [this.#dayOfMonth(), this.#month(), this.#dayOfWeek()]],
      [1, () => [this.#dayOfMonth(), this.#month(), `+${this.#dayOfWeek()}`]],
    ]);
  }

  #dayOfMonth(): string {
    const random = this.#random;
    const item = (): string =>
      random.weighted([
        [5, () => this.#item(1, 31)],
        [2, () => "L"],
        [2, () => `${random.integer(1, 31)}W`],
        [1, () => `L-${random.integer(1, 30)}`],
        [1, () => "LW"],
        [1, () => `L-${random.integer(1, 12)}W`],
        [1, () => random.pick(["29", "30", "31", "L,*"])],
      ]);
    return this.#joined(item);
  }

  #month(): string {
    const random = this.#random;
    return random.weighted([
      [8, () => "*"],
      [2, () => this.#list(1, 12)],
      [1, () => random.pick(MONTHS)],
      [1, () => `${random.integer(1, 6)}-${random.integer(7, 12)}`],
      [1, () => `${random.pick(MONTHS)}-${random.pick(MONTHS)}`],
    ]);
  }

  #dayOfWeek(): string {
    const random = this.#random;
    const day = (): string =>
      random.weighted([
        [3, () => String(random.integer(0, 7))],
        [1, () => random.pick(WEEKDAYS)],
      ]);
    const item = (): string =>
      random.weighted([
        [3, () => this.#item(0, 7)],
        [2, day],
        [1, () => `${random.pick(WEEKDAYS)}-${random.pick(WEEKDAYS)}`],
        [1, () => random.pick(["SUN-SUN", "0-7", "FRI-SUN", "7"])],
        [3, () => `${day()}#${random.integer(1, 5)}`],
        [2, () => `${day()}${random.pick(["L", "#L"])}`],
      ]);
    return this.#joined(item);
  }

  #year(): string {
    const random = this.#random;
    return random.weighted([
      [2, () => "*"],
      [2, () => `${random.integer(1968, 2030)}-${random.integer(2031, 2101)}`],
      [1, () => `${random.integer(1968, 2026)}-2101/${random.integer(1, 3)}`],
      [1, () => `*/${random.integer(2, 4)}`],
      [1, () => "2011,2025,2026"],
    ]);
  }

  /** One to three items of a field of numbers. */
  #list(min: number, max: number): string {
    return this.#joined(() => this.#item(min, max));
  }

  #joined(item: () => string): string {
    const count = this.#random.weighted([
      [6, () => 1],
      [3, () => 2],
      [1, () => 3],
    ]);
    return Array.from({ length: count }, item).join(",");
  }

  #item(min: number, max: number): string {
    const random = this.#random;
    const value = (): number => random.integer(min, max);
    const step = (): number => random.integer(1, max - min + 1);
    return random.weighted([
      [8, () => String(value())],
      [4, () => `${value()}-${value()}`],
      [2, () => `${value()}-${value()}/${step()}`],
      [2, () => `*/${step()}`],
      [1, () => `${value()}/${step()}`],
      [1, () => "*"],
    ]);
  }
}
