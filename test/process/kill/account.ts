/** Holds what the killed processes have done against what is on record. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { EVERY_MS, FILES, JOBS, type KilledJob } from "./jobs.js";

/** A run that has begun, by the line that its command has written. */
interface Begun {
  readonly id: string;
  readonly job: KilledJob;
  readonly fireTime: number;
  readonly attempt: number;
}

interface Recorded {
  readonly id: string;
  readonly job_name: string;
  readonly fire_time: number;
  readonly outcome: string;
  readonly time_ms: number;
  readonly attempts: number;
}

export interface Account {
  readonly figures: Record<
    | (
        | "records"
        | "acknowledged"
        | "begun"
        | "abandoned"
        | "unbegun"
        | "endedUnrecorded"
        | "doneAgain"
        | "notDoneAgain"
      )
    | ("notDurable" | "startedTwice" | "withoutRecord" | "mostPerSecond"),
    number
  >;
  /** What must not be. */
  readonly faults: readonly string[];
}

const MOST_FAULTS = 20;

export function accountOf(folder: string): Account {
  const faults: string[] = [];
  const fault = (text: string): void => {
    if (faults.length < MOST_FAULTS) faults.push(text);
  };
  const lines = (name: string): string[] => readFileSync(join(folder, name), "utf8").split("\n").slice(0, -1);
  const records = readDatabase(join(folder, FILES.database), fault);
  const acknowledged = checkAcknowledged(lines(FILES.acknowledged), records, fault);
  const runs = lines(FILES.runs);
  const begun = begunIn(runs);
  const ended = new Set(runs.filter((line) => line.startsWith("ended ")).map((line) => line.slice("ended ".length)));
  for (const line of lines(FILES.life)) if (/^(problem|error) /.test(line)) fault(line);
  checkTimes(records, begun, fault);
  const figures = {
    records: records.size,
    acknowledged,
    begun: begun.size,
    ...checkAbandoned(records, begun, ended, lines(FILES.life), fault),
    ...checkStarts(records, begun, fault),
    mostPerSecond: mostPerSecond(records),
  };
  return { figures, faults };
}

/** Whole, with all that belongs together, and nothing left unfinished. */
function readDatabase(path: string, fault: (text: string) => void): ReadonlyMap<string, Recorded> {
  const db = new Database(path);
  try {
    const ask = (text: string): unknown[] => db.prepare(text).all();
    const value = (text: string): unknown => Object.values(ask(text)[0] as object)[0];
    const expectEqual = (what: string, given: unknown, expected: unknown): void => {
      if (given !== expected) fault(`${what}: ${given}, not ${expected}`);
    };
    expectEqual("integrity_check", value("pragma integrity_check"), "ok");
    const attempts = new Map<string, number>();
    const perRecord =
      "select record_id, count(*) as count, max(attempt) - min(attempt) + 1 as span from punctual_attempts";
    for (const row of ask(`${perRecord} group by record_id`) as { record_id: string; count: number; span: number }[]) {
      attempts.set(row.record_id, row.count);
      expectEqual(`attempts of ${row.record_id}`, row.count, row.span);
    }
    const rows = ask("select id, kind, job_name, fire_time, outcome, time_ms from punctual_records") as Recorded[];
    // A run that succeeded at the first attempt has no row of it.
    const told = ({ outcome }: Recorded): number => (outcome === "succeeded" ? 1 : 0);
    const all = new Map(rows.map((row) => [row.id, { ...row, attempts: attempts.get(row.id) ?? told(row) }]));
    expectEqual("different ids", all.size, rows.length);
    expectEqual("records counted", value("select sum(times) from punctual_counts"), rows.length);
    expectEqual("runs that did not succeed, without attempts", value(WITHOUT_ATTEMPTS), 0);
    expectEqual("attempts without runs", [...attempts.keys()].filter((id) => !all.has(id)).length, 0);
    expectEqual("runs left unfinished", value("select count(*) from punctual_starts"), 0);
    return all;
  } finally {
    db.close();
  }
}

const WITHOUT_ATTEMPTS =
  "select count(*) from punctual_records where kind = 'run' and outcome <> 'succeeded' " +
  "and id not in (select record_id from punctual_attempts)";

/** What a flush has answered for is there, as it was. */
function checkAcknowledged(
  lines: readonly string[],
  records: ReadonlyMap<string, Recorded>,
  fault: (text: string) => void,
): number {
  const seen = new Set<string>();
  for (const line of lines) {
    const [id = ""] = line.split(" ");
    if (seen.has(id)) fault(`acknowledged twice: ${line}`);
    seen.add(id);
    const there = records.get(id);
    const { job_name, fire_time, outcome, time_ms, attempts } = there ?? {};
    const found = `${id} ${job_name} ${fire_time} ${outcome} ${time_ms} ${attempts}`;
    if (found !== line) fault(`acknowledged: ${line}; on record: ${there === undefined ? "nothing" : found}`);
  }
  return seen.size;
}

function begunIn(lines: readonly string[]): ReadonlyMap<string, Begun> {
  const jobs = new Map(JOBS.map((job) => [job.name, job]));
  const begun = new Map<string, Begun>();
  for (const line of lines) {
    const [what, id = "", name = "", fireTime, attempt] = line.split(" ");
    if (what !== "begun") continue;
    begun.set(id, { id, job: jobs.get(name) as KilledJob, fireTime: Number(fireTime), attempt: Number(attempt) });
  }
  return begun;
}

