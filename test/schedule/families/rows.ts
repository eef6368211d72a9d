import type { CronOptions } from "punctual";
import { cron, InvalidScheduleError, parseSchedule } from "punctual";
import { expect, it } from "vitest";

/**
 * An expression, a zone, the instant that is asked from, and the fire times that follow it, none left out.
 *
 * What an instant does not say is as in the one before it: `2026-03-08T01:00-05`, `03:00-04`, `04:00`, `03-09T01:00`. A
 * date alone is its midnight; the first one is UTC unless it says an offset. `never` is the end of the schedule.
 */
type Row = readonly [expression: string, zone: string, after: string, ...times: string[]];

/** A published bug: project and issue, what was answered, and the row that is right. */
type Bug = readonly [source: string, answered: string, ...row: Row];

/** A text that is refused, and the field that the error names. */
type Refusal = readonly [expression: string, field: string | null];

const INSTANT = /^(?:(?:(\d{4})-)?(\d\d-\d\d))?(?:T?(\d\d:\d\d(?::\d\d)?)(Z|[+-]\d\d(?::\d\d)?)?)?$/;

/** The epoch milliseconds of a table's instants, `never` being null. */
export function instants(texts: readonly string[]): (number | null)[] {
  let [year, day, offset] = ["", "", "Z"];
  return texts.map((text) => {
    if (text === "never") return null;
    const found = INSTANT.exec(text);
    [year, day, offset] = [found?.[1] ?? year, found?.[2] ?? day, found?.[4] ?? offset];
    const ms = Date.parse(`${year}-${day}T${found?.[3] ?? "00:00"}${offset.length === 3 ? `${offset}:00` : offset}`);
    if (found === null || Number.isNaN(ms)) throw new Error(`not an instant: ${text}`);
    return ms;
  });
}

/** One test for each row: forwards, backwards, and asked about each second by itself. */
export function itFires(rows: readonly Row[], options: Omit<CronOptions, "timezone"> = {}): void {
  for (const row of rows) {
    const [expression, timezone, after, ...times] = row;
    it(`${expression} in ${timezone} after ${after}: ${times.join(", ")}`, () => expectFires(row, options));
  }
}

/** One test for each published bug, which must not be here. */
export function itIsRight(bugs: readonly Bug[], options: Omit<CronOptions, "timezone"> = {}): void {
  for (const [source, answered, ...row] of bugs) {
    const [expression, timezone, after, ...times] = row;
    const right = `${expression} in ${timezone} after ${after}: ${times.join(", ")}`;
    it(`${source}: ${right} (answered: ${answered})`, () => expectFires(row, options));
  }
}

function expectFires([expression, timezone, after, ...times]: Row, options: Omit<CronOptions, "timezone">): void {
  const schedule = cron(expression, { ...options, timezone });
  const [from = null, ...expected] = instants([after, ...times]);
  const found: (number | null)[] = [];
  let last = from ?? Number.NaN;
  for (const _ of expected) {
    const time = schedule.next(last);
    found.push(time);
    if (time !== null) last = time;
  }
  expect(found.map(iso)).toEqual(expected.map(iso));
  expectConsistent(schedule, from ?? Number.NaN, found);
}

/** One test for each text, which parseSchedule must refuse. */
export function itRefuses(refusals: readonly Refusal[]): void {
  for (const [expression, field] of refusals) {
    it(`${JSON.stringify(expression)} is refused, for its ${field ?? "shape"}`, () => {
      const error = failure(() => parseSchedule(expression, { timezone: "UTC" }));
      expect(error).toBeInstanceOf(InvalidScheduleError);
      expect((error as InvalidScheduleError).field).toBe(field);
    });
  }
}

/** One test for each text, which parseSchedule must take. */
export function itAccepts(expressions: readonly string[]): void {
  for (const expression of expressions) {
    it(`${JSON.stringify(expression)} is accepted`, () => {
      expect(() => parseSchedule(expression, { timezone: "UTC" })).not.toThrow();
    });
  }
}

function expectConsistent(schedule: ReturnType<typeof cron>, after: number, found: readonly (number | null)[]): void {
  let last = after;
  for (const [index, time] of found.entries()) {
    if (time === null) continue;
    expect([schedule.matches(time), schedule.matches(time + 999)], iso(time)).toEqual([true, true]);
    if (time - 1_000 > last) expect(schedule.matches(time - 1_000), `a second before ${iso(time)}`).toBe(false);
    const before = schedule.previous(time);
    if (index === 0) expect(before ?? after, `before ${iso(time)}`).toBeLessThanOrEqual(after);
    else expect(iso(before), `before ${iso(time)}`).toBe(iso(last));
    last = time;
  }
}

function failure(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

function iso(ms: number | null): string {
  return ms === null ? "never" : new Date(ms).toISOString();
}
