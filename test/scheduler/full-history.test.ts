import type { HistoryEntry } from "punctual";
import { MemoryHistory, Scheduler } from "punctual";
import { ManualClock } from "punctual/testing";
import { expect, it } from "vitest";

/** Has no room for a while. */
class FullHistory extends MemoryHistory {
  room: (() => void) | null = null;
  isFull = false;

  override append(entries: readonly HistoryEntry[]): Promise<void> | void {
    super.append(entries);
    if (!this.isFull) return;
    return new Promise((resolve) => {
      const before = this.room;
      this.room = () => {
        before?.();
        resolve();
      };
    });
  }
}

it("fires wait, as for a limit, while the history has no room, and start in their order when it has", async () => {
  const history = new FullHistory();
  const clock = new ManualClock();
  const scheduler = new Scheduler({ timezone: "UTC", clock, history, maxQueued: 3 });
  const started: string[] = [];
  const skipped: string[] = [];
  for (const name of ["a", "b"]) scheduler.addCronCommand("* * * * * *", () => void started.push(name), { name });
  scheduler.on("run:skipped", ({ job, reason }) => skipped.push(`${job.name} ${reason}`));
  scheduler.start();
  await clock.advance(1_000);
  expect(started).toEqual(["a", "b"]);
  history.isFull = true;
  await clock.advance(1_000);
  // The first of them has filled it.
  expect(started).toEqual(["a", "b", "a"]);
  expect(scheduler.stats().waiting).toMatchObject({ forLimit: 1 });
  await clock.advance(2_000);
  expect([started, skipped]).toEqual([
    ["a", "b", "a"],
    ["b overlap", "a overlap", "b overlap"],
  ]);
  expect(scheduler.stats().waiting).toMatchObject({ forLimit: 2 });
  history.isFull = false;
  history.room?.();
  await clock.advance(500);
  expect(started.slice(3)).toEqual(["b", "a"]);
  await clock.advance(500);
  expect(started.slice(5)).toEqual(["a", "b"]);
  await scheduler.stop();
});
