import type { HistoryRecord } from "../record.js";
import { recordOfRow } from "./rows.js";
import type { Builder, Steps } from "./store.js";
import { rowsOf } from "./store.js";
import type { AttemptRow, RecordRow } from "./tables.js";
import { encodeText, nameOf } from "./text-code.js";

/** How many records' attempts are asked for at once. */
const CHUNK = 500;

/** The record of that id. */
export function* getSteps(builder: Builder, id: string): Steps<HistoryRecord | undefined> {
  const rows = yield* rowsOf(builder.selectFrom("records").selectAll().where("id", "=", encodeText(id)));
  const [record] = yield* recordsOf(builder, rows);
  return record;
}

/** The last fire time of each job. */
export function* lastFireSteps(builder: Builder): Steps<ReadonlyMap<string, number>> {
  const rows = yield* rowsOf(builder.selectFrom("last_fires").selectAll());
  return new Map(rows.map((row) => [nameOf(row), Number(row.fire_time)]));
}

/** The records of rows, in their order. */
export function* recordsOf(builder: Builder, rows: readonly RecordRow[]): Steps<HistoryRecord[]> {
  const attempts = yield* attemptsOf(
    builder,
    rows.filter((row) => row.kind === "run").map((row) => row.id),
  );
  return rows.map((row) => recordOfRow(row, attempts.get(row.id) ?? []));
}

function* attemptsOf(builder: Builder, ids: readonly string[]): Steps<Map<string, AttemptRow[]>> {
  const byRecord = new Map<string, AttemptRow[]>();
  for (let start = 0; start < ids.length; start += CHUNK) {
    const some = ids.slice(start, start + CHUNK);
    const rows = yield* rowsOf(
      builder.selectFrom("attempts").selectAll().where("record_id", "in", some).orderBy("record_id").orderBy("attempt"),
    );
    for (const row of rows) {
      const known = byRecord.get(row.record_id);
      if (known === undefined) byRecord.set(row.record_id, [row]);
      else known.push(row);
    }
  }
  return byRecord;
}
