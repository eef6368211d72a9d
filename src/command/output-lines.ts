import { characterUpTo } from "./utf8.js";

/** A longer line comes in pieces, so that one without an end does not fill the memory. */
export const LONGEST_LINE_BYTES: number = 8_192;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** Cuts an output into lines, without their ends, as it comes. */
export class OutputLines {
  readonly #onLine: (line: string) => void;
  #pending: Buffer = Buffer.alloc(0);
  /** Pieces of the pending line were given already. */
  #continued = false;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  add(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      this.#extend(chunk.subarray(from, end));
      this.#endLine();
      from = end + 1;
    }
    this.#extend(chunk.subarray(from));
  }

  /** Gives the last line, if no line feed ended it. */
  end(): void {
    if (this.#pending.length > 0) this.#endLine();
  }

  #extend(part: Buffer): void {
    if (part.length === 0) return;
    this.#pending = this.#pending.length === 0 ? part : Buffer.concat([this.#pending, part]);
    while (this.#pending.length > LONGEST_LINE_BYTES) {
      const cut = characterUpTo(this.#pending, LONGEST_LINE_BYTES);
      this.#onLine(this.#pending.toString("utf8", 0, cut));
      this.#pending = this.#pending.subarray(cut);
      this.#continued = true;
    }
  }

  #endLine(): void {
    const line = this.#pending;
    const isRest = this.#continued;
    this.#pending = Buffer.alloc(0);
    this.#continued = false;
    const end = line.at(-1) === CARRIAGE_RETURN ? line.length - 1 : line.length;
    if (end > 0 || !isRest) this.#onLine(line.toString("utf8", 0, end));
  }
}
