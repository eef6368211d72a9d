import { mkdtempSync, rmSync } from "node:fs";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import type { SqliteEngine } from "punctual/store";
import { SqlJobStore } from "punctual/store";
import { jobStoreContract } from "punctual/testing";
import { afterAll, describe, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "punctual-jobs-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Node 22.13 and later have SQLite themselves. */
const engines: readonly SqliteEngine[] = isBuiltin("node:sqlite") ? ["libsql", "node"] : ["libsql"];

describe.each(engines)("SqlJobStore in a file of SQLite's, through %s", (engine) => {
  let files = 0;
  const create = () => {
    const path = join(folder, `${engine}-${files++}.db`);
    return {
      open: () => SqlJobStore.sqlite(path, { engine }),
      close: () => {},
    };
  };
  const cases = [
    "rejects what is asked while the store is down, and tells who watches, once",
    "tells of what was changed before a watcher is back",
  ];
  const skip = [{ reason: "a file is always there", cases }];
  for (const each of jobStoreContract({ name: engine, create, skip })) {
    test.skipIf(each.skipped !== null)(each.name, () => each.run());
  }
});

describe("SqlJobStore.sqlite", () => {
  test("takes a database that is open, and leaves it open", async () => {
    const database = new Database(":memory:");
    const store = SqlJobStore.sqlite(database, { prefix: "x_" });
    await store.save({ name: "job", savedAtMs: 0, text: "{}" });
    await store.close();
    expect(database.prepare("select name from x_jobs").all()).toEqual([{ name: "job" }]);
    database.close();
  });

  test("refuses tables of a newer version", async () => {
    const database = new Database(":memory:");
    const store = SqlJobStore.sqlite(database);
    await store.load();
    database.exec("update punctual_job_store set version = 99");
    const newer = SqlJobStore.sqlite(database);
    const refused = { code: "STORE_FAILED", message: expect.stringContaining("made by a newer punctual") };
    await expect(newer.load()).rejects.toMatchObject(refused);
    await expect(newer.watch({} as never)).rejects.toMatchObject(refused);
    database.close();
  });

  test("makes its tables again when they are gone", async () => {
    const database = new Database(":memory:");
    const store = SqlJobStore.sqlite(database);
    await store.save({ name: "job", savedAtMs: 0, text: "{}" });
    for (const table of ["jobs", "job_kills", "job_store"]) database.exec(`drop table punctual_${table}`);
    await expect(store.load()).rejects.toThrow(/no such table/);
    expect(await store.load()).toEqual({ revision: 0, rows: [] });
    database.close();
  });

  test.each([
    ["prefix", { prefix: "A" }],
    ["engine", { engine: "other" }],
    ["pollInterval", { pollInterval: 0 }],
    ["pollInterval", { pollInterval: "25d" }],
    ["colour", { colour: "red" }],
  ])("checks the option %s: %j", (path, options) => {
    expect(() => SqlJobStore.sqlite(join(folder, "never.db"), options as never)).toThrow(
      expect.objectContaining({ path }),
    );
  });

  test.each(["", 5, null, {}])("refuses what is no database: %j", (database) => {
    expect(() => SqlJobStore.sqlite(database as never)).toThrow(expect.objectContaining({ path: "database" }));
  });
});
