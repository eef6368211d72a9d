import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { HistoryQuery, SqliteHandle } from "../../../src/history.js";
import { SqlHistory } from "../../../src/history.js";
import { RecordMaker, START } from "../../../src/testing/history-records.js";

/**
 * What a page may do beyond finding its records in an index. No plan shows that for a job with a tag or a node, and for a tag
 * with a node, the records of the one are looked through in order, each being looked up among those of the other: of every
 * two there can be no index, as a record has many tags.
 */
const EXCEPTIONS: readonly { readonly plan: RegExp; readonly because: string }[] = [
  {
    plan: /^SCAN r USING (COVERING )?INDEX punctual_records_by_time$/,
    because: "without job, outcome, reason, tag, node and time: the index has all in order, and is left after a page",
  },
];

interface PlanLine {
  readonly id: number;
  readonly parent: number;
  readonly detail: string;
}

let folder: string;
let db: InstanceType<typeof Database>;
/** Another connection: what is only asked about stays open, and would hold up the other's transactions. */
let planner: InstanceType<typeof Database>;
let history: SqlHistory;
const plans = new Map<string, readonly PlanLine[]>();

beforeEach(async () => {
  plans.clear();
  folder = mkdtempSync(join(tmpdir(), "punctual-plans-"));
  db = new Database(join(folder, "plans.db"));
  db.exec("pragma journal_mode = wal");
  planner = new Database(join(folder, "plans.db"));
  const make = new RecordMaker();
  await SqlHistory.sqlite(db).list();
  history = SqlHistory.sqlite(spied(db), { retention: { maxAge: "1h", maxPerJob: 10, minFailuresPerJob: 2 } });
  for (const jobName of ["a", "b"]) {
    await history.writeBatch(make.runs(30, { jobName, tags: ["x", "y"], node: "n" }));
    await history.writeBatch(make.runs(30, { jobName, outcome: "failed" }));
    await history.writeBatch([make.skip({ jobName, reason: "overlap" })]);
  }
  plans.clear();
});
afterEach(async () => {
  await history.close();
  planner.close();
  db.close();
  rmSync(folder, { recursive: true });
});

/** The same, which notes how each statement is performed. */
function spied(handle: InstanceType<typeof Database>): SqliteHandle {
  return {
    exec: (source) => handle.exec(source),
    close: () => handle.close(),
    prepare: (source) => {
      if (/^\s*(select|insert|delete|update|with)/i.test(source)) {
        plans.set(source, planner.prepare(`explain query plan ${source}`).all() as PlanLine[]);
      }
      return handle.prepare(source) as unknown as ReturnType<SqliteHandle["prepare"]>;
    },
  };
}

/** What reads, or sorts, more than it gives. */
function badLines(): string[] {
  return [...plans].flatMap(([statement, lines]) => {
    // What a subquery gives is a page at most; to sort that is no matter.
    const sortsTable = ({ parent }: PlanLine): boolean =>
      lines.some(
        (line) => line.parent === parent && /^(SEARCH|SCAN) (r|l|punctual_(records|labels))\b/.test(line.detail),
      );
    const isBad = (line: PlanLine): boolean => {
      if (EXCEPTIONS.some(({ plan }) => plan.test(line.detail))) return false;
      if (/^SCAN (r|l|x|punctual_(records|labels|attempts))\b/.test(line.detail)) return true;
      return /TEMP B-TREE FOR .*ORDER BY/.test(line.detail) && sortsTable(line);
    };
    return lines.filter(isBad).map(({ detail }) => `${detail}: ${statement}`);
  });
}

const CHOICES: { readonly [Key in keyof HistoryQuery]?: readonly HistoryQuery[Key][] } = {
  job: [undefined, "a", ["a", "b"]],
  outcome: [undefined, "failed", ["failed", "succeeded"]],
  kind: [undefined, "run", "skip"],
  reason: [undefined, "overlap"],
  tag: [undefined, "x"],
  node: [undefined, "n"],
  from: [undefined, START],
  to: [undefined, START + 1_000_000],
  order: ["newest", "oldest"],
};

function combinations(): HistoryQuery[] {
  let all: HistoryQuery[] = [{}];
  for (const [key, values] of Object.entries(CHOICES)) {
    all = all.flatMap((query) => (values ?? []).map((value) => ({ ...query, [key]: value })));
  }
  return all;
}

it("finds every page in an index, whatever is asked for together", { timeout: 60_000 }, async () => {
  for (const query of combinations()) {
    const { cursor } = await history.list({ ...query, limit: 1 });
    if (cursor !== null) await history.list({ ...query, limit: 1, cursor });
  }
  expect(plans.size).toBeGreaterThan(100);
  expect(badLines()).toEqual([]);
});

it("finds the rest in an index, too: statistics, one record, what is too old, what was written before", async () => {
  await history.get("an id");
  for (const job of [undefined, "a", ["a", "b"]]) {
    for (const [from, to] of [
      [],
      [START],
      [undefined, START + 9e8],
      [START - 9e9, START + 9e9],
      [START + 1, START + 2],
    ]) {
      await history.stats({
        ...(job && { job }),
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
      });
    }
  }
  await history.writeBatch(new RecordMaker().runs(3, { jobName: "c", tags: ["x"] }));
  await history.prune(START + 5_000);
  await history.retain();
  await history.stats({ from: START + 1, to: START + 9e8 });
  expect(plans.size).toBeGreaterThan(20);
  expect(badLines()).toEqual([]);
});

it("would notice a table that is read as a whole", async () => {
  await history.list();
  expect(badLines()).toEqual([]);
  spied(db).prepare("select * from punctual_records where command = 'work'");
  spied(db).prepare("select id from punctual_records order by command");
  expect(badLines()).toHaveLength(3);
});
