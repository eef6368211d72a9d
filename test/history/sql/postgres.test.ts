import pg from "pg";
import { afterAll, beforeAll, describe, test } from "vitest";
import { SqlHistory } from "../../../src/history.js";
import { historyContract } from "../../../src/testing/history-contract.js";
import { PostgresServer } from "../../support/postgres-server.js";
import { postgresStore } from "../../../src/history/sql/pool-store.js";
import { journalCases, makeDead } from "../fixtures/sql-journal-cases.js";
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
  const afterKill = async (): Promise<SqlHistory> => {
    const prefix = `t${count - 1}_`;
    await makeDead(postgresStore(pool, prefix));
    return SqlHistory.postgres(pool, { prefix });
  };
  for (const { name, run } of historyContract({ name: "PostgreSQL", create, afterKill })) test(name, run);
  journalCases(() => {
    const prefix = `t${count++}_`;
    return {
      prefix,
      where: `${server.url}#${prefix}`,
      open: () => SqlHistory.postgres(pool, { prefix }),
      store: () => postgresStore(pool, prefix),
    };
  });
  serverCases("PostgreSQL", () => ({
    open: (options) => SqlHistory.postgres(pool, options),
    query: (statement) => pool.query(statement),
  }));
});
