/** When a store is asked, and what of its answers is told. */
import type { KillMessage } from "punctual";
import { ManualClock } from "punctual/testing";
import { beforeEach, expect, it } from "vitest";
import { RevisionWatch } from "../../src/store/revision-watch.js";
import { StoreListener } from "../../src/testing/store-listener.js";

let clock: ManualClock;
let heard: StoreListener;
let asked: number[];
let revision: number;
let sent: KillMessage[];
let down: boolean;
beforeEach(() => {
  [clock, heard, asked, revision, sent, down] = [new ManualClock(), new StoreListener(), [], 0, [], false];
});

const message = (reason: string): KillMessage => ({ jobName: "job", reason, origin: "a" });

function begin(pollMs: number): Promise<RevisionWatch> {
  const ask = async (seen: number | null) => {
    asked.push(clock.monotonic());
    if (down) throw new Error("down");
    return { revision, kills: sent.length, messages: seen === null ? [] : sent.slice(seen) };
  };
  return RevisionWatch.begin({ clock, pollMs, ask }, heard);
}

it("asks each so often, tells of what is new, and ends", async () => {
  [revision, sent] = [7, [message("old")]];
  const watch = await begin(1_000);
  await clock.advance(1_500);
  [revision, sent] = [9, [...sent, message("new")]];
  await clock.advance(2_000);
  expect([asked, heard.revisions, heard.kills]).toEqual([[0, 1_000, 2_000, 3_000], [9], [message("new")]]);
  watch.end();
  watch.nudge();
  await clock.advance(5_000);
  expect([asked.length, clock.pendingTimers]).toEqual([4, 0]);
});

it("asks at once when it is told to, once more for all that it is told while it asks", async () => {
  const watch = await begin(5_000);
  await clock.advance(100);
  for (let nudge = 0; nudge < 5; nudge++) watch.nudge();
  await clock.advance(4_999);
  expect(asked).toEqual([0, 100, 100]);
  await clock.advance(1);
  expect(asked).toEqual([0, 100, 100, 5_100]);
  watch.end();
});

it("asks again with growing pauses when it has no answer, and tells so once", async () => {
  const watch = await begin(5_000);
  down = true;
  await clock.advance(12_000);
  expect(asked).toEqual([0, 5_000, 5_250, 5_750, 6_750, 8_750, 10_750]);
  [down, revision] = [false, 3];
  await clock.advance(2_000);
  expect([heard.failures.length, heard.recoveries, heard.revisions]).toEqual([1, 1, [3]]);
  watch.end();
});

it("leaves out a kill that may be more than 30 s old, and keeps those before", async () => {
  const watch = await begin(5_000);
  for (const [downMs, count] of [
    [20_000, 1],
    [40_000, 1],
    [0, 2],
  ] as const) {
    down = true;
    sent.push(message("why"));
    await clock.advance(downMs);
    down = false;
    await clock.advance(5_000);
    expect(heard.kills).toHaveLength(count);
  }
  watch.end();
});

it("says when a store has lost what it had", async () => {
  revision = 5;
  const watch = await begin(1_000);
  revision = 2;
  await clock.advance(1_000);
  revision = 3;
  await clock.advance(1_000);
  expect(heard.revisions).toEqual([null, 3]);
  watch.end();
});

it("does not begin when the store does not answer", async () => {
  down = true;
  await expect(begin(1_000)).rejects.toThrow("down");
  expect(clock.pendingTimers).toBe(0);
});
