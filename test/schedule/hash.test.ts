import { execFileSync } from "node:child_process";
import { InvalidScheduleError, Scheduler, cron } from "punctual";
import { ManualClock } from "punctual/testing";
import { describe, expect, it } from "vitest";

const START = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;
const NAMES = 10_000;

const names: readonly string[] = Array.from({ length: NAMES }, (_, n) => `job-${n}`);
const someNames = [...names.slice(0, 200), "", "a", "A", "b", "backup", "Backup", "ünïcode 💥", "x".repeat(10_000)];

/** One field under test: an expression with H in it, and how to read the field from a fire time. */
const FIELDS = [
  {
    field: "second",
    expression: (h: string) => `${h} * * * * *`,
    read: (at: Date) => at.getUTCSeconds(),
    min: 0,
    max: 59,
  },
  {
    field: "minute",
    expression: (h: string) => `${h} * * * *`,
    read: (at: Date) => at.getUTCMinutes(),
    min: 0,
    max: 59,
  },
  { field: "hour", expression: (h: string) => `0 ${h} * * *`, read: (at: Date) => at.getUTCHours(), min: 0, max: 23 },
  {
    field: "day of month",
    expression: (h: string) => `0 0 ${h} * *`,
    read: (at: Date) => at.getUTCDate(),
    min: 1,
    max: 28,
  },
  {
    field: "month",
    expression: (h: string) => `0 0 1 ${h} *`,
    read: (at: Date) => at.getUTCMonth() + 1,
    min: 1,
    max: 12,
  },
  {
    field: "day of week",
    expression: (h: string) => `0 0 * * ${h}`,
    read: (at: Date) => at.getUTCDay(),
    min: 0,
    max: 6,
  },
] as const;

type Field = (typeof FIELDS)[number];

/** The value that a name gives to the field. */
function valueFor({ expression, read }: Field, item: string, jobName: string): number {
  return read(new Date(cron(expression(item), { timezone: "UTC", jobName }).next(START - 1) ?? Number.NaN));
}

const known = new Map<Field, readonly number[]>();

/** What H is in the field, for each of the names. */
function valuesOf(field: Field): readonly number[] {
  const values = known.get(field) ?? names.map((name) => valueFor(field, "H", name));
  known.set(field, values);
  return values;
}

/** The minutes, in order, at which an item of the minute field fires within an hour; or the hours of a day. */
function valuesFor(field: "minute" | "hour", item: string, jobName: string): number[] {
  const values: number[] = [];
  const expression = field === "minute" ? `${item} 0 * * *` : `0 ${item} * * *`;
  for (const time of cron(expression, { timezone: "UTC", jobName }).upcoming(START - 1)) {
    if (time >= START + DAY) break;
    values.push(field === "minute" ? new Date(time).getUTCMinutes() : new Date(time).getUTCHours());
  }
  return values;
}

/** How far counts are from even: chi square, less what is to be expected, in standard deviations. */
function unevenness(counts: readonly number[]): number {
  const even = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const chiSquare = counts.reduce((sum, count) => sum + (count - even) ** 2 / even, 0);
  const freedom = counts.length - 1;
  return (chiSquare - freedom) / Math.sqrt(2 * freedom);
}

