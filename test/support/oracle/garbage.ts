/** Texts that are not schedules, or hardly, or only just. */
import { ExpressionMaker } from "./random-expression.js";
import type { Random } from "./random.js";

const LONG = 100_000;
const ALPHABET = [..."0123456789**,,--//??LlWw##++HhMONfriJAN()@=_:.TZ    \t\n"];
const WORDS = [
  ...["*", "?", "L", "LW", "15W", "L-3", "5L", "FRI#L", "MON#2", "+FRI", "H", "H/15", "H(0-29)", "H(9-17)/2", "*/15"],
  ...["22-2", "1,2", "MON-FRI", "JAN", "2030", "1970/4", "0", "59", "60", "-1", "1e3", "0x1F", "Infinity", "NaN", "١"],
  ...["@daily", "@every", "@after", "@reboot", "@hourly", "@weekdays", "1h30m", "1.5h", "90s", "5µs", "1d", "-5s"],
  ...["TZ=", "TZ=UTC", "CRON_TZ=Asia/Tokyo", "CRON_DST=skip", "CRON_DST=", "CRON_DST=never", "TZ=Mars/Olympus"],
  ...[
    "2027-01-01T00:00:00Z",
    "2027-02-30T00:00:00Z",
    "__proto__",
    "constructor",
    "toString",
    "\u0000",
    "\u2028",
    "null",
  ],
];
const REPEATED = [
  ...["0", "1", "9", ",", "1,", "5-3,", "*/", "-", " ", "\t", "* ", "L", "W", "#", "H(", "(", "+", "MON,"],
  ...["TZ=UTC ", "1h", "@", "a", "=", "."],
];

export class GarbageMaker {
  readonly #random: Random;
  readonly #valid: ExpressionMaker;

  constructor(random: Random) {
    this.#random = random;
    this.#valid = new ExpressionMaker(random, []);
  }

  text(): string {
    return this.#random.weighted<string>([
      [2, () => this.#unicode()],
      [3, () => this.#repeat(this.#random.integer(0, 30), () => this.#random.pick(ALPHABET))],
      [5, () => this.#words()],
      [6, () => this.#mutated(this.#valid.expression())],
      [2, () => this.#mutated(this.#words())],
      [1, () => this.#prefixed()],
      [0.03, () => this.#long()],
    ]);
  }

  /** Any code units, halves of pairs too. */
  #unicode(): string {
    const most = this.#random.pick([0x7f, 0x2ff, 0xffff]);
    const length = this.#random.integer(0, 20);
    return this.#repeat(length, () => String.fromCharCode(this.#random.integer(0, most)));
  }

  #words(): string {
    const words = Array.from({ length: this.#random.integer(1, 8) }, () => this.#random.pick(WORDS));
    return words.join(this.#random.pick([" ", " ", " ", "", ",", "  ", "\n"]));
  }

  /** Up to three characters left out, put in, doubled or swapped. */
  #mutated(text: string): string {
    let mutated = text;
    for (let count = this.#random.integer(0, 3); count > 0; count--) {
      const at = this.#random.integer(0, mutated.length);
      const [head, char, tail] = [mutated.slice(0, at), mutated.slice(at, at + 1), mutated.slice(at + 1)];
      const other = this.#random.pick([...ALPHABET, "\u00a0", "\ufeff", "－", "ſ", "K", "İ", "💥"]);
      mutated = this.#random.pick([
        head + tail,
        head + other + char + tail,
        head + char + char + tail,
        head + other + tail,
      ]);
      if (this.#random.chance(0.2)) mutated = head + tail.slice(0, 1) + char + tail.slice(1);
    }
    return mutated;
  }

  #prefixed(): string {
    const prefix = (): string =>
      this.#random.pick(["TZ=UTC ", "CRON_TZ=UTC ", "CRON_DST=skip ", "TZ=", "CRON_DST=both", "@", " "]);
    return this.#repeat(this.#random.integer(1, 50), prefix) + this.#valid.expression();
  }

  /** What a quadratic reader, or a careless regular expression, would not survive. */
  #long(): string {
    const random = this.#random;
    const length = random.integer(LONG / 2, LONG);
    const unit = random.pick(REPEATED);
    const filler = unit.repeat(Math.ceil(length / unit.length));
    const valid = this.#valid.expression();
    return random.pick([
      filler,
      `${filler}x`,
      `${valid} ${filler}`,
      `${filler} * * * *`,
      `* * * * ${filler}1`,
      `@every ${filler}`,
      `TZ=${filler} ${valid}`,
      valid + filler + valid,
    ]);
  }

  #repeat(count: number, make: () => string): string {
    return Array.from({ length: count }, make).join("");
  }
}
