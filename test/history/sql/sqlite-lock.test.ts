import { mkdtempSync, rmSync } from "node:fs";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import Database from "libsql";
import type { SqliteEngine } from "punctual/history";
import { SqlHistory } from "punctual/history";
import { expect, it } from "vitest";
import { RecordMaker } from "../../../src/testing/history-records.js";

const engines: readonly SqliteEngine[] = isBuiltin("node:sqlite") ? ["libsql", "node"] : ["libsql"];
const LOCKED_MS = 600;

it.each(engines)(
  "a file that another process writes to is waited for, and this thread goes on (%s)",
  async (engine) => {
    const folder = mkdtempSync(join(tmpdir(), "punctual-lock-"));
    const path = join(folder, "a.db");
    const history = SqlHistory.sqlite(path, { engine });
    const other = new Database(path);
    try {
      const make = new RecordMaker();
      await history.writeBatch(make.runs(1));
      other.exec("begin exclusive");
      void history.append(make.runs(1));
      const startedAt = performance.now();
      await delay(LOCKED_MS);
      // SQLite would have waited for five seconds, or as long as it was told.
      expect(performance.now() - startedAt).toBeLessThan(3 * LOCKED_MS);
      expect(history.writing).toMatchObject({ backlog: 1, failures: 0 });
      other.exec("rollback");
      expect((await history.list()).items).toHaveLength(2);
      expect(history.writing).toMatchObject({ backlog: 0, failures: 0 });
    } finally {
      other.close();
      await history.close();
      rmSync(folder, { recursive: true });
    }
  },
);
