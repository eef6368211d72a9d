/**
 * A process that is killed: a scheduler with a history in SQLite. What its commands do and what is on record for certain it
 * writes into files, which a kill does not take back. Its argument is the folder.
 */
import { openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { RunContext } from "../../../src/command/command.js";
import type { HistoryEntry } from "../../../src/history/record.js";
import { recordOf, timeOf } from "../../../src/history/record.js";
import { SqlHistory } from "../../../src/history/sql/sql-history.js";
import { Scheduler } from "../../../src/scheduler/scheduler.js";
import { FILES, JOBS, type KilledJob } from "./jobs.js";

const FLUSH_EVERY_MS = 50;

const [folder = ""] = process.argv.slice(2);
const [runs, acknowledged, life] = [FILES.runs, FILES.acknowledged, FILES.life].map((name) =>
  openSync(join(folder, name), "a"),
) as [number, number, number];

let appended: HistoryEntry[] = [];
const history = SqlHistory.sqlite(join(folder, FILES.database), {
  onProblem: (problem) => writeSync(life, `problem ${problem.kind} ${"error" in problem ? problem.error : ""}\n`),
});
const append = history.append.bind(history);
history.append = (entries) => {
  appended.push(...entries);
  return append(entries);
};

const scheduler = new Scheduler({ history, timezone: "UTC" });
for (const job of JOBS) {
  const { name, durable, recover, overlap } = job;
  const options = { name, recover, overlap, durable: durable ? "start" : null } as const;
  scheduler.addCronCommand({ next: job.next }, (run: RunContext) => work(job, run), options);
}

async function work({ fails, longestMs, name }: KilledJob, { id, fireTime, attempt }: RunContext): Promise<void> {
  writeSync(runs, `begun ${id} ${name} ${fireTime} ${attempt}\n`);
  await delay(Math.random() * longestMs);
  writeSync(runs, `ended ${id}\n`);
  if (fails && Math.random() < 0.3) throw new Error("as told");
}

scheduler.on("run:abandoned", ({ run, again }) => writeSync(life, `abandoned ${run.id} ${again}\n`));
scheduler.on("error", ({ error }) => writeSync(life, `error ${error.message}\n`));
// This also lets the process end in order, where it is not killed.
scheduler.stopOnSignals({ grace: "5s" });
scheduler.start();
writeSync(life, `up ${process.pid}\n`);
process.stdout.write("up\n");

while (scheduler.running) {
  await delay(FLUSH_EVERY_MS);
  const entries = appended;
  appended = [];
  await history.flush();
  const lines = entries.map((entry) => {
    const record = recordOf(entry);
    const { id, jobName, fireTime } = record;
    const [what, attempts] = record.kind === "run" ? [record.outcome, record.attempts.length] : [record.reason, 0];
    return `${id} ${jobName} ${fireTime} ${what} ${timeOf(record)} ${attempts}\n`;
  });
  if (lines.length > 0) writeSync(acknowledged, lines.join(""));
}
