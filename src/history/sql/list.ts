import { encodeCursor } from "../cursor.js";
import type { HistoryPage } from "../history.js";
import type { CheckedQuery } from "../query.js";
import { OUTCOMES, SKIP_REASONS } from "../record.js";
import type { RawBuilder } from "./kysely.js";
import { sql } from "./kysely.js";
import type { Mark } from "./prune.js";
import { recordsOf } from "./read.js";
import type { Builder, Steps } from "./store.js";
import { rowsOf } from "./store.js";
import { encodeText, keyOf, nodeLabelOf } from "./text-code.js";

/** Beyond what any date has, and whole in every database. */
const MAX_MS = 9e15;
/** How many branches one statement has, and how many records are fetched by one. */
const CHUNK = 100;

/** Every outcome and reason: the words by which records are told apart. */
const WORDS: readonly string[] = [...OUTCOMES, ...SKIP_REASONS];

/** Records that are in order in one index, from which a page is taken. */
type Branch = RawBuilder<Mark>;

/**
 * The page that a query asks for. What has several values is several branches, each of which an index has in order: the
 * newest of all are among the newest of each.
 */
export function* listSteps(builder: Builder, query: CheckedQuery): Steps<HistoryPage> {
  const found: Mark[] = [];
  const branches = yield* branchesOf(builder, query);
  for (let start = 0; start < branches.length; start += CHUNK) {
    found.push(...(yield* marksOf(builder, query, branches.slice(start, start + CHUNK))));
  }
  if (branches.length > CHUNK) found.sort(query.order === "newest" ? (a, b) => compare(b, a) : compare);
  const page = found.slice(0, query.limit);
  const items = yield* recordsAt(builder, page);
  const last = items.at(-1);
  const more = last !== undefined && found.length > page.length;
  return { items, cursor: more ? encodeCursor({ time: Number(page.at(-1)?.time_ms), id: last.id }) : null };
}

function* branchesOf(builder: Builder, query: CheckedQuery): Steps<Branch[]> {
  const { jobs, tag, node } = query;
  const words = wordsOf(query);
  const labels = [...(tag === null ? [] : [keyOf(tag)]), ...(node === null ? [] : [nodeLabelOf(node)])];
  if (jobs !== null) return yield* jobBranches(builder, query, words, labels);
  const [label, ...more] = labels;
  if (label !== undefined) return words.map((word) => labelBranch(query, label, word, more));
  if (words.length === WORDS.length) return [recordBranch(query, [], [])];
  return words.map((word) => recordBranch(query, [sql`outcome = ${word}`], []));
}

/** The outcomes and reasons that are wanted; all, or none, or some. */
function wordsOf({ outcomes, reasons, kind }: CheckedQuery): readonly string[] {
  const ofKind: readonly string[] = kind === null ? WORDS : kind === "run" ? OUTCOMES : SKIP_REASONS;
  const wanted: readonly (ReadonlySet<string> | null)[] = [outcomes, reasons];
  return ofKind.filter((word) => wanted.every((set) => set === null || set.has(word)));
}

/** One for each outcome and reason that a job ever had: those are few. */
function* jobBranches(
  builder: Builder,
  query: CheckedQuery,
  words: readonly string[],
  labels: readonly string[],
): Steps<Branch[]> {
  const jobs = [...(query.jobs ?? [])].map(keyOf);
  const branches: Branch[] = [];
  for (let start = 0; start < jobs.length && words.length > 0; start += CHUNK) {
    const known = yield* rowsOf(
      builder
        .selectFrom("counts")
        .select(["job_name", "outcome"])
        .where("job_name", "in", jobs.slice(start, start + CHUNK))
        .where("outcome", "in", words),
    );
    for (const { job_name, outcome } of known) {
      branches.push(recordBranch(query, [sql`job_name = ${job_name}`, sql`outcome = ${outcome}`], labels));
    }
  }
  return branches;
}

