import { InvalidOptionError } from "../errors.js";

/** Where a record stands in the order of all: by time, then by id. */
export interface Position {
  readonly time: number;
  readonly id: string;
}

/** Orders the ids of one time, code unit by code unit: negative when the first comes before the second. */
export function compareIds(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The position as a text that nobody is tempted to read. */
export function encodeCursor({ time, id }: Position): string {
  return Buffer.from(JSON.stringify([time, id])).toString("base64url");
}

/** @throws InvalidOptionError when `encodeCursor` did not make it */
export function decodeCursor(cursor: unknown, path: string): Position {
  const position = typeof cursor === "string" ? parsePosition(cursor) : null;
  if (position !== null) return position;
  throw new InvalidOptionError(path, "the cursor of a page before", cursor);
}

function parsePosition(cursor: string): Position | null {
  try {
    const [time, id, ...more] = JSON.parse(Buffer.from(cursor, "base64url").toString()) as unknown[];
    if (!Number.isFinite(time) || typeof id !== "string" || more.length > 0) return null;
    const position = { time: time as number, id };
    // Buffer reads nearly anything as base64url.
    return encodeCursor(position) === cursor ? position : null;
  } catch {
    return null;
  }
}
