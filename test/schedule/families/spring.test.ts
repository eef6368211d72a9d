/**
 * Spring's CronExpression, as its documentation and its tests define it: six fields, weekdays from 0 to 7, the days that
 * Quartz added. Its deviations are at the end.
 */
import { describe } from "vitest";
import { itFires, itRefuses } from "./rows.js";

const AMSTERDAM = "Europe/Amsterdam";

describe("Spring: the days that Quartz added", () => {
  itFires([
    ["0 0 0 15W * ?", "UTC", "2020-01-01", "01-15", "02-14", "03-16", "04-15"],
    ["0 0 0 1W * ?", "UTC", "2019-12-31", "2020-01-01", "02-03", "03-02", "04-01"],
    ["0 0 0 1W * ?", "UTC", "2022-01-01", "01-03"],
    ["0 0 0 1W * ?", "UTC", "2021-08-01", "08-02"],
    ["0 0 0 31W * ?", "UTC", "2020-06-01", "07-31", "08-31", "10-30", "12-31"],
    ["0 0 0 ? * 5#2", "UTC", "2020-01-01", "01-10", "02-14", "03-13", "04-10"],
    ["0 0 0 ? * FRI#2", "UTC", "2020-01-01", "01-10", "02-14", "03-13", "04-10"],
    ["0 0 0 ? * 3#5", "UTC", "2020-01-01", "01-29", "04-29", "07-29", "09-30", "12-30"],
    // Lists of them
    ["0 0 0 1W,15,LW * ?", "UTC", "2019-12-30", "12-31", "2020-01-01", "01-15", "01-31"],
    ["0 0 0 ? * THU#1,THU#3,THU#5", "UTC", "2019-12-31", "2020-01-02", "01-16", "01-30"],
    // Each hour of such a day
    ["0 0 * L * *", "UTC", "2021-01-30T00:01", "01-31", "01-31T01:00", "02:00"],
    ["0 0 * L-1 * *", "UTC", "2021-01-29T00:01", "01-30", "01-30T01:00", "02:00"],
    ["0 0 * 1W * *", "UTC", "2021-01-31T00:01", "02-01", "02-01T01:00", "02:00"],
    ["0 0 * LW * *", "UTC", "2021-01-28T00:01", "01-29", "01-29T01:00", "02:00"],
    ["0 0 * ? * FRI#5", "UTC", "2021-01-28T00:01", "01-29", "01-29T01:00", "02:00"],
    ["0 0 * ? * FRIL", "UTC", "2021-01-28T00:01", "01-29", "01-29T01:00", "02:00"],
  ]);
});

describe("Spring: others of its tests", () => {
  itFires([
    ["0 0 0 ? * SUN-FRI", "UTC", "2021-02-25T15:00", "02-26", "02-28", "03-01"],
    ["*/28 56 22 */6 * *", "UTC", "2022-02-27T08:00:42", "03-01T22:56:00", "22:56:28", "22:56:56", "03-07T22:56:00"],
    ["0 0 9 * * *", AMSTERDAM, "2021-03-27T09:00+01", "03-28T09:00+02"],
    ["0 0 9 * * *", AMSTERDAM, "2021-10-30T09:00+02", "10-31T09:00+01"],
    ["0 5 0 * * *", AMSTERDAM, "2021-03-28T01:00+01", "03-29T00:05+02"],
  ]);
});

describe("Spring: deviations", () => {
  // There both days must match; here either suffices, and a plus asks for both.
  itFires([
    ["3-57 13-28 17,18 1,15 3-12 6#1", "UTC", "2022-09-15T17:44:11", "09-15T18:13:03"],
    ["3-57 13-28 17,18 1,15 3-12 +6#1", "UTC", "2022-09-15T17:44:11", "10-01T17:13:03"],
    ["0 0 0 13 * FRI", "UTC", "2026-02-01", "02-06", "02-13", "02-20"],
    ["0 0 0 13 * +FRI", "UTC", "2026-01-01", "02-13", "03-13", "11-13"],
  ]);
  // There 31W is left out where the 31st is a Sunday; here it is the Friday before.
  itFires([["0 0 0 31W * ?", "UTC", "2020-04-01", "05-29", "07-31"]]);
  // There a hyphen is the schedule that never fires.
  itRefuses([["-", null]]);
  // There a range must ascend.
  itFires([["0 0 22-2 * * *", "UTC", "2026-01-01T22:00", "23:00", "01-02", "01-02T01:00", "02:00"]]);
  // There a reading in a gap is skipped; here under `skip`.
  itFires([["0 10 2 * * *", AMSTERDAM, "2013-03-31T01:09+01", "03:00+02", "04-01T02:10"]]);
  itFires([["0 10 2 * * *", AMSTERDAM, "2013-03-31T01:09+01", "04-01T02:10+02"]], { dst: "skip" });
});
