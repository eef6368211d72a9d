import { characterFrom } from "./utf8.js";

/**
 * Keeps the last bytes of an output, in bounded memory however much comes: room for twice the limit, of which the newer
 * half is moved to the front when it is full, so that a byte is copied twice at most.
 */
export class OutputTail {
  readonly #limit: number;
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;
  #total = 0;

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  /** Whether more came than is kept. */
  get truncated(): boolean {
    return this.#total > this.#limit;
  }

  add(chunk: Uint8Array): void {
    this.#total += chunk.length;
    const kept = chunk.subarray(Math.max(0, chunk.length - this.#limit));
    if (this.#length + kept.length > 2 * this.#limit) this.#keepLast(this.#limit - kept.length);
    this.#makeRoom(this.#length + kept.length);
    this.#bytes.set(kept, this.#length);
    this.#length += kept.length;
  }

  /** What is kept, as UTF-8; it does not begin within a character. */
  toString(): string {
    const start = Math.max(0, this.#length - this.#limit);
    const bytes = this.#bytes.subarray(start, this.#length);
    return bytes.toString("utf8", this.truncated ? characterFrom(bytes, 0) : 0);
  }

  #keepLast(count: number): void {
    this.#bytes.copyWithin(0, this.#length - count, this.#length);
    this.#length = count;
  }

  #makeRoom(needed: number): void {
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.min(2 * this.#limit, Math.max(needed, 2 * this.#bytes.length)));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
