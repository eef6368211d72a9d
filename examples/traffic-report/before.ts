import type { Scheduler } from "punctual";
import { SqlHistory } from "punctual/history";
import type { Screen } from "./screen.js";

/** The history in a file, or `undefined` for that in memory. */
export function openHistory(path: string | null): SqlHistory | undefined {
  return path === null ? undefined : SqlHistory.sqlite(path);
}

/** Says what the last process has left: rounds that were cut, and fires that came while none was there. */
export function tellOfBefore(scheduler: Scheduler, screen: Screen): void {
  scheduler.on("run:abandoned", ({ run, again }) => {
    // The parts of a round are on record, too.
    if (run.fireTime === null) return;
    const then = again ? "it is done again" : "it is not done again";
    screen.print(screen.bad(`${run.jobName} of ${clockTime(run.fireTime)} was cut: ${run.error?.message}; ${then}`));
  });
  scheduler.on("fire:missed", ({ job, fireTimes, missedBefore, policy, cause }) => {
    if (cause !== "stopped") return;
    const [first, last] = [fireTimes[0] ?? missedBefore, fireTimes.at(-1) ?? missedBefore];
    const when = `${clockTime(first ?? null)} to ${clockTime(last ?? null)}`;
    screen.print(screen.dim(`${job.name}: ${fireTimes.length} fires missed, ${when}, while nothing ran (${policy})`));
  });
}

/** Says what is on record of a job. */
export async function tellOfRecord(history: SqlHistory, jobName: string, screen: Screen): Promise<void> {
  const { outcomes, reasons } = await history.counts(jobName);
  const counts = Object.entries({ ...outcomes, ...reasons }).filter(([, times]) => times > 0);
  if (counts.length === 0) return;
  const text = counts.map(([what, times]) => `${times} ${what}`).join(", ");
  screen.print(screen.dim(`on record of ${jobName}: ${text}`));
}

function clockTime(instantMs: number | null): string {
  return instantMs === null ? "no fire time" : new Date(instantMs).toLocaleTimeString("en-GB");
}
