import { mkdtempSync, rmSync } from "node:fs";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { SqliteEngine } from "../../../src/history.js";
import { SqlHistory } from "../../../src/history.js";
import { loadEngine } from "../../../src/history/sql/sqlite-engine.js";
import { SqliteStore } from "../../../src/history/sql/sqlite-store.js";
import { historyContract } from "../../../src/testing/history-contract.js";
import { RecordMaker } from "../../../src/testing/history-records.js";
import { journalCases, makeDead } from "../fixtures/sql-journal-cases.js";

const folder = mkdtempSync(join(tmpdir(), "punctual-sqlite-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Node 22.13 and later have SQLite themselves. */
const hasOwn = isBuiltin("node:sqlite");
const engines: readonly SqliteEngine[] = hasOwn ? ["libsql", "node"] : ["libsql"];

describe.each(engines)("SqlHistory in a file of SQLite's, through %s", (engine) => {
  let files = 0;
  const pathOf = (file: number): string => join(folder, `${engine}-${file}.db`);
  const create = (): SqlHistory => SqlHistory.sqlite(pathOf(files++), { engine });
  const storeOf = (path: string): SqliteStore => new SqliteStore({ path, open: loadEngine(engine) }, "punctual_");
  const afterKill = async (): Promise<SqlHistory> => {
    await makeDead(storeOf(pathOf(files - 1)));
    return SqlHistory.sqlite(pathOf(files - 1), { engine });
  };
  for (const { name, run } of historyContract({ name: engine, create, afterKill })) test(name, run);
  journalCases(() => {
    const where = pathOf(files++);
    const open = (): SqlHistory => SqlHistory.sqlite(where, { engine });
    return { prefix: "punctual_", where, open, store: () => storeOf(where) };
  });
});

describe("what opens a file", () => {
  test.runIf(hasOwn)("makes no difference to what is in it", async () => {
    const path = join(folder, "both.db");
    const [run, skip] = [new RecordMaker().run({ jobName: "a\0b ", tags: ["x"] }), new RecordMaker().skip({ id: "s" })];
    for (const [engine, record] of [
      ["libsql", run],
      ["node", skip],
    ] as const) {
      const history = SqlHistory.sqlite(path, { engine });
      void history.append([record]);
      await history.close();
    }
    const history = SqlHistory.sqlite(path);
    expect((await history.list({ order: "oldest" })).items).toEqual([run, skip].sort((a, b) => (a.id < b.id ? -1 : 1)));
    await history.close();
  });

  test.runIf(!hasOwn)("is named where it is missing", () => {
    const message = expect.stringContaining("Node 22.13");
    expect(() => SqlHistory.sqlite(join(folder, "a.db"), { engine: "node" })).toThrow(
      expect.objectContaining({ code: "PEER_MISSING", message }),
    );
  });
});
