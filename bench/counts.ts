import { once } from "node:events";
import { createRequire } from "node:module";
import { Redis } from "ioredis";
import { Scheduler } from "punctual";
import type { SqliteHandle, SqliteStatement } from "punctual/history";
import { SqlHistory } from "punctual/history";
import { REDIS_OPTIONS, RedisDistributed } from "punctual/redis";
import { ManualClock } from "punctual/testing";
import { RedisServer } from "../test/support/redis-server.js";
import type { Cell, Effort, FigureOf, Measured, Question, Settings, Side, Target } from "./question.js";
import { atMost, check } from "./question.js";
import { recordsOf } from "./records.js";

export const IDLE = "idle for 10 minutes, 100,000 jobs due in days";
export const CLAIM = "a claim on Redis";
export const BATCH = "a batch of 500 records of 10 jobs in SQLite";
export const WAKE_UPS = "wake-ups";
export const TIMERS = "timers that wait";
export const ROUND_TRIPS = "round trips";
export const COMMANDS = "commands of Redis, those of scripts counted";
export const STATEMENTS = "statements";
export const TRANSACTIONS = "transactions";

const BATCH_SIZE = 500;
const CLAIMS = 1_000;

/** Nothing here is timed: time goes on as it is told to. */
export async function idleCounts(jobs: number): Promise<Measured> {
  let wakeUps = 0;
  class CountingClock extends ManualClock {
    override setTimer(delayMs: number, ring: () => void): ReturnType<ManualClock["setTimer"]> {
      return super.setTimer(delayMs, () => {
        wakeUps++;
        ring();
      });
    }
  }
  const clock = new CountingClock(Date.UTC(2026, 0, 1));
  const scheduler = new Scheduler({ clock, timezone: "UTC" });
  for (let job = 0; job < jobs; job++) {
    scheduler.addCronCommand(`${job % 60} ${(job * 7) % 60} ${(job * 11) % 24} ${3 + (job % 12)} 1 *`, () => {});
  }
  scheduler.start();
  await clock.advance(1_000);
  wakeUps = 0;
  await clock.advance(600_000);
  check(scheduler.jobs().length === jobs, "the number of jobs");
  return { figures: { [WAKE_UPS]: wakeUps, [TIMERS]: clock.pendingTimers } };
}

/** As the server counts them; its scripts are loaded by then. */
async function claim(): Promise<Measured> {
  const server = await RedisServer.start();
  const client = new Redis(server.url, REDIS_OPTIONS);
  await once(client, "ready");
  let roundTrips = 0;
  const call = client.call.bind(client) as (...args: string[]) => Promise<unknown>;
  Object.assign(client, {
    call: (...args: string[]) => {
      roundTrips++;
      return call(...args);
    },
  });
  const distributed = new RedisDistributed(client);
  const start = Date.now() - 86_400_000;
  const take = async (number: number): Promise<void> => {
    const request = { serviceName: "service", appId: "node", fireTime: start + number, claimId: String(number) };
    const rest = { holdTimeMs: 2_000, leaseMs: 0, maxAttempts: 1, unlessFinished: null };
    check((await distributed.claim({ ...request, ...rest })).granted, `fire ${number} was refused`);
  };
  for (let number = 0; number < 10; number++) await take(number);
  await call("CONFIG", "RESETSTAT");
  roundTrips = 0;
  for (let number = 10; number < 10 + CLAIMS; number++) await take(number);
  const commands = callsOf(String(await call("INFO", "commandstats")));
  client.disconnect();
  await server.stop();
  return { figures: { [ROUND_TRIPS]: roundTrips / CLAIMS, [COMMANDS]: commands / CLAIMS } };
}

function callsOf(info: string): number {
  const lines = [...info.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].filter(
    ([, name]) => !/^(info|config)/.test(name ?? ""),
  );
  return lines.reduce((sum, [, , calls]) => sum + Number(calls), 0);
}

/** The second batch: the first makes the tables. */
async function batch(): Promise<Measured> {
  let statements = 0;
  let transactions = 0;
  const Database = createRequire(import.meta.url)("libsql") as new (path: string) => SqliteHandle;
  const database = new Database(":memory:");
  const counting: SqliteHandle = {
    exec: (source) => {
      if (source.startsWith("begin")) transactions++;
      return database.exec(source);
    },
    prepare: (source) => counted(database.prepare(source), () => statements++),
    close: () => database.close(),
  };
  const history = SqlHistory.sqlite(counting);
  await history.writeBatch(recordsOf(0, BATCH_SIZE));
  [statements, transactions] = [0, 0];
  await history.writeBatch(recordsOf(BATCH_SIZE, BATCH_SIZE));
  const figures = { [STATEMENTS]: statements, [TRANSACTIONS]: transactions };
  const rows = database.prepare("select count(*) as count from punctual_records").all() as { count: number }[];
  check(rows[0]?.count === 2 * BATCH_SIZE, "the number of records");
  return { figures };
}

function counted(statement: SqliteStatement, count: () => void): SqliteStatement {
  return new Proxy(statement, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (key === "run" || key === "all") count();
        return (value as (...args: unknown[]) => unknown).apply(target, args);
      };
    },
  });
}

const PARTS: Readonly<Record<string, () => Promise<Measured>>> = {
  [IDLE]: () => idleCounts(100_000),
  [CLAIM]: claim,
  [BATCH]: batch,
};

const sides: Record<string, Side> = {
  punctual: ({ part }: Settings) => (PARTS[String(part)] as () => Promise<Measured>)(),
};

export const question: Question = {
  title: "what is counted, and not timed: wake-ups, commands, statements",
  sides,
  cells: (_effort: Effort): Cell[] =>
    Object.keys(PARTS).map((part) => ({ side: "punctual", label: part, settings: { part } })),
  repeats: () => 1,
  targets: (figure: FigureOf): Target[] => [
    atMost("idle for 10 minutes: wake-ups", figure("punctual", IDLE, WAKE_UPS), 20),
    atMost("a claim on Redis: round trips", figure("punctual", CLAIM, ROUND_TRIPS), 1),
  ],
};
