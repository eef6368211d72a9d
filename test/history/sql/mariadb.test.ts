import { createPool, type Pool } from "mysql2";
import { afterAll, beforeAll, describe, test } from "vitest";
import { SqlHistory } from "../../../src/history.js";
import { historyContract } from "../../../src/testing/history-contract.js";
import { MariaDbServer } from "../../support/mariadb-server.js";
import { mysqlStore } from "../../../src/history/sql/pool-store.js";
import { journalCases, makeDead } from "../fixtures/sql-journal-cases.js";
import { serverCases } from "../fixtures/sql-server-cases.js";

let server: MariaDbServer;
let pool: Pool;
beforeAll(async () => {
  server = await MariaDbServer.start({ fsync: false });
  pool = createPool(server.connection);
}, 120_000);
afterAll(async () => {
  await pool?.promise().end();
  await server?.[Symbol.asyncDispose]();
});

describe("SqlHistory in MariaDB", () => {
  let count = 0;
  const create = (): SqlHistory => SqlHistory.mysql(pool, { prefix: `t${count++}_` });
  const afterKill = async (): Promise<SqlHistory> => {
    const prefix = `t${count - 1}_`;
    await makeDead(mysqlStore(pool, prefix));
    return SqlHistory.mysql(pool, { prefix });
  };
  for (const { name, run } of historyContract({ name: "MariaDB", create, afterKill })) test(name, run);
  journalCases(() => {
    const prefix = `t${count++}_`;
    return {
      prefix,
      where: `${server.url}#${prefix}`,
      open: () => SqlHistory.mysql(pool, { prefix }),
      store: () => mysqlStore(pool, prefix),
    };
  });
  serverCases("MariaDB", () => ({
    open: (options) => SqlHistory.mysql(pool, options),
    query: (statement) => pool.promise().query(statement),
  }));
});
