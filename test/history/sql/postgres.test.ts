import pg from "pg";
import { afterAll, beforeAll, describe, test } from "vitest";
import { SqlHistory } from "../../../src/history.js";
import { historyContract } from "../../../src/testing/history-contract.js";
import { PostgresServer } from "../../support/postgres-server.js";
import { serverCases } from "../fixtures/sql-server-cases.js";

let server: PostgresServer;
let pool: pg.Pool;
beforeAll(async () => {
  server = await PostgresServer.start({ fsync: false });
  pool = new pg.Pool({ ...server.connection, idleTimeoutMillis: 0 });
}, 120_000);
afterAll(async () => {
  await pool?.end();
  await server?.[Symbol.asyncDispose]();
});

describe("SqlHistory in PostgreSQL", () => {
  let count = 0;
  const create = (): SqlHistory => SqlHistory.postgres(pool, { prefix: `t${count++}_` });
  for (const { name, run } of historyContract({ name: "PostgreSQL", create })) test(name, run);
  serverCases("PostgreSQL", () => ({
    open: (options) => SqlHistory.postgres(pool, options),
    query: (statement) => pool.query(statement),
  }));
});
