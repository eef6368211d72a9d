import pg from "pg";
import { SqlJobStore } from "punctual/store";
import { jobStoreContract } from "punctual/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { StoreListener } from "../../src/testing/store-listener.js";
import { PostgresServer } from "../support/postgres-server.js";

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
}, 120_000);
afterAll(async () => await server?.[Symbol.asyncDispose]());

/** A pool whose idle connections may break, as they do when the server ends. */
function openPool(options: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({ ...server.connection, idleTimeoutMillis: 0, ...options });
  pool.on("error", () => {});
  return pool;
}

describe("SqlJobStore in PostgreSQL", () => {
  let places = 0;
  const create = () => {
    const prefix = `t${places++}_`;
    const pools: pg.Pool[] = [];
    return {
      open: () => {
        const pool = openPool();
        pools.push(pool);
        return SqlJobStore.postgres(pool, { prefix });
      },
      breakDown: async () => {
        await server.stop();
        return () => server.restart();
      },
      close: async () => {
        for (const pool of pools) await pool.end();
      },
    };
  };
  for (const { name, run } of jobStoreContract({ name: "PostgreSQL", create })) test(name, { timeout: 60_000 }, run);

  test("refuses tables of a newer version", async () => {
    const pool = openPool();
    await SqlJobStore.postgres(pool, { prefix: "newer_" }).load();
    await pool.query("update newer_job_store set version = 99");
    await expect(SqlJobStore.postgres(pool, { prefix: "newer_" }).load()).rejects.toMatchObject({
      code: "STORE_FAILED",
    });
    await pool.end();
  });

  test("hears at once, and listens again when its connection is lost", async () => {
    const [one, two] = [openPool(), openPool()];
    const store = SqlJobStore.postgres(one, { prefix: "lost_" });
    const heard = await StoreListener.of(SqlJobStore.postgres(two, { prefix: "lost_" }));
    const change = async (): Promise<number> => {
      const startMs = performance.now();
      const revision = await store.save({ name: "job", savedAtMs: 0, text: "{}" });
      await heard.until("a change", () => heard.revision === revision, 1_500);
      return performance.now() - startMs;
    };
    const times = [await change(), await change(), await change()];
    expect(Math.min(...times)).toBeLessThan(200);
    const listening = "select pid from pg_stat_activity where query like 'listen%'";
    for (let round = 0; round < 3; round++) {
      const { rows } = await one.query(listening);
      expect(rows).toHaveLength(1);
      await one.query("select pg_terminate_backend($1)", [rows[0].pid]);
      // Made while nobody listens, most likely: then it is found when somebody does.
      times.push(await change());
    }
    console.log(`PostgreSQL tells of a change after ${times.map((ms) => ms.toFixed(0)).join(", ")} ms (3 × lost)`);
    await heard.end();
    await expect.poll(async () => (await one.query(listening)).rows).toEqual([]);
    expect(heard.failures).toEqual([]);
    await Promise.all([one.end(), two.end()]);
  });

  test("asks, where the pool has one connection", async () => {
    const pool = openPool({ max: 1 });
    const store = SqlJobStore.postgres(pool, { prefix: "one_" });
    const heard = await StoreListener.of(store);
    await store.save({ name: "job", savedAtMs: 0, text: "{}" });
    await heard.until("a change", () => heard.revision === 1, 1_500);
    await heard.end();
    await pool.end();
  });

  test("refuses what is no pool", () => {
    expect(() => SqlJobStore.postgres({} as never)).toThrow(expect.objectContaining({ path: "pool" }));
  });
});
