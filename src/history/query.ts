import { InvalidOptionError } from "../errors.js";
import type { Position } from "./cursor.js";
import { decodeCursor } from "./cursor.js";
import type { HistoryQuery } from "./history.js";
import type { HistoryRecord, Outcome, SkipReason } from "./record.js";
import { OUTCOMES, SKIP_REASONS } from "./record.js";

/** A query, checked and complete; `null` where it asks for nothing. */
export interface CheckedQuery {
  readonly jobs: ReadonlySet<string> | null;
  readonly outcomes: ReadonlySet<Outcome> | null;
  readonly kind: HistoryRecord["kind"] | null;
  readonly reasons: ReadonlySet<SkipReason> | null;
  /** Included. */
  readonly fromMs: number | null;
  /** Not included. */
  readonly toMs: number | null;
  readonly tag: string | null;
  readonly node: string | null;
  /** Where the page before ended. */
  readonly after: Position | null;
  readonly limit: number;
  readonly order: "newest" | "oldest";
}

const KEYS = ["job", "outcome", "kind", "reason", "from", "to", "tag", "node", "cursor", "limit", "order"];
const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1_000;

/** Checks a query. @throws InvalidOptionError */
export function checkQuery(query: HistoryQuery): CheckedQuery {
  checkKeys(query);
  const { job, outcome, kind, reason, from, to, tag, node, cursor, limit = DEFAULT_LIMIT, order = "newest" } = query;
  if (kind !== undefined) checkOneOf(kind, "query.kind", ["run", "skip"]);
  if (tag !== undefined) checkText(tag, "query.tag");
  if (node !== undefined) checkText(node, "query.node");
  checkLimit(limit);
  checkOneOf(order, "query.order", ["newest", "oldest"]);
  return {
    jobs: setOf(job, "query.job", checkText),
    outcomes: setOf(outcome, "query.outcome", (value, path) => checkOneOf(value, path, OUTCOMES)),
    kind: kind ?? null,
    reasons: setOf(reason, "query.reason", (value, path) => checkOneOf(value, path, SKIP_REASONS)),
    ...checkWindow(from, to),
    tag: tag ?? null,
    node: node ?? null,
    after: cursor === undefined || cursor === null ? null : decodeCursor(cursor, "query.cursor"),
    limit,
    order,
  };
}

/** Epoch milliseconds of an instant. @throws InvalidOptionError */
export function checkInstant(instant: Date | number, path: string): number {
  const ms = instant instanceof Date ? instant.getTime() : instant;
  if (Number.isFinite(ms)) return ms;
  throw new InvalidOptionError(path, "a valid Date or epoch milliseconds", instant);
}

function checkWindow(
  from: Date | number | undefined,
  to: Date | number | undefined,
): { fromMs: number | null; toMs: number | null } {
  const fromMs = from === undefined ? null : checkInstant(from, "query.from");
  const toMs = to === undefined ? null : checkInstant(to, "query.to");
  if (fromMs !== null && toMs !== null && toMs < fromMs) {
    throw new InvalidOptionError("query.to", "an instant that is not before query.from", to);
  }
  return { fromMs, toMs };
}

/** One value or a list of them as a set, each of them checked. */
function setOf<T extends string>(
  given: T | readonly T[] | undefined,
  path: string,
  check: (value: unknown, path: string) => void,
): ReadonlySet<T> | null {
  if (given === undefined) return null;
  if (!Array.isArray(given)) check(given, path);
  else for (const [index, value] of given.entries()) check(value, `${path}[${index}]`);
  return new Set(Array.isArray(given) ? (given as readonly T[]) : [given as T]);
}

function checkKeys(query: HistoryQuery): void {
  if (typeof query !== "object" || query === null || Array.isArray(query)) {
    throw new InvalidOptionError("query", "an object", query);
  }
  for (const key of Object.keys(query)) {
    if (KEYS.includes(key)) continue;
    const expected = `no option of that name (there are ${KEYS.join(", ")})`;
    throw new InvalidOptionError(`query.${key}`, expected, query[key as never]);
  }
}

function checkLimit(limit: unknown): void {
  if (Number.isInteger(limit) && (limit as number) >= 1 && (limit as number) <= MAX_LIMIT) return;
  throw new InvalidOptionError("query.limit", `a whole number from 1 to ${MAX_LIMIT}`, limit);
}

function checkText(value: unknown, path: string): void {
  if (typeof value !== "string") throw new InvalidOptionError(path, "a text", value);
}

function checkOneOf(value: unknown, path: string, allowed: readonly string[]): void {
  if (allowed.includes(value as string)) return;
  throw new InvalidOptionError(path, allowed.map((text) => JSON.stringify(text)).join(" or "), value);
}
