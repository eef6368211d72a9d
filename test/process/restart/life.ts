/**
 * One life of a process that is killed, or kills itself. Its arguments are the folder and the jobs as JSON. It loads what it
 * needs, says that it is ready, and begins when it is told so: the next life can then follow within milliseconds.
 */
import { once } from "node:events";
import { openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { RunContext } from "../../../src/command/command.js";
import { SqlHistory } from "../../../src/history/sql/sql-history.js";
import { Scheduler } from "../../../src/scheduler/scheduler.js";
import type { RestartedJob } from "./lives.js";

const [folder = "", jobs = ""] = process.argv.slice(2);
const runs = openSync(join(folder, "runs"), "a");
const life = openSync(join(folder, "life"), "a");
/** Here or in an earlier life. */
let hasRunBefore = false;
const history = SqlHistory.sqlite(join(folder, "history.db"));
const scheduler = new Scheduler({ history, timezone: "UTC" });

function work({ name, doing }: RestartedJob, { id, fireTime, attempt }: RunContext): unknown {
  writeSync(runs, `${JSON.stringify({ id, job: name, fireTime, attempt, pid: process.pid, at: Date.now() })}\n`);
  if (doing === "endsItsProcess" && hasRunBefore) process.kill(process.pid, "SIGKILL");
  hasRunBefore = true;
  // The second attempt of what was cut has its end.
  return doing === "goesOn" && attempt === 1 ? new Promise(() => {}) : null;
}

for (const job of JSON.parse(jobs) as RestartedJob[]) {
  const { name, durable, recover, doing } = job;
  const misfire = doing === "endsItsProcess" ? "fireAll" : "fireOnce";
  const options = { name, recover, durable: durable ? "start" : null, misfire } as const;
  scheduler.addCronCommand("*/1 * * * * *", (run: RunContext) => work(job, run), options);
}
scheduler.on("run:abandoned", ({ run, again }) => writeSync(life, `abandoned ${run.id} ${again}\n`));
scheduler.on("error", ({ error }) => writeSync(life, `error ${error.message}\n`));
scheduler.on("fire:missed", ({ fireTimes, cause }) => writeSync(life, `missed ${cause} ${fireTimes.length}\n`));
scheduler.stopOnSignals({ grace: 0 });

// It does not outlive the test.
process.stdin.once("end", () => process.exit());
process.stdout.write("ready\n");
await once(process.stdin, "data");
// Not before: the life before this one goes on while this one loads.
hasRunBefore = readFileSync(join(folder, "runs"), "utf8") !== "";
scheduler.start();
writeSync(life, `up ${Date.now()}\n`);
