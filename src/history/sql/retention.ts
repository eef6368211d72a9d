import type { Expression, SqlBool } from "./kysely.js";
import type { CheckedRetention } from "./options.js";
import type { Doomed, Mark, RecordWhere } from "./prune.js";
import { notBefore } from "./prune.js";
import type { Outcome } from "../record.js";
import { OUTCOMES } from "../record.js";
import type { Builder, Steps } from "./store.js";
import { rowsOf } from "./store.js";

const FAILURES: readonly Outcome[] = OUTCOMES.filter((outcome) => outcome !== "succeeded");

/** What is too old at that instant; `null` when nothing ever is. */
export function tooOld(retention: CheckedRetention, nowMs: number): Doomed | null {
  const { maxAgeMs } = retention;
  if (maxAgeMs === null) return null;
  return (where) => [where("time_ms", "<", wholeMs(nowMs - maxAgeMs)), ...noKeptFailure(where, retention, nowMs)];
}

/** What one job has too much of, up to the first such record, newest first. */
export function tooMany(retention: CheckedRetention, nowMs: number, jobKey: string, upTo: Mark): Doomed {
  return (where) => [
    where("job_name", "=", jobKey),
    ...notBefore(where, upTo, "<="),
    ...noKeptFailure(where, retention, nowMs),
  ];
}

/** The keys of all jobs. */
export function* jobKeySteps(builder: Builder): Steps<string[]> {
  const rows = yield* rowsOf(builder.selectFrom("counts").select("job_name").distinct());
  return rows.map((row) => row.job_name);
}

/** The newest record of a job that is one too many. */
export function* firstTooManySteps(builder: Builder, jobKey: string, most: number): Steps<Mark | undefined> {
  const rows = yield* rowsOf(
    builder
      .selectFrom("records")
      .select(["time_ms", "id"])
      .where("job_name", "=", jobKey)
      .orderBy("time_ms", "desc")
      .orderBy("id", "desc")
      .limit(1)
      .offset(most),
  );
  return rows[0];
}

function noKeptFailure(where: RecordWhere, { keepFailuresMs }: CheckedRetention, nowMs: number): Expression<SqlBool>[] {
  if (keepFailuresMs === null) return [];
  const isOld = where("time_ms", "<", wholeMs(nowMs - keepFailuresMs));
  return [where.or([isOld, where("outcome", "not in", FAILURES)])];
}

function wholeMs(instant: number): number {
  return Math.max(-9e15, Math.ceil(instant));
}
