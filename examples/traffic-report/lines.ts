const NEWLINE = 0x0a;
const RETURN = 0x0d;
const LONGEST_LINE = 1 << 20;

type OnLine = (bytes: Uint8Array, start: number, end: number) => void;

/** Finds the lines in blocks of bytes that come one after the other, and puts together those that a block's end cuts. */
export class Lines {
  readonly #onLine: OnLine;
  /** Begin of a line whose end has not come. */
  #begun: Buffer | null = null;
  /** In a line that was too long to be kept, and was given out already. */
  #inOverlong = false;

  constructor(onLine: OnLine) {
    this.#onLine = onLine;
  }

  /** The block may be used again afterwards. */
  push(block: Buffer): void {
    let start = this.#finishBegun(block);
    if (start === -1) return;
    for (let end = block.indexOf(NEWLINE, start); end !== -1; end = block.indexOf(NEWLINE, start)) {
      this.#give(block, start, end);
      start = end + 1;
    }
    if (start < block.length) this.#begun = Buffer.from(block.subarray(start));
  }

  /** Gives out a last line that has no line end. */
  finish(): void {
    if (this.#begun !== null) this.#give(this.#begun, 0, this.#begun.length);
    this.#begun = null;
  }

  /** Where the first line begins that is the block's own; -1 when the block has no line end. */
  #finishBegun(block: Buffer): number {
    if (this.#begun === null && !this.#inOverlong) return 0;
    const end = block.indexOf(NEWLINE);
    if (!this.#inOverlong)
      this.#begun = Buffer.concat([this.#begun ?? block, block.subarray(0, end === -1 ? undefined : end)]);
    if (end !== -1) {
      this.finish();
      this.#inOverlong = false;
    } else if (this.#begun !== null && this.#begun.length > LONGEST_LINE) {
      this.finish();
      this.#inOverlong = true;
    }
    return end === -1 ? -1 : end + 1;
  }

  #give(bytes: Uint8Array, start: number, end: number): void {
    this.#onLine(bytes, start, end > start && bytes[end - 1] === RETURN ? end - 1 : end);
  }
}