function countOf(values: readonly number[], cells: number): number[] {
  const counts = new Array<number>(cells).fill(0);
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

describe("H", () => {
  it.each(FIELDS)("in $field: takes each of its values about as often, and no other", (field) => {
    const values = valuesOf(field);
    expect([Math.min(...values), Math.max(...values)]).toEqual([field.min, field.max]);
    const counts = countOf(
      values.map((value) => value - field.min),
      field.max - field.min + 1,
    );
    expect(unevenness(counts)).toBeLessThan(4);
  });

  it.each([
    ["second and minute", FIELDS[0], FIELDS[1]],
    ["minute and hour", FIELDS[1], FIELDS[2]],
    ["hour and day of month", FIELDS[2], FIELDS[3]],
    ["day of month and month", FIELDS[3], FIELDS[4]],
    ["month and day of week", FIELDS[4], FIELDS[5]],
  ])("%s do not go together", (_, first, second) => {
    const width = second.max - second.min + 1;
    const [firsts, seconds] = [valuesOf(first), valuesOf(second)];
    const cells = firsts.map((value, n) => (value - first.min) * width + (seconds[n] ?? 0) - second.min);
    expect(Math.abs(unevenness(countOf(cells, (first.max - first.min + 1) * width)))).toBeLessThan(4);
  });

  it("depends on the name and the field, on nothing else of the expression, nor on the zone", () => {
    for (const jobName of someNames) {
      const minute = valueFor(FIELDS[1], "H", jobName);
      for (const expression of ["H 3 * * *", "H H * * *", "H H(2-4) 7 * MON", "30 H * * * * 2030", "H,H * * * *"]) {
        const fire = cron(expression, { timezone: "Asia/Tokyo", jobName, dst: "skip" }).next(START);
        expect({ jobName, expression, minute: new Date(fire ?? 0).getUTCMinutes() }).toEqual({
          jobName,
          expression,
          minute,
        });
      }
    }
  });
});

describe("H within a range, or with a step", () => {
  it.each(FIELDS)("stays in a range of $field, and reaches both its ends", (field) => {
    const [low, high] = [field.min + 1, field.max - 1];
    const values = names.slice(0, 2_000).map((name) => valueFor(field, `H(${low}-${high})`, name));
    expect([Math.min(...values), Math.max(...values)]).toEqual([low, high]);
    expect(
      unevenness(
        countOf(
          values.map((value) => value - low),
          high - low + 1,
        ),
      ),
    ).toBeLessThan(4);
    expect(valueFor(field, `H(${low}-${low})`, "a")).toBe(low);
  });

  it.each([
    ["minute", "H/15", 0, 59, 15],
    ["minute", "H/7", 0, 59, 7],
    ["minute", "H(10-29)/5", 10, 29, 5],
    ["hour", "H(9-17)/2", 9, 17, 2],
    ["hour", "H/6", 0, 23, 6],
  ] as const)("%s %s: every step from a begin that the name decides", (field, item, low, high, step) => {
    const begins = someNames.map((name) => {
      const values = valuesFor(field, item, name);
      const begin = values[0] ?? Number.NaN;
      const expected: number[] = [];
      for (let value = begin; value <= high; value += step) expected.push(value);
      expect({ name, values }).toEqual({ name, values: expected });
      return begin;
    });
    expect(new Set(begins)).toEqual(new Set(Array.from({ length: step }, (_, n) => low + n)));
  });

  it.each([
    ["H", "2", "2026-03-08T06:00:00Z"],
    ["H", "1", "2026-11-01T04:00:00Z"],
    ["H/15", "1-3", "2026-03-08T06:00:00Z"],
    ["H(5-40)/9", "1", "2026-11-01T04:00:00Z"],
    ["H", "*", "2026-11-01T04:00:00Z"],
  ])("%s %s * * * fires as its values do, where the clock changes", (item, hour, from) => {
    for (const jobName of someNames.slice(0, 30)) {
      const options = { timezone: "America/New_York", jobName };
      const minutes = valuesFor("minute", item, jobName).join(",");
      const [hashed, plain] = [cron(`${item} ${hour} * * *`, options), cron(`${minutes} ${hour} * * *`, options)];
      for (let at = Date.parse(from), n = 0; n < 20; n++) {
        expect({ jobName, minutes, at, next: hashed.next(at) }).toEqual({ jobName, minutes, at, next: plain.next(at) });
        at = plain.next(at) ?? 0;
      }
    }
  });

  it("is refused beyond the field, and in the year", () => {
    for (const expression of [
      "H(0-60) * * * *",
      "* H(5-24) * * *",
      "H(29-10) * * * *",
      "H(1) * * * *",
      "0 0 0 1 1 * H",
    ]) {
      expect(() => cron(expression, { jobName: "a" })).toThrow(InvalidScheduleError);
    }
  });
});

describe("H, elsewhere", () => {
  const expressions = ["H H * * *", "H(0-29) H/6 H H H", "H H H H H H"];

  it("is the same in another process", () => {
    const asked = someNames.flatMap((jobName) => expressions.map((expression) => ({ expression, jobName })));
    const script = `
      import { readFileSync } from "node:fs";
      import { cron } from ${JSON.stringify(new URL("../../src/index.ts", import.meta.url).href)};
      const asked = JSON.parse(readFileSync(0, "utf8"));
      const next = ({ expression, jobName }) => cron(expression, { jobName, timezone: "UTC" }).next(${START});
      console.log(JSON.stringify(asked.map(next)));`;
    const args = ["--import", "tsx", "--input-type=module", "--eval", script];
    const output = execFileSync(process.execPath, args, { input: JSON.stringify(asked), encoding: "utf8" });
    const here = asked.map(({ expression, jobName }) => cron(expression, { jobName, timezone: "UTC" }).next(START));
    expect(JSON.parse(output)).toEqual(here);
  });

  // A job must not move to another time with a new version: these are for ever.
  it.each([
    ["report", "2026-01-01T14:10:00", "2026-01-21T09:05:00", "2026-01-01T00:00:22"],
    ["billing", "2026-01-01T09:28:00", "2026-01-11T10:14:00", "2026-01-01T00:00:33"],
    ["", "2026-01-01T20:33:00", "2026-01-02T09:16:00", "2026-01-01T00:00:37"],
    ["日報 🕐", "2026-01-01T16:37:00", "2026-01-07T09:18:00", "2026-01-01T00:00:56"],
  ])("of %j is what it was in the first version", (jobName, ...times) => {
    const found = ["H H * * *", "H(0-29) H(9-17)/2 H * *", "H * * * * *"].map((expression) =>
      cron(expression, { jobName, timezone: "UTC" }).next(Date.UTC(2026, 0, 1)),
    );
    expect(found.map((ms) => new Date(ms ?? 0).toISOString().slice(0, 19))).toEqual(times);
  });

  it("is of the job's name, in a scheduler", () => {
    const scheduler = new Scheduler({ clock: new ManualClock(START), timezone: "UTC" });
    for (const name of names.slice(0, 50)) {
      const job = scheduler.addCronCommand("H H * * *", () => {}, { name });
      expect(job.nextFireTime).toBe(cron("H H * * *", { timezone: "UTC", jobName: name }).next(START));
    }
  });
});
