/** A character has at most this many bytes after its first; more of them in a row are not UTF-8, and are left alone. */
const MOST_CONTINUATIONS = 3;

/** The first position from `at` on where a character begins. */
export function characterFrom(bytes: Uint8Array, at: number): number {
  let position = at;
  while (position - at < MOST_CONTINUATIONS && isContinuation(bytes[position])) position++;
  return isContinuation(bytes[position]) ? at : position;
}

/** The last position up to `at` where a character begins. */
export function characterUpTo(bytes: Uint8Array, at: number): number {
  let position = at;
  while (at - position < MOST_CONTINUATIONS && isContinuation(bytes[position])) position--;
  return isContinuation(bytes[position]) ? at : position;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
