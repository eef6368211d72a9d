/** What a service does on SIGTERM: no new fires, runs get their time, and the report says how they ended. */
import { Scheduler } from "punctual";

const scheduler = new Scheduler();

scheduler.addCronCommand("@every 100ms", () => new Promise<void>((resolve) => setTimeout(resolve, 400)), {
  name: "quick",
});
scheduler.addCronCommand(
  "@every 100ms",
  (run) =>
    new Promise<void>((_, reject) => {
      // Heeds its signal: nothing else can end a function that runs in this thread.
      run.signal.addEventListener("abort", () => reject(run.signal.reason as Error));
    }),
  { name: "endless" },
);
scheduler.on("run:finished", ({ run }) => console.log(run.jobName, run.outcome));

process.once("SIGTERM", async () => {
  const report = await scheduler.stop({ grace: "1s", killGrace: "1s" });
  console.log(`drained ${report.drained}, aborted ${report.aborted}`);
});

scheduler.start();
setTimeout(() => process.emit("SIGTERM", "SIGTERM"), 250); // stands in for the one who sends the signal
