// A process is killed in the middle of a run, and comes back some seconds later: what was missed, what was cut, what is
// done again. The file outlives it; in a program of yours it stays where it is.
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Scheduler } from "punctual";
import { SqlHistory } from "punctual/history";

/** What the process does: it is started with the file's path. */
async function live(path: string): Promise<void> {
  const history = SqlHistory.sqlite(path);
  const scheduler = new Scheduler({ history });
  scheduler.on("run:abandoned", ({ run, again }) => console.log(`${run.jobName} was cut; done again: ${again}`));
  scheduler.on("fire:missed", ({ job, cause, fireTimes }) =>
    console.log(`${job.name} has missed more than one fire: ${fireTimes.length > 1}, cause: ${cause}`),
  );
  // The first attempt does not end before the process does.
  const report = async (run: { readonly attempt: number }): Promise<void> => {
    console.log(`report, attempt ${run.attempt}`);
    if (run.attempt === 1) await once(process, "never");
  };
  scheduler.addCronCommand("* * * * * *", report, { name: "report", maxRuns: 1, recover: true });
  scheduler.addCronCommand("* * * * * *", () => process.send?.("ticked"), { name: "tick" });
  scheduler.start();
  if (process.argv[3] !== "second") return;
  await wait(500);
  await scheduler.stop();
  const { items } = await history.list({ job: "report", kind: "run", order: "oldest" });
  for (const item of items) if (item.kind === "run") console.log(`on record: report ${item.outcome}`);
  process.disconnect();
}

async function killAndComeBack(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "after-a-crash-"));
  const path = join(folder, "runs.db");
  const first = fork(fileURLToPath(import.meta.url), [path, "first"], { execArgv: process.execArgv });
  await once(first, "message");
  await wait(100); // what the last 20 ms have brought may not be on record yet
  console.log("kill -9");
  first.kill("SIGKILL");
  await wait(4_500);
  const second = fork(fileURLToPath(import.meta.url), [path, "second"], { execArgv: process.execArgv });
  await once(second, "exit");
  rmSync(folder, { recursive: true });
}

const [, , path] = process.argv;
await (path === undefined ? killAndComeBack() : live(path));
