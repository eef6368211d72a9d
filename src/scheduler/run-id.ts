import { randomUUID } from "node:crypto";

/** A UUID of version 7 (RFC 9562): sortable by its first 48 bits, the milliseconds of `ms`. */
export function runId(ms: number): string {
  const time = Math.max(0, Math.floor(ms)).toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
