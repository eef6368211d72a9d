import pg from "pg";
import { SqlHistory } from "punctual/history";
import { afterAll, beforeAll, it } from "vitest";
import { PostgresServer } from "../../support/postgres-server.js";
import { expectNotHeldUp, expectNothingLost } from "../outage/outage.js";

let server: PostgresServer;
let pool: pg.Pool;
beforeAll(async () => {
  server = await PostgresServer.start({ fsync: false });
  pool = new pg.Pool({ ...server.connection, idleTimeoutMillis: 0 });
  // A connection that ends while nobody uses it.
  pool.on("error", () => {});
}, 120_000);
afterAll(async () => {
  await pool?.end();
  await server?.[Symbol.asyncDispose]();
});

it("PostgreSQL is stopped for ten seconds: no run waits, and nothing is lost", { timeout: 60_000 }, async () => {
  const seen = await expectNothingLost("PostgreSQL stopped for 10 s", {
    forMs: 10_000,
    open: (options) => SqlHistory.postgres(pool, options),
    begin: () => server.stop(),
    end: () => server.restart(),
  });
  expectNotHeldUp(seen);
});
