import type { HistoryEntry } from "punctual";
import { Scheduler } from "punctual";
import { ManualClock } from "punctual/testing";
import { expect, it } from "vitest";
import { recordOf } from "../../src/history/record.js";
import { Disk, RememberingHistory } from "../support/remembering-history.js";

const START = Date.UTC(2026, 0, 1, 12);

/** Writes down in which order it was told of fires. */
class OrderedHistory extends RememberingHistory {
  readonly order: (readonly [kind: string, second: number])[] = [];

  constructor(disk: Disk) {
    super(disk);
    const { journal } = this;
    const begin = journal.begin.bind(journal);
    journal.begin = async (starts) => {
      for (const { kind, fireTime } of starts) this.order.push([kind, ((fireTime as number) - START) / 1_000]);
      await begin(starts);
    };
  }

  override append(entries: readonly HistoryEntry[]): void {
    super.append(entries);
    for (const { kind, fireTime } of entries.map(recordOf))
      this.order.push([kind, ((fireTime as number) - START) / 1_000]);
  }
}

it("the history hears of a durable fire before it hears of those after it, which it may not keep alone", async () => {
  const history = new OrderedHistory(new Disk());
  const clock = new ManualClock(START);
  const scheduler = new Scheduler({ timezone: "UTC", clock, history });
  const options = { name: "job", durable: "start", grace: "10s" } as const;
  scheduler.addCronCommand("* * * * * *", () => new Promise(() => {}), options);
  scheduler.start();
  await clock.advance(0);
  // The process was held up: three fires come due at once, and the later ones are left out.
  clock.set(START + 2_500);
  await clock.advance(1_000);
  expect(history.order).toEqual([
    ["start", 1],
    ["skip", 2],
    ["skip", 3],
  ]);
});
