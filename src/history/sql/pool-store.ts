import { InvalidOptionError } from "../../errors.js";
import type { Dialect, MysqlPool, PostgresPool } from "./kysely.js";
import { Kysely, MysqlDialect, PostgresDialect } from "./kysely.js";
import type { Builder, SqlDialect, SqlStore, Steps } from "./store.js";
import { TablePrefix } from "./table-prefix.js";

/** A database behind a pool of pg's. @throws InvalidOptionError */
export function postgresStore(pool: PostgresPool, prefix: string): SqlStore {
  checkPool(pool, "connect", "a Pool of the package pg");
  return new PoolStore("postgres", new PostgresDialect({ pool: new HeardPool(pool) }), prefix);
}

/** A database behind a pool of mysql2's. @throws InvalidOptionError */
export function mysqlStore(pool: MysqlPool, prefix: string): SqlStore {
  checkPool(pool, "getConnection", "a pool of the package mysql2, from its createPool");
  return new PoolStore("mysql", new MysqlDialect({ pool }), prefix);
}

/** Several histories may share a pool. */
const heard = new WeakSet<object>();

/**
 * A pool hears what befalls its connections only while nobody uses them: one that ended between two statements of a
 * transaction would end the process. The next statement fails, and that is how it is found here.
 */
class HeardPool implements PostgresPool {
  readonly #pool: PostgresPool;

  constructor(pool: PostgresPool) {
    this.#pool = pool;
  }

  async connect(): ReturnType<PostgresPool["connect"]> {
    const client = await this.#pool.connect();
    if (heard.has(client)) return client;
    heard.add(client);
    (client as { on?(event: "error", listener: () => void): unknown }).on?.("error", () => {});
    return client;
  }

  end(): Promise<void> {
    return this.#pool.end();
  }
}

/** A database that is asked over a connection; the pool is its owner's to end. */
class PoolStore implements SqlStore {
  readonly dialect: SqlDialect;
  readonly builder: Builder;

  constructor(dialect: SqlDialect, kysely: Dialect, prefix: string) {
    this.dialect = dialect;
    this.builder = new Kysely({ dialect: kysely, plugins: [new TablePrefix(prefix)] });
  }

  async perform<T>(mode: "read" | "write", steps: Steps<T>): Promise<T> {
    // Reading sees one state throughout; writing sees what others have just written, and waits for them row by row.
    const isolation = mode === "read" ? "repeatable read" : "read committed";
    return await this.builder
      .transaction()
      .setIsolationLevel(isolation)
      .execute((transaction) => runAll(transaction as Builder, steps));
  }

  async close(): Promise<void> {}
}

async function runAll<T>(builder: Builder, steps: Steps<T>): Promise<T> {
  let step = steps.next([]);
  while (!step.done) {
    let rows: readonly unknown[];
    try {
      ({ rows } = await builder.executeQuery(step.value));
    } catch (error) {
      step = steps.throw(error);
      continue;
    }
    step = steps.next(rows);
  }
  return step.value;
}

function checkPool(pool: object, method: string, expected: string): void {
  if (typeof (pool as Record<string, unknown> | null)?.[method] === "function") return;
  throw new InvalidOptionError("pool", expected, pool);
}