function recordBranch(
  query: CheckedQuery,
  conditions: readonly RawBuilder<unknown>[],
  labels: readonly string[],
): Branch {
  const all = [...conditions, ...withinSpan(query, sql`id`), ...labels.map((label) => hasLabel(label, "r", sql`r.id`))];
  const where = all.length === 0 ? sql`` : sql`where ${sql.join(all, sql` and `)}`;
  return sql<Mark>`select time_ms, id from ${sql.table("records")} as r ${where} ${inOrder(query, sql`id`)}`;
}

function labelBranch(query: CheckedQuery, label: string, word: string, labels: readonly string[]): Branch {
  const all = [
    ...[sql`label = ${label}`, sql`outcome = ${word}`, ...withinSpan(query, sql`record_id`)],
    ...labels.map((more) => hasLabel(more, "l", sql`l.record_id`)),
  ];
  return sql<Mark>`select time_ms, record_id as id from ${sql.table("labels")} as l
    where ${sql.join(all, sql` and `)} ${inOrder(query, sql`record_id`)}`;
}

function hasLabel(label: string, alias: string, id: RawBuilder<unknown>): RawBuilder<unknown> {
  const [outcome, time] = [sql.raw(`${alias}.outcome`), sql.raw(`${alias}.time_ms`)];
  return sql`exists (select 1 from ${sql.table("labels")} as x where x.label = ${label} and x.outcome = ${outcome}
    and x.time_ms = ${time} and x.record_id = ${id})`;
}

function withinSpan(query: CheckedQuery, id: RawBuilder<unknown>): RawBuilder<unknown>[] {
  const { fromMs, toMs, after, order } = query;
  const conditions: RawBuilder<unknown>[] = [];
  if (fromMs !== null) conditions.push(sql`time_ms >= ${wholeMs(fromMs)}`);
  if (toMs !== null) conditions.push(sql`time_ms < ${wholeMs(toMs)}`);
  if (after === null) return conditions;
  const [further, orAt] = (order === "newest" ? ["<", "<="] : [">", ">="]).map((sign) => sql.raw(sign));
  const [atMs, atId] = [wholeMs(after.time), encodeText(after.id)];
  // The first condition alone is one for which every database uses an index.
  conditions.push(sql`time_ms ${orAt} ${atMs}`, sql`(time_ms ${further} ${atMs} or ${id} ${further} ${atId})`);
  return conditions;
}

function inOrder({ order, limit }: CheckedQuery, id: RawBuilder<unknown>): RawBuilder<unknown> {
  const direction = sql.raw(order === "newest" ? "desc" : "asc");
  return sql`order by time_ms ${direction}, ${id} ${direction} limit ${sql.lit(limit + 1)}`;
}

function* marksOf(builder: Builder, query: CheckedQuery, branches: readonly Branch[]): Steps<readonly Mark[]> {
  const [first, ...more] = branches;
  if (first === undefined) return [];
  const several = branches.map((branch, index) => sql`select * from (${branch}) as ${sql.raw(`b${index}`)}`);
  const all = sql<Mark>`select time_ms, id from (${sql.join(several, sql` union all `)}) as b ${inOrder(query, sql`id`)}`;
  return (yield (more.length === 0 ? first : all).compile(builder)) as readonly Mark[];
}

function compare(a: Mark, b: Mark): number {
  return Number(a.time_ms) - Number(b.time_ms) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

function* recordsAt(builder: Builder, marks: readonly Mark[]): ReturnType<typeof recordsOf> {
  const rows = new Map<string, Parameters<typeof recordsOf>[1][number]>();
  for (let start = 0; start < marks.length; start += CHUNK) {
    const ids = marks.slice(start, start + CHUNK).map(({ id }) => id);
    for (const row of yield* rowsOf(builder.selectFrom("records").selectAll().where("id", "in", ids))) {
      rows.set(row.id, row);
    }
  }
  return yield* recordsOf(
    builder,
    marks.flatMap(({ id }) => rows.get(id) ?? []),
  );
}

/** The first whole millisecond that is not before an instant. */
function wholeMs(instant: number): number {
  return Math.min(MAX_MS, Math.max(-MAX_MS, Math.ceil(instant)));
}
