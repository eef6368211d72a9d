/** The row of all keys that came when there was no more room. */
export const OTHER_ROW = 0;
export const OTHER_KEY = "(other)";

/**
 * Gives each distinct key a row number. Keys are looked up as bytes, where they stand in the line, so that no text is made
 * for them but once at the end. Of `limit` keys on, new ones share the row "(other)": memory stays bounded.
 */
export class KeyRows {
  readonly #limit: number;
  /** Row of the key whose hash leads here; 0 where there is none (row 0 is nobody's own). */
  #slots = new Int32Array(1_024);
  #hashes = new Int32Array(512);
  /** Where each row's key begins in `#text`; the next row's begin is its end. */
  #begins = new Int32Array(513);
  #text = new Uint8Array(16_384);
  #count = 1;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Rows given out, with the one of "(other)". */
  get count(): number {
    return this.#count;
  }

  rowOf(bytes: Uint8Array, start: number, end: number): number {
    let hash = 0x811c9dc5;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
    const mask = this.#slots.length - 1;
    for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const row = this.#slots[slot] as number;
      if (row === 0) return this.#newRow(bytes, start, end, hash, slot);
      if (this.#hashes[row] === hash && this.#isKey(row, bytes, start, end)) return row;
    }
  }

  /** The keys in the order of their rows. */
  keys(): string[] {
    const text = Buffer.from(this.#text.buffer);
    const keys = [OTHER_KEY];
    for (let row = 1; row < this.#count; row++) {
      keys.push(text.toString("utf8", this.#begins[row], this.#begins[row + 1]));
    }
    return keys;
  }

  #isKey(row: number, bytes: Uint8Array, start: number, end: number): boolean {
    const begin = this.#begins[row] as number;
    if ((this.#begins[row + 1] as number) - begin !== end - start) return false;
    for (let at = start; at < end; at++) if (this.#text[begin + at - start] !== bytes[at]) return false;
    return true;
  }

  #newRow(bytes: Uint8Array, start: number, end: number, hash: number, slot: number): number {
    const row = this.#count;
    if (row > this.#limit) return OTHER_ROW;
    this.#count++;
    const begin = this.#begins[row] as number;
    this.#makeRoom(row, begin + end - start);
    this.#text.set(bytes.subarray(start, end), begin);
    this.#begins[row + 1] = begin + end - start;
    this.#hashes[row] = hash;
    this.#slots[slot] = row;
    if (this.#count * 2 > this.#slots.length) this.#spread();
    return row;
  }

  #makeRoom(row: number, textLength: number): void {
    if (row + 2 > this.#hashes.length) {
      this.#hashes = grown(this.#hashes, Int32Array, row + 2);
      this.#begins = grown(this.#begins, Int32Array, row + 2);
    }
    if (textLength > this.#text.length) this.#text = grown(this.#text, Uint8Array, textLength);
  }

  #spread(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    const mask = this.#slots.length - 1;
    for (let row = 1; row < this.#count; row++) {
      const hash = this.#hashes[row] as number;
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = row;
    }
  }
}

function grown<A extends Int32Array | Uint8Array>(from: A, kind: new (length: number) => A, least: number): A {
  const to = new kind(Math.max(least, from.length * 2));
  to.set(from);
  return to;
}
