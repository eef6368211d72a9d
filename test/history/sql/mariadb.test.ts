import { createPool, type Pool } from "mysql2";
import { afterAll, beforeAll, describe, test } from "vitest";
import { SqlHistory } from "../../../src/history.js";
import { historyContract } from "../../../src/testing/history-contract.js";
import { MariaDbServer } from "../../support/mariadb-server.js";
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
  for (const { name, run } of historyContract({ name: "MariaDB", create })) test(name, run);
  serverCases("MariaDB", () => ({
    open: (options) => SqlHistory.mysql(pool, options),
    query: (statement) => pool.promise().query(statement),
  }));
});
