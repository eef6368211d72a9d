import { randomBytes } from "node:crypto";

/** What sets this process's ids apart from those of others: 42 random bits, and the two of the UUID's variant. */
const PROCESS = randomBytes(6).toString("hex");
const VARIANTS = "89ab";
let last = randomBytes(4).readUInt32BE() >>> 1;

/** The next number to make an id of; ids can then be made when they are wanted. */
export function nextRunNumber(): number {
  last = (last + 1) >>> 0;
  return last;
}

/**
 * A UUID of version 7 (RFC 9562): sortable by its first 48 bits, the milliseconds of `ms`, and within one millisecond by
 * the run's number. The same arguments give the same id.
 */
export function runId(ms: number, number: number): string {
  const time = Math.max(0, Math.floor(ms)).toString(16).padStart(12, "0");
  const count = number.toString(16).padStart(8, "0");
  const variant = VARIANTS[Number.parseInt(PROCESS[0] ?? "0", 16) & 3];
  return `${time.slice(0, 8)}-${time.slice(8)}-7${count.slice(0, 3)}-${variant}${count.slice(3, 6)}-${count.slice(6)}${PROCESS.slice(2)}`;
}
