import type { Position } from "./cursor.js";
import { compareIds, encodeCursor } from "./cursor.js";
import type { CheckedQuery } from "./query.js";
import type { HistoryEntry } from "./record.js";
import { timeOf } from "./record.js";

/** A page of entries whose records are not made yet. */
export interface EntryPage {
  readonly entries: readonly HistoryEntry[];
  readonly cursor: string | null;
}

/** Tells which node performed a run. */
export type NodeOf = (entry: HistoryEntry) => string | null;

/** The page that a query asks for, out of entries in any order. */
export function selectPage(entries: Iterable<HistoryEntry>, query: CheckedQuery, nodeOf: NodeOf): EntryPage {
  const { order, after, limit } = query;
  const sign = order === "newest" ? -1 : 1;
  const found: HistoryEntry[] = [];
  for (const entry of entries) {
    if (!fits(entry, query, nodeOf)) continue;
    if (after === null || sign * compareTo(after, entry) > 0) found.push(entry);
  }
  found.sort((a, b) => sign * compareEntries(a, b));
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    entries: page,
    cursor: last && found.length > limit ? encodeCursor({ time: timeOf(last), id: last.id }) : null,
  };
}

function fits(entry: HistoryEntry, query: CheckedQuery, nodeOf: NodeOf): boolean {
  const { jobs, kind, outcomes, reasons, fromMs, toMs, tag, node } = query;
  if (jobs !== null && !jobs.has(entry.jobName)) return false;
  if (kind !== null && kind !== entry.kind) return false;
  if (outcomes !== null && !(entry.kind === "run" && outcomes.has(entry.outcome))) return false;
  if (reasons !== null && !(entry.kind === "skip" && reasons.has(entry.reason))) return false;
  if (tag !== null && !entry.tags.includes(tag)) return false;
  const time = timeOf(entry);
  if ((fromMs !== null && time < fromMs) || (toMs !== null && time >= toMs)) return false;
  // Last: it may take making the record.
  return node === null || (entry.kind === "run" && nodeOf(entry) === node);
}

// Ids are read only where the time does not tell: that of a source may be made when it is first read.

function compareEntries(a: HistoryEntry, b: HistoryEntry): number {
  return timeOf(a) - timeOf(b) || compareIds(a.id, b.id);
}

/** Positive when the entry comes after the position, oldest first. */
function compareTo({ time, id }: Position, entry: HistoryEntry): number {
  return timeOf(entry) - time || compareIds(entry.id, id);
}
