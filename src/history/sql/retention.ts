import { OUTCOMES, SKIP_REASONS } from "../record.js";
import { sql } from "./kysely.js";
import type { CheckedRetention } from "./options.js";
import { pause } from "./pause.js";
import type { Doomed, Mark } from "./prune.js";
import { notBefore } from "./prune.js";
import type { Builder, Steps } from "./store.js";
import { rowsOf } from "./store.js";

const FAILURES: readonly string[] = OUTCOMES.filter((outcome) => outcome !== "succeeded");
const OTHERS: readonly string[] = ["succeeded", ...SKIP_REASONS];

/** What retention does to a database. */
export interface RetentionTarget {
  read<T>(steps: (builder: Builder) => Steps<T>): Promise<T>;
  /** Takes out what is doomed, a little at a time; resolves with how many records that were. */
  prune(doomed: Doomed): Promise<number>;
  /** Whether there is still somebody who wants it. */
  goesOn(): boolean;
}

/** A job, and what ever happened to it. */
interface KnownJob {
  readonly key: string;
  readonly words: readonly string[];
}

/** Takes out what the rules say; resolves with how many records that were. Each piece has an index that has it in order. */
export async function retain(target: RetentionTarget, retention: CheckedRetention, nowMs: number): Promise<number> {
  const { maxAgeMs, maxPerJob, keepFailuresMs, minFailuresPerJob } = retention;
  let count = 0;
  if (maxAgeMs !== null) {
    for (const word of OTHERS) count += await target.prune(olderThan(word, nowMs - maxAgeMs));
    const failuresMs = nowMs - Math.max(maxAgeMs, keepFailuresMs ?? 0);
    for (const word of minFailuresPerJob === 0 ? FAILURES : [])
      count += await target.prune(olderThan(word, failuresMs));
  }
  if (maxPerJob === null && (maxAgeMs === null || minFailuresPerJob === 0)) return count;
  for (const job of await target.read(knownJobs)) {
    if (!target.goesOn()) break;
    count += await retainJob(target, retention, nowMs, job);
    await pause();
  }
  return count;
}

async function retainJob(
  target: RetentionTarget,
  { maxAgeMs, maxPerJob, keepFailuresMs, minFailuresPerJob }: CheckedRetention,
  nowMs: number,
  { key, words }: KnownJob,
): Promise<number> {
  const failures = words.filter((word) => FAILURES.includes(word));
  // What may go of failures is what is both too many and too old.
  const surplus = await target.read((builder) => markOf(builder, key, failures, minFailuresPerJob));
  const keptMs = keepFailuresMs === null ? Number.POSITIVE_INFINITY : nowMs - keepFailuresMs;
  let count = 0;
  if (maxAgeMs !== null && surplus !== undefined && minFailuresPerJob > 0) {
    const before = olderOf(key, Math.min(nowMs - maxAgeMs, keptMs), surplus);
    for (const word of failures) count += await target.prune(before(word));
  }
  const upTo = maxPerJob === null ? undefined : await target.read((builder) => markOf(builder, key, words, maxPerJob));
  if (upTo === undefined) return count;
  for (const word of words) {
    if (!failures.includes(word)) count += await target.prune(olderOf(key, null, upTo)(word));
    else if (surplus !== undefined) count += await target.prune(olderOf(key, keptMs, upTo, surplus)(word));
  }
  return count;
}

function olderThan(word: string, instantMs: number): Doomed {
  return (where) => [where("outcome", "=", word), where("time_ms", "<", wholeMs(instantMs))];
}

/** Of one job: from before an instant, and up to each of the marks. */
function olderOf(key: string, instantMs: number | null, ...upTo: readonly Mark[]): (word: string) => Doomed {
  return (word) => (where) => [
    where("job_name", "=", key),
    where("outcome", "=", word),
    ...(instantMs === null ? [] : [where("time_ms", "<", wholeMs(instantMs))]),
    ...upTo.flatMap((mark) => notBefore(where, mark, "<=")),
  ];
}

function* knownJobs(builder: Builder): Steps<KnownJob[]> {
  const words = new Map<string, string[]>();
  const rows = yield* rowsOf(builder.selectFrom("counts").select(["job_name", "outcome"]).orderBy("job_name"));
  for (const { job_name, outcome } of rows) {
    const known = words.get(job_name);
    if (known === undefined) words.set(job_name, [outcome]);
    else known.push(outcome);
  }
  return [...words].map(([key, of]) => ({ key, words: of }));
}

/** The newest record of those of a job that is one too many. */
function* markOf(builder: Builder, key: string, words: readonly string[], most: number): Steps<Mark | undefined> {
  if (words.length === 0) return undefined;
  // Each is in order in the index; together they would have to be sorted.
  const branches = words.map(
    (word, index) => sql`select * from (select time_ms, id from ${sql.table("records")} where job_name = ${key}
      and outcome = ${word} order by time_ms desc, id desc limit ${most + 1}) as ${sql.raw(`b${index}`)}`,
  );
  const query = sql<Mark>`select time_ms, id from (${sql.join(branches, sql` union all `)}) as b
    order by time_ms desc, id desc limit 1 offset ${most}`;
  const rows = (yield query.compile(builder)) as readonly Mark[];
  return rows[0];
}

function wholeMs(instant: number): number {
  return Math.min(9e15, Math.max(-9e15, Math.ceil(instant)));
}
