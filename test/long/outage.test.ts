import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createPool } from "mysql2";
import pg from "pg";
import { SqlHistory } from "punctual/history";
import { it } from "vitest";
import { expectNotHeldUp, expectNothingLost } from "../history/outage/outage.js";
import { MariaDbServer } from "../support/mariadb-server.js";
import { PostgresServer } from "../support/postgres-server.js";

const LOCK = fileURLToPath(new URL("../history/outage/lock.ts", import.meta.url));
/** A try that gets no answer is given up after ten seconds. */
const SILENT_MS = 12_000;
const STOPPED_MS = 10_000;

it("PostgreSQL answers nothing for twelve seconds: no run waits, and nothing is lost", async () => {
  await using server = await PostgresServer.start({ fsync: false });
  const pool = new pg.Pool(server.connection);
  pool.on("error", () => {});
  const seen = await expectNothingLost("PostgreSQL silent for 12 s", {
    forMs: SILENT_MS,
    open: (options) => SqlHistory.postgres(pool, options),
    begin: () => server.pause(),
    end: () => server.resume(),
  });
  expectNotHeldUp(seen);
  await pool.end();
});

it.each([
  ["is stopped for ten seconds", STOPPED_MS],
  ["answers nothing for twelve seconds", SILENT_MS],
])("MariaDB %s: no run waits, and nothing is lost", async (what, forMs) => {
  await using server = await MariaDbServer.start({ fsync: false });
  const pool = createPool(server.connection);
  const stops = forMs === STOPPED_MS;
  const seen = await expectNothingLost(`MariaDB ${what}`, {
    forMs,
    open: (options) => SqlHistory.mysql(pool, options),
    begin: () => (stops ? server.stop() : server.pause()),
    end: () => (stops ? server.restart() : server.resume()),
  });
  expectNotHeldUp(seen);
  await pool.promise().end();
});

// SQLite itself would wait for the lock in this thread, and nothing would fire meanwhile.
it("another process locks a file of SQLite's for ten seconds: no run waits, and nothing is lost", async () => {
  const folder = mkdtempSync(join(tmpdir(), "punctual-lock-"));
  const path = join(folder, "history.db");
  const lock: { child?: ReturnType<typeof spawn> } = {};
  try {
    const seen = await expectNothingLost("a file of SQLite's locked for 10 s", {
      forMs: STOPPED_MS,
      open: (options) => SqlHistory.sqlite(path, options),
      begin: async () => {
        lock.child = spawn(process.execPath, ["--import", "tsx", LOCK, path], { stdio: ["ignore", "pipe", "inherit"] });
        await once(lock.child.stdout as NodeJS.ReadableStream, "data");
      },
      end: async () => {
        lock.child?.kill("SIGKILL");
        await once(lock.child as NonNullable<typeof lock.child>, "close");
      },
    });
    expectNotHeldUp(seen);
  } finally {
    lock.child?.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  }
});
