/** The smallest program: one job, every second, for three seconds. */
import { Scheduler } from "punctual";

const scheduler = new Scheduler();
let ticks = 0;

scheduler.addCronCommand("* * * * * *", async (run) => {
  ticks++;
  console.log(`tick ${ticks}, at a whole second: ${Number(run.fireTime) % 1_000 === 0}`);
  if (ticks === 3) void scheduler.stop();
});

scheduler.start();
