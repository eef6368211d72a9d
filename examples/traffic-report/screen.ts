import type { WriteStream } from "node:tty";

const BAR_WIDTH = 30;
const REDRAW_MS = 80;
const PLAIN_EVERY_MS = 2_000;
const CLEAR_LINE = "\r\u001b[2K";

export type Paint = (text: string) => string;

/** Where the demo writes: with colours and a moving bar on a terminal, plain lines elsewhere. */
export class Screen {
  readonly #out: NodeJS.WritableStream;
  readonly #isTerminal: boolean;
  readonly #coloured: boolean;
  #lastProgress = 0;
  #barShown = false;

  constructor(out: NodeJS.WritableStream = process.stdout, { TERM, NO_COLOR }: NodeJS.ProcessEnv = process.env) {
    this.#out = out;
    this.#isTerminal = (out as WriteStream).isTTY === true && TERM !== "dumb";
    this.#coloured = this.#isTerminal && (NO_COLOR ?? "") === "";
  }

  readonly bold: Paint = (text) => this.#paint(1, text);
  readonly dim: Paint = (text) => this.#paint(2, text);
  readonly good: Paint = (text) => this.#paint(32, text);
  readonly bad: Paint = (text) => this.#paint(31, text);
  readonly accent: Paint = (text) => this.#paint(36, text);

  print(text: string): void {
    this.clearBar();
    this.#out.write(`${text}\n`);
  }

  /** Shows how far the work is (0 to 1); without a terminal, only now and then. */
  progress(label: string, share: number, note: () => string): void {
    const now = performance.now();
    if (now - this.#lastProgress < (this.#isTerminal ? REDRAW_MS : PLAIN_EVERY_MS)) return;
    this.#lastProgress = now;
    const percent = `${String(Math.floor(share * 100)).padStart(3)} %`;
    if (!this.#isTerminal) {
      this.#out.write(`${label} ${percent}  ${note()}\n`);
      return;
    }
    this.#barShown = true;
    const full = Math.round(share * BAR_WIDTH);
    const bar = this.accent("█".repeat(full)) + this.dim("░".repeat(BAR_WIDTH - full));
    this.#out.write(`${CLEAR_LINE}${label.padEnd(20)} ${bar} ${percent}  ${this.dim(note())}`);
  }

  clearBar(): void {
    if (this.#barShown) this.#out.write(CLEAR_LINE);
    this.#barShown = false;
    // The next piece of work shows itself when it has gone on for a while.
    this.#lastProgress = performance.now();
  }

  #paint(code: number, text: string): string {
    return this.#coloured ? `\u001b[${code}m${text}\u001b[0m` : text;
  }
}