/** Each fire time of a job, between its first and its last, has begun or is on record as skipped. */
function checkTimes(
  records: ReadonlyMap<string, Recorded>,
  begun: ReadonlyMap<string, Begun>,
  fault: (text: string) => void,
): void {
  const times = new Map(JOBS.map(({ name }) => [name, new Set<number>()]));
  for (const { job_name, fire_time } of records.values()) times.get(job_name)?.add(fire_time);
  for (const { job, fireTime } of begun.values()) times.get(job.name)?.add(fireTime);
  for (const [name, there] of times) {
    const sorted = [...there].sort((a, b) => a - b);
    for (const [index, time] of sorted.entries()) {
      const before = sorted[index - 1] ?? time - EVERY_MS;
      if (time - before !== EVERY_MS) fault(`${name}: nothing is known of the fires between ${before} and ${time}`);
    }
  }
}

/** Those runs are on record as abandoned, and no others, that have begun and not ended; and are done again once. */
function checkAbandoned(
  records: ReadonlyMap<string, Recorded>,
  begun: ReadonlyMap<string, Begun>,
  ended: ReadonlySet<string>,
  life: readonly string[],
  fault: (text: string) => void,
): Pick<Account["figures"], "abandoned" | "unbegun" | "endedUnrecorded" | "doneAgain" | "notDoneAgain"> {
  const abandoned = [...records.values()].filter(({ outcome }) => outcome === "abandoned");
  const ids = new Set(abandoned.map(({ id }) => id));
  for (const { id, job } of begun.values()) {
    const record = records.get(id);
    if (record !== undefined && !ended.has(id) && !ids.has(id)) fault(`${id} has not ended, but ${record.outcome}`);
    if (record === undefined && job.durable) fault(`${id} of ${job.name} has begun, and is not on record`);
  }
  const told = life.filter((line) => line.startsWith("abandoned ")).map((line) => line.split(" "));
  const again = told.filter(([, , done]) => done === "true");
  if (new Set(told.map(([, id]) => id)).size !== told.length) fault("a run was told of as abandoned twice");
  for (const [, id = ""] of told) if (!ids.has(id)) fault(`${id} was told of as abandoned, and is not on record so`);
  const second = new Set([...begun.values()].filter(({ attempt }) => attempt === 2).map(keyOf));
  const toBeDone = again.map(([, id = ""]) => records.get(id)).filter((record) => record !== undefined);
  return {
    abandoned: abandoned.length,
    unbegun: abandoned.filter(({ id }) => !begun.has(id)).length,
    endedUnrecorded: abandoned.filter(({ id }) => ended.has(id)).length,
    doneAgain: second.size,
    // Because the process that was to do it was killed first, or the job was at work.
    notDoneAgain: toBeDone.filter(({ job_name, fire_time }) => !second.has(`${job_name} ${fire_time}`)).length,
  };
}

/** No fire of a durable job begins twice, but for the second attempt of what was abandoned; of others, few do. */
function checkStarts(
  records: ReadonlyMap<string, Recorded>,
  begun: ReadonlyMap<string, Begun>,
  fault: (text: string) => void,
): Pick<Account["figures"], "notDurable" | "startedTwice" | "withoutRecord"> {
  const byFire = new Map<string, Begun[]>();
  for (const start of begun.values()) byFire.set(keyOf(start), [...(byFire.get(keyOf(start)) ?? []), start]);
  let startedTwice = 0;
  for (const [key, starts] of byFire) {
    const [{ job }] = starts as [Begun];
    const firsts = starts.filter(({ attempt }) => attempt === 1);
    const seconds = starts.filter(({ attempt }) => attempt === 2);
    if (firsts.length + seconds.length !== starts.length || seconds.length > 1) fault(`${key}: attempts without end`);
    if (seconds.length > 0 && !job.recover) fault(`${key} was done again, unasked`);
    const cut = firsts.filter(({ id }) => records.get(id)?.outcome === "abandoned");
    if (seconds.length > 0 && firsts.length > 0 && cut.length === 0) fault(`${key} was done again after it had ended`);
    if (job.durable && firsts.length > 1) fault(`${key} has begun ${firsts.length} times, and is durable`);
    if (firsts.length > 1) startedTwice++;
    // Once unnoticed, once made up for and noted first.
    if (firsts.length > 2) fault(`${key} has begun ${firsts.length} times`);
  }
  const notDurable = [...begun.values()].filter(({ job }) => !job.durable);
  const withoutRecord = notDurable.filter(({ id }) => !records.has(id)).length;
  return { notDurable: notDurable.length, startedTwice, withoutRecord };
}

function keyOf({ job, fireTime }: Begun): string {
  return `${job.name} ${fireTime}`;
}

function mostPerSecond(records: ReadonlyMap<string, Recorded>): number {
  const perSecond = new Map<number, number>();
  for (const { time_ms, attempts } of records.values()) {
    if (attempts === 0) continue;
    const second = Math.floor(time_ms / 1_000);
    perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
  }
  return Math.max(...perSecond.values());
}
