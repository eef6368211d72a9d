/** A test of a job across the night in which New York's clocks go forward, without waiting for it. */
import assert from "node:assert/strict";
import { Scheduler } from "punctual";
import { ManualClock } from "punctual/testing";

const clock = new ManualClock(new Date("2026-03-07T12:00:00Z"));
const scheduler = new Scheduler({ clock, timezone: "America/New_York" });
const started: string[] = [];

scheduler.addCronCommand("30 2 * * *", (run) => void started.push(new Date(run.startedAt).toISOString()));
scheduler.start();
await clock.advance(2 * 24 * 3_600_000);

// 02:30 does not exist on 8 March: the job fires at the end of the gap. On the 9th it is itself again.
assert.deepEqual(started, ["2026-03-08T07:00:00.000Z", "2026-03-09T06:30:00.000Z"]);
await scheduler.stop();
console.log("two nights in", started.length, "runs:", started.join(" "));
