import { availableParallelism } from "node:os";
import { Scheduler } from "punctual";
import { openHistory, tellOfBefore, tellOfRecord } from "./before.js";
import { LogFolder } from "./folder.js";
import { MadeUpFolder } from "./made-up-folder.js";
import type { Options } from "./options.js";
import { Rounds } from "./rounds.js";
import type { Screen } from "./screen.js";

const REPORT = "traffic-report";

/** Runs the demo until its first round is over, or `interrupted` aborts. Resolves with the exit code. */
export async function demo(options: Options, screen: Screen, interrupted: AbortSignal): Promise<number> {
  const threads = options.threads ?? availableParallelism();
  const history = openHistory(options.history);
  const scheduler = new Scheduler({ workers: { maxThreads: threads }, ...(history && { history, recover: true }) });
  if (history !== undefined) await tellOfRecord(history, REPORT, screen);
  tellOfBefore(scheduler, screen);
  scheduler.on("error", ({ error }) => screen.print(screen.bad(`error: ${error.message}`)));
  const madeUp = options.logs === null ? new MadeUpFolder(scheduler, options.lines, options.seed) : null;
  const interruption = new Promise<number>((resolve) => {
    interrupted.addEventListener("abort", () => resolve(options.watch ? 0 : 130), { once: true });
  });
  try {
    return await Promise.race([report(scheduler, madeUp, threads, options, screen), interruption]);
  } finally {
    await scheduler.stop({ grace: "1s" });
    madeUp?.remove();
  }
}

async function report(
  scheduler: Scheduler,
  madeUp: MadeUpFolder | null,
  threads: number,
  { logs, every, watch, compare }: Options,
  screen: Screen,
): Promise<number> {
  await madeUp?.fill(screen);
  const folder = new LogFolder(madeUp?.path ?? (logs as string), watch);
  const rounds = new Rounds({ scheduler, folder, threads, compare, screen });
  // A round that takes longer than the time to the next fire makes that one skip: the default overlap policy.
  const job = scheduler.addCronCommand(every, () => rounds.next(), { name: REPORT });
  if (watch && madeUp !== null) scheduler.addCronCommand(every, () => madeUp.writeMore(), { name: "write-more" });
  const ended = endOfRound(scheduler, watch, screen);
  scheduler.start();
  screen.print(screen.dim(`next round at ${new Date(job.nextFireTime ?? 0).toLocaleTimeString("en-GB")} (${every})`));
  const succeeded = await ended;
  if (rounds.lines === 0 && rounds.failed === 0) screen.print(screen.bad(`no logs in ${logs}`));
  return succeeded && rounds.failed === 0 && rounds.lines > 0 ? 0 : 1;
}

/** Resolves when the first round has ended, with whether it succeeded; with `watch`, never. */
function endOfRound(scheduler: Scheduler, watch: boolean, screen: Screen): Promise<boolean> {
  return new Promise((resolve) => {
    let skipped = 0;
    scheduler.on("run:skipped", ({ job }) => {
      if (job.name === REPORT) skipped++;
    });
    scheduler.on("run:finished", ({ run, job }) => {
      if (job.name !== REPORT) return;
      if (run.outcome === "failed") screen.print(screen.bad(`the round failed: ${run.error}`));
      if (skipped > 0) screen.print(screen.dim(`  fires skipped while the round went on: ${skipped}`));
      skipped = 0;
      if (!watch) resolve(run.outcome === "succeeded");
    });
  });
}
