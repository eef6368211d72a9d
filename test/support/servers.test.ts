import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { Connection } from "mysql2/promise";
import { createConnection } from "mysql2/promise";
import { Client } from "pg";
import { describe, expect, test } from "vitest";
import { MariaDbServer } from "./mariadb-server.js";
import { PostgresServer } from "./postgres-server.js";

const PAUSED_MS = 200;

/** The first column of the first row that it answers. */
type Ask = (sql: string) => Promise<unknown>;

/** A connection to PostgreSQL that does not mind its end. */
async function toPostgres(options: ConstructorParameters<typeof Client>[0]): Promise<Ask & { end(): Promise<void> }> {
  const client = new Client(options);
  client.on("error", () => {});
  await client.connect();
  const ask = async (sql: string): Promise<unknown> => Object.values((await client.query(sql)).rows[0] ?? {})[0];
  return Object.assign(ask, { end: () => client.end() });
}

async function toMariaDb(options: MariaDbServer["connection"]): Promise<Ask & { end(): Promise<void> }> {
  const client: Connection = await createConnection({ ...options });
  client.on("error", () => {});
  const ask = async (sql: string): Promise<unknown> => {
    const [rows] = await client.query(sql);
    return Array.isArray(rows) ? Object.values(rows[0] ?? {})[0] : undefined;
  };
  return Object.assign(ask, { end: async () => client.destroy() });
}

const kinds = [
  { name: "PostgresServer", start: PostgresServer.start, connect: toPostgres, off: "show fsync" },
  {
    name: "MariaDbServer",
    start: MariaDbServer.start,
    connect: toMariaDb,
    off: "select @@innodb_flush_log_at_trx_commit",
  },
] as const;

describe.each(kinds)("$name", ({ start, connect, off }) => {
  test("answers, and keeps what was committed when it is stopped, killed and started again", async () => {
    await using server = await start();
    const first = await connect(server.connection);
    await first("create table numbers (number int)");
    await first("insert into numbers values (5)");
    await first.end();
    await server.stop();
    await expect(connect(server.connection)).rejects.toThrow("ECONNREFUSED");
    await server.restart();
    const second = await connect(server.connection);
    await second("insert into numbers values (6)");
    await server.kill();
    await expect(second("select 1")).rejects.toThrow();
    await second.end().catch(() => {});
    await server.restart();
    const third = await connect(server.connection);
    expect(Number(await third("select sum(number) from numbers"))).toBe(11);
    await server.restart();
    await third.end().catch(() => {});
  });

  test("does nothing while it is paused, and answers then", async () => {
    await using server = await start({ fsync: false });
    const ask = await connect(server.connection);
    server.pause();
    let answer: unknown = null;
    const asked = ask("select 7").then((value) => {
      answer = value;
    });
    await delay(PAUSED_MS);
    expect(answer).toBeNull();
    server.resume();
    await asked;
    expect(answer).toBe(7);
    await ask.end();
    server.pause();
    await server.stop();
  });

  test("is several at once, durable unless told otherwise", async () => {
    await using durable = await start();
    await using quick = await start({ fsync: false });
    const answers = await Promise.all(
      [durable, quick].map(async (server) => {
        const ask = await connect(server.connection);
        await ask("create table same_name (number int)");
        const answer = await ask(off);
        await ask.end();
        return answer;
      }),
    );
    expect(["on", 1]).toContain(answers[0]);
    expect(["off", 2]).toContain(answers[1]);
  });
});

describe("a process with a server", () => {
  const script = `
    import { PostgresServer } from "${new URL("./postgres-server.ts", import.meta.url)}";
    const { folder, port } = await PostgresServer.start();
    setInterval(() => {}, 1_000);
    console.log(JSON.stringify({ folder, port }));`;

  test("leaves none behind when it is told to end", async () => {
    const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(child, "exit");
    const [line] = await once(child.stdout, "data");
    const { folder, port } = JSON.parse(String(line)) as { folder: string; port: number };
    const address = { host: "127.0.0.1", port, user: "postgres", database: "postgres" };
    await (await toPostgres(address)).end();
    child.kill("SIGTERM");
    await ended;
    await expect(toPostgres(address)).rejects.toThrow("ECONNREFUSED");
    expect(existsSync(folder)).toBe(false);
  });
});

describe("PostgresServer", () => {
  test("has a unix socket and takes settings; its folder goes with it", async () => {
    const server = await PostgresServer.start({ fsync: false, settings: ["timezone=Asia/Kolkata"] });
    const ask = await toPostgres({ ...server.connection, host: server.folder });
    expect(await ask("show timezone")).toBe("Asia/Kolkata");
    await ask.end();
    expect(existsSync(server.folder)).toBe(true);
    await server[Symbol.asyncDispose]();
    expect(existsSync(server.folder)).toBe(false);
  });

  test("says why it does not start", async () => {
    await expect(PostgresServer.start({ settings: ["no_such_setting=1"] })).rejects.toThrow("no_such_setting");
  });
});

describe("MariaDbServer", () => {
  test("takes settings, and says why it does not start", async () => {
    await using server = await MariaDbServer.start({ fsync: false, settings: ["--max-connections=15"] });
    const ask = await toMariaDb(server.connection);
    expect([await ask("select @@max_connections"), await ask("select @@character_set_server")]).toEqual([
      15,
      "utf8mb4",
    ]);
    await ask.end();
    await expect(MariaDbServer.start({ settings: ["--no-such-setting"] })).rejects.toThrow("no-such-setting");
  });
});
