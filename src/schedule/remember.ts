/** How many texts are kept; a program has a few hundred, and a flood of odd ones must not fill the memory. */
const MAX_KNOWN = 4_096;

/** Keeps what a text was read as, for the next time; when there are too many, all begin anew. */
export function remember<T>(known: Map<string, T>, text: string, read: T): T {
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(text, read);
  return read;
}
