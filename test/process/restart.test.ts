import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Begun, RestartedJob } from "./restart/lives.js";
import { Lives } from "./restart/lives.js";

const LIVES = 20;
const SECOND_MS = 1_000;
/** Lives before which nobody is there for a while. */
const AFTER_A_BREAK = [7, 14];
const BREAK_MS = 2_200;
const DEADLY_LIVES = 5;

const TICK: RestartedJob = { name: "tick", durable: true, recover: false, doing: "nothing" };
const LOOSE: RestartedJob = { name: "loose", durable: false, recover: false, doing: "nothing" };
const CUT: RestartedJob = { name: "cut", durable: true, recover: true, doing: "goesOn" };

describe("a process that is killed in the middle of a run, and started again within the second", () => {
  it("starts no fire time twice, leaves none out, and does what was cut once again", { timeout: 150_000 }, async () => {
    await using lives = new Lives([TICK, LOOSE, CUT]);
    let sameSecond = 0;
    for (let life = 0; life < LIVES; life++) {
      const before = lives.begun;
      const child = await lives.begin();
      // A run of the schedule's, not one that is done again.
      const isCut = ({ job, attempt }: Begun): boolean => job === "cut" && attempt === 1;
      await until(() => lives.begun.slice(before.length).some(isCut));
      await delay(Math.random() * 300);
      await lives.ready();
      if (AFTER_A_BREAK.includes(life + 1)) {
        await lives.end(child, "SIGKILL");
        await delay(BREAK_MS);
      } else {
        const last = lives.begun.at(-1) as Begun;
        await lives.end(child, "SIGKILL");
        if (Date.now() < last.fireTime + SECOND_MS) sameSecond++;
      }
    }
    const last = await lives.begin();
    await until(() => lives.told("up").length > LIVES);
    await delay(1_500);
    await lives.end(last, "SIGTERM");

    expect(lives.told("error")).toEqual([]);
    expect(lives.told("missed")).toEqual(expect.arrayContaining([expect.stringMatching(/^stopped [1-3]$/)]));
    expect(sameSecond).toBeGreaterThan(LIVES / 2);
    const twice = [];
    for (const { name, durable } of [TICK, LOOSE, CUT]) {
      const begun = lives.begun.filter(({ job, attempt }) => job === name && attempt === 1);
      const times = begun.map(({ fireTime }) => fireTime);
      const again = times.filter((time, index) => times.indexOf(time) !== index);
      if (durable) expect(again).toEqual([]);
      twice.push(...again);
      const known = new Set([...times, ...(await lives.records(name)).map(({ fireTime }) => fireTime)]);
      const [first, latest] = [Math.min(...times), Math.max(...times)];
      const unknown = [];
      for (let time = first; time <= latest; time += SECOND_MS) if (!known.has(time)) unknown.push(time);
      expect([name, unknown]).toEqual([name, []]);
      expect(latest - first).toBeGreaterThanOrEqual(LIVES * SECOND_MS);
    }
    console.log(`${LIVES} restarts, ${sameSecond} within the second; ${twice.length} fires of "loose" began twice`);
    await expectDoneAgain(lives);
  });
});

/** Each run that a kill has cut was told of once, and its second attempt has succeeded, once. */
async function expectDoneAgain(lives: Lives): Promise<void> {
  const runs = (await lives.records("cut")).filter((record) => record.kind === "run");
  // Not the last one, which the stop has cut.
  const cut = runs.filter(({ attempts, error }) => error?.code === "RUN_ABANDONED" && attempts[0]?.attempt === 1);
  expect(cut.length).toBeGreaterThanOrEqual(LIVES);
  const told = lives.told("abandoned");
  for (const { id } of cut) expect(told.filter((line) => line.startsWith(id))).toEqual([`${id} true`]);
  const again = runs.filter(({ attempts }) => attempts[0]?.attempt === 2);
  const expected = cut.map(({ fireTime }) => [fireTime, "succeeded"]);
  expect(again.map(({ fireTime, outcome }) => [fireTime, outcome]).sort()).toEqual(expected.sort());
  const begun = lives.begun.filter(({ job, attempt }) => job === "cut" && attempt === 2);
  expect(begun.map(({ id }) => id).sort()).toEqual(again.map(({ id }) => id).sort());
}

describe("a job that ends its process in its first line", () => {
  it.each([
    // Once unnoticed, and once made up for, which is on record before it begins.
    { durable: false, recover: false, most: 2 },
    { durable: true, recover: false, most: 1 },
    { durable: true, recover: true, most: 2 },
    // And once again, as it says.
    { durable: false, recover: true, most: 3 },
  ])(
    "begins at most $most times for one fire time (durable: $durable, recover: $recover)",
    {
      timeout: 60_000,
    },
    async ({ most, ...options }) => {
      await using lives = new Lives([{ name: "deadly", ...options, doing: "endsItsProcess" }, { ...TICK }]);
      for (let life = 0; life < DEADLY_LIVES; life++) {
        const child = await lives.begin();
        await Promise.all([once(child, "close"), lives.ready()]);
      }
      const counts = new Map<number, number>();
      for (const { job, fireTime } of lives.begun) {
        if (job === "deadly") counts.set(fireTime, (counts.get(fireTime) ?? 0) + 1);
      }
      const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
      // The first run, after which there is a last fire time, does no harm.
      expect([total, Math.max(...counts.values())]).toEqual([1 + DEADLY_LIVES, most]);
      expect(lives.told("error")).toEqual([]);
    },
  );
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(5);
}
