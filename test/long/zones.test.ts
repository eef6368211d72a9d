import { expect, it } from "vitest";
import { Zone } from "../../src/schedule/zone.js";

const DAY = 86_400_000;
const FROM = Date.UTC(1900, 0, 1);
const TO = Date.UTC(2100, 0, 1);

/** The days on which Intl shows another offset than the day before. */
function changedDays(timeZone: string): number[] {
  const format = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
  const days: number[] = [];
  let last = "";
  for (let day = FROM; day < TO; day += DAY) {
    const offset = format.format(day).split(", ")[1] ?? "";
    if (last !== "" && offset !== last) days.push(day);
    last = offset;
  }
  return days;
}

/** The same, as a zone's spans tell it. */
function changedDaysOf(zone: Zone): number[] {
  const days: number[] = [];
  let last: number | null = null;
  for (let day = FROM; day < TO; day += DAY) {
    const { offset } = zone.segmentAt(day / 1_000);
    // Intl's long offset shows whole seconds only where they are not 0, and so do we: any difference is one.
    if (last !== null && offset !== last) days.push(day);
    last = offset;
  }
  return days;
}

it.each(Intl.supportedValuesOf("timeZone"))("%s: every change of offset from 1900 to 2100", (name) => {
  expect(changedDaysOf(Zone.of(name))).toEqual(changedDays(name));
});
