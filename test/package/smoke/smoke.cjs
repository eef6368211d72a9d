// What both smoke tests do with the package once they have it: needs Node and the installed tarball, and nothing else.
const assert = require("node:assert/strict");
const { readFileSync } = require("node:fs");
const { join } = require("node:path");

/** What imports a peer at once, and which; the other entries load theirs when they are used. */
const NEEDS = { "punctual/history": "kysely", "punctual/otel": "@opentelemetry/api", "punctual/store": "kysely" };

/** Imports every entry by `load`; those that need a peer, which is not there, have to say so. */
async function loadAll(load) {
  const { exports } = JSON.parse(readFileSync(require.resolve("punctual/package.json"), "utf8"));
  const names = Object.keys(exports).filter((path) => path !== "./package.json");
  assert.ok(names.length > 1);
  for (const path of names) {
    const name = `punctual${path.slice(1)}`;
    const peer = NEEDS[name];
    if (peer === undefined) {
      const entry = await load(name);
      assert.notDeepEqual(Object.keys(entry), [], `${name} exports something`);
    } else {
      const isAboutPeer = (error) => /NOT_FOUND/.test(error.code) && error.message.includes(peer);
      await assert.rejects(async () => load(name), isAboutPeer, `${name} says that ${peer} is missing`);
    }
  }
  return names.length;
}

/** A job that fires, runs in this thread, on another and in a process, a clock that is moved, and a stop. */
async function useAll({ Scheduler, worker, shell, ManualClock }) {
  const scheduler = new Scheduler({ workers: { maxThreads: 1 } });
  const fired = new Promise((resolve) => scheduler.once("run:finished", ({ run }) => resolve(run)));
  const tick = scheduler.addCronCommand("* * * * * *", () => "fired", { name: "tick", maxRuns: 1 });
  scheduler.start();
  const { jobName, outcome, result, fireTime, startedAt } = await fired;
  assert.deepEqual([jobName, outcome, result], ["tick", "succeeded", "fired"]);
  assert.equal(fireTime % 1000, 0);
  assert.ok(startedAt >= fireTime, "never early");

  const double = await scheduler.runNow(worker(join(__dirname, "jobs.mjs"), "double"), { data: 21 });
  assert.deepEqual([double.outcome, [...(double.result ?? [])]], ["succeeded", [42, 1]], String(double.error));
  const version = await scheduler.runNow(shell([process.execPath, "--version"]));
  assert.equal(version.result?.stdout.trim(), process.version, String(version.error));

  const { items } = await scheduler.history.list({ job: tick.name });
  assert.deepEqual(
    items.map((item) => item.outcome),
    ["succeeded"],
  );
  assert.deepEqual(await scheduler.stop(), { drained: 0, aborted: 0, terminated: 0, abandoned: 0 });

  const clock = new ManualClock(new Date("2026-03-07T12:00:00Z"));
  const manual = new Scheduler({ clock, timezone: "America/New_York" });
  const starts = [];
  manual.addCronCommand("30 2 * * *", (run) => starts.push(new Date(run.startedAt).toISOString()));
  manual.start();
  await clock.advance(2 * 24 * 3_600_000);
  await manual.stop();
  assert.deepEqual(starts, ["2026-03-08T07:00:00.000Z", "2026-03-09T06:30:00.000Z"]);
}

module.exports = { loadAll, useAll };
