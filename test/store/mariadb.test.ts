import { createPool, type Pool } from "mysql2";
import { SqlJobStore } from "punctual/store";
import { jobStoreContract } from "punctual/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MariaDbServer } from "../support/mariadb-server.js";

let server: MariaDbServer;
beforeAll(async () => {
  server = await MariaDbServer.start();
}, 120_000);
afterAll(async () => await server?.[Symbol.asyncDispose]());

describe("SqlJobStore in MariaDB", () => {
  let places = 0;
  const create = () => {
    const prefix = `t${places++}_`;
    const pools: Pool[] = [];
    return {
      open: () => {
        const pool = createPool(server.connection);
        pools.push(pool);
        return SqlJobStore.mysql(pool, { prefix });
      },
      breakDown: async () => {
        await server.stop();
        return () => server.restart();
      },
      close: async () => {
        for (const pool of pools) await pool.promise().end();
      },
    };
  };
  for (const { name, run } of jobStoreContract({ name: "MariaDB", create })) test(name, { timeout: 60_000 }, run);

  test("refuses tables of a newer version", async () => {
    const pool = createPool(server.connection);
    await SqlJobStore.mysql(pool, { prefix: "newer_" }).load();
    await pool.promise().query("update newer_job_store set version = 99");
    await expect(SqlJobStore.mysql(pool, { prefix: "newer_" }).load()).rejects.toMatchObject({ code: "STORE_FAILED" });
    await pool.promise().end();
  });
});
