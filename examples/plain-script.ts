/** What a crontab is for, as one script: it goes on until it is told to stop, and then says what has become of its jobs. */
import { Scheduler, shell } from "punctual";

const scheduler = new Scheduler({ timezone: "UTC" });

scheduler.addCronCommand("* * * * * *", shell([process.execPath, "--version"]), { name: "version" });
scheduler.addCronCommand("30 4 * * MON-FRI", shell("pg_dump app | gzip > app.gz"), { name: "backup", timeout: "1h" });

for (const { name, schedule } of scheduler.jobs()) console.log(`${name}: ${schedule}`);
scheduler.on("run:finished", ({ run }) => console.log(run.jobName, run.outcome));
scheduler.start();

// `stopOnSignals` is shorter; this has something to say before it ends.
const stop = async (): Promise<void> => {
  await scheduler.stop({ grace: "10s" });
  for (const { name } of scheduler.jobs()) {
    const { items } = await scheduler.history.list({ job: name, outcome: "succeeded", limit: 1 });
    console.log(`${name}: ${items.length === 0 ? "has not run" : "has run"}`);
  }
};
process.once("SIGTERM", stop).once("SIGINT", stop);
