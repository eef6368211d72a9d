import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryHistory } from "punctual";
import type { RecordedRun, SqliteHandle } from "punctual/history";
import { SqlHistory } from "punctual/history";
import type { Cell, Effort, FigureOf, Measured, Question, Settings, Side, Target } from "./question.js";
import { atLeast, atMost, check, ratio } from "./question.js";
import { jobNameOf, recordsOf } from "./records.js";
import { percentile } from "./statistics.js";

const RATE = "records per second";
const WAIT = "append of 100 records, p99, µs";
const BARE = "limit (libsql)";
const INDEXED = "limit (libsql, our indexes)";
const AT_ONCE = "limit (libsql, 100 rows a statement)";
const LABEL = "a file of SQLite's, 500 records in a transaction";
const MEMORY = "in memory, the last 1,000 kept";
const BATCH_SIZE = 500;
const CHUNK_SIZE = 100;
const WARM_UP = 5_000;

/** What takes records over, and what tells how many it has then. */
interface Writer {
  append(records: readonly RecordedRun[]): void | Promise<void>;
  flush(): Promise<void> | void;
  /** How many records of the first job there are. */
  count(): Promise<number> | number;
  close(): Promise<void> | void;
}

/** As a scheduler does it: appends what came together, and lets others have their turn. */
async function appendAll(writer: Writer, records: readonly RecordedRun[]): Promise<Float64Array> {
  const took = new Float64Array(records.length / CHUNK_SIZE);
  for (let chunk = 0; chunk < took.length; chunk++) {
    const some = records.slice(chunk * CHUNK_SIZE, (chunk + 1) * CHUNK_SIZE);
    const start = performance.now();
    const room = writer.append(some);
    took[chunk] = performance.now() - start;
    if (room !== undefined) await room;
  }
  await writer.flush();
  return took;
}

function side(open: (folder: string) => Writer): Side {
  return async ({ records }: Settings): Promise<Measured> => {
    const count = Number(records);
    const folder = mkdtempSync(join(tmpdir(), "punctual-bench-"));
    const writer = open(folder);
    const [first, second] = [recordsOf(0, WARM_UP), recordsOf(WARM_UP, count)];
    await appendAll(writer, first);
    const start = performance.now();
    const took = await appendAll(writer, second);
    const elapsed = performance.now() - start;
    check((await writer.count()) === (WARM_UP + count) / 10, "the number of records that were kept");
    await writer.close();
    rmSync(folder, { recursive: true });
    return { figures: { [RATE]: (count / elapsed) * 1_000, [WAIT]: percentile(took, 99) * 1_000 } };
  };
}

function libsql(folder: string): Writer {
  const history = SqlHistory.sqlite(join(folder, "runs.db"), { buffer: { limit: 5_000, whenFull: "wait" } });
  return {
    append: (records) => history.append(records),
    flush: () => history.flush(),
    count: async () => (await history.counts(jobNameOf(0))).outcomes.succeeded,
    close: () => history.close(),
  };
}

/** A prepared insert of the same columns, a transaction of 500 rows at a time; nothing else is kept. */
function bare(indexes: readonly string[], rowsAtOnce = 1): (folder: string) => Writer {
  return (folder) => {
    const Database = createRequire(import.meta.url)("libsql") as new (path: string) => SqliteHandle;
    const database = new Database(join(folder, "runs.db"));
    database.exec("pragma journal_mode = wal");
    database.exec("pragma synchronous = normal");
    database.exec(`create table runs (${COLUMNS.join(", ")}, primary key (id))`);
    for (const columns of indexes) database.exec(`create index "${columns}" on runs (${columns})`);
    const row = `(${COLUMNS.map(() => "?").join(", ")})`;
    const insert = database.prepare(`insert into runs values ${Array(rowsAtOnce).fill(row).join(", ")}`);
    const write = insert.run.bind(insert) as (values: readonly unknown[]) => unknown;
    let waiting: RecordedRun[] = [];
    const flush = (): void => {
      database.exec("begin");
      for (let start = 0; start < waiting.length; start += rowsAtOnce) {
        write(waiting.slice(start, start + rowsAtOnce).flatMap(valuesOf));
      }
      database.exec("commit");
      waiting = [];
    };
    return {
      append: (records) => {
        waiting.push(...records);
        if (waiting.length >= BATCH_SIZE) flush();
      },
      flush,
      count: () => {
        const rows = database.prepare("select count(*) as count from runs where job_name = 'job 0'").all();
        return (rows[0] as { count: number }).count;
      },
      close: () => void database.close(),
    };
  };
}

const COLUMNS = [
  ...["id", "kind", "job_name", "long_job_name", "time_ms", "fire_time", "outcome", "tags", "command_kind", "command"],
  ...["node", "ended_at", "lateness_ms", "result", "error", "output", "token", "detail"],
];
const INDEXES = ["time_ms, id", "job_name, time_ms, id, outcome, ended_at, lateness_ms", "outcome, time_ms, id"];

function valuesOf(run: RecordedRun): unknown[] {
  const head = [run.id, run.kind, run.jobName, null, Math.floor(run.startedAt), run.fireTime, run.outcome, null];
  const result = JSON.stringify(run.result);
  const rest = [run.node, Math.floor(run.endedAt), Math.floor(run.latenessMs), result, null, null, null, null];
  return [...head, run.commandKind, run.command, ...rest];
}

function memory(): Writer {
  const history = new MemoryHistory();
  return {
    append: (records) => history.append(records),
    flush: () => {},
    count: () => history.counts(jobNameOf(0)).outcomes.succeeded,
    close: () => history.close(),
  };
}

const sides: Record<string, Side> = {
  punctual: side(libsql),
  [BARE]: side(bare([])),
  [INDEXED]: side(bare(INDEXES)),
  [AT_ONCE]: side(bare([], 100)),
  "punctual, memory": side(memory),
};

function cells(effort: Effort): Cell[] {
  const records = { full: 200_000, quick: 50_000, once: 1_000 }[effort];
  return Object.keys(sides).map((name) => {
    const inMemory = name.endsWith("memory");
    return { side: name, label: inMemory ? MEMORY : LABEL, settings: { records: records * (inMemory ? 5 : 1) } };
  });
}

export const question: Question = {
  title: "history: records per second; higher is better",
  sides,
  cells,
  repeats: (effort) => ({ full: 3, quick: 1, once: 1 })[effort],
  targets: (figure: FigureOf): Target[] => [
    atLeast("records, × bare batched insert", ratio(figure("punctual", LABEL, RATE), figure(BARE, LABEL, RATE)), 0.7),
    atLeast(
      "records, × bare batched insert with our indexes",
      ratio(figure("punctual", LABEL, RATE), figure(INDEXED, LABEL, RATE)),
      0.7,
    ),
    atMost("append of 100 records, p99, µs: no run waits", figure("punctual", LABEL, WAIT), 100),
  ],
};
