/**
 * The crontab of Vixie cron and of cronie, as crontab(5) and the readers of both define it. Summer time, which cron(8)
 * defines, is in vixie-dst.test.ts. 1 January 2026 is a Thursday.
 */
import { cron } from "punctual";
import { describe, expect, it } from "vitest";
import { itAccepts, itFires, itRefuses } from "./rows.js";

describe("crontab: the five fields", () => {
  itFires([
    // Every value, and each field by itself
    ["* * * * *", "UTC", "2026-01-01", "00:01", "00:02"],
    ["0 * * * *", "UTC", "2026-01-01", "01:00", "02:00"],
    ["0 0 * * *", "UTC", "2026-01-01", "01-02", "01-03"],
    ["59 23 31 12 *", "UTC", "2026-01-01", "12-31T23:59", "2027-12-31T23:59"],
    ["0 0 1 1 0", "UTC", "2026-01-01", "01-04", "01-11", "01-18", "01-25", "2027-01-01"],
    ["5 4 3 2 *", "UTC", "2026-01-01", "02-03T04:05", "2027-02-03T04:05"],
    // Lists and ranges, both ends included; what is named twice fires once
    ["0 8-11 * * *", "UTC", "2026-01-01T09:30", "10:00", "11:00", "01-02T08:00"],
    ["0 1,2,5,9 * * *", "UTC", "2026-01-01T01:00", "02:00", "05:00", "09:00"],
    ["0 0-4,8-12 * * *", "UTC", "2026-01-01T03:30", "04:00", "08:00", "09:00"],
    ["1,1-3,2 * * * *", "UTC", "2026-01-01", "00:01", "00:02", "00:03"],
    ["9-9 * * * *", "UTC", "2026-01-01", "00:09", "01:09"],
    // Steps count from the start of the range, and begin anew in each hour, day and year
    ["0 0-23/2 * * *", "UTC", "2026-01-01T21:00", "22:00", "01-02T00:00"],
    ["0 */2 * * *", "UTC", "2026-01-01T21:00", "22:00", "01-02T00:00"],
    ["*/25 * * * *", "UTC", "2026-01-01", "00:25", "00:50", "01:00"],
    ["1-59/2 * * * *", "UTC", "2026-01-01T00:57", "00:59", "01:01"],
    ["10-20/5 * * * *", "UTC", "2026-01-01", "00:10", "00:15", "00:20"],
    ["0-59/40 * * * *", "UTC", "2026-01-01", "00:40", "01:00"],
    ["*/30,5 * * * *", "UTC", "2026-01-01", "00:05", "00:30", "01:00"],
    ["0 0 */10 * *", "UTC", "2026-01-01", "01-11", "01-21", "01-31", "02-01"],
    ["0 0 1 */5 *", "UTC", "2026-01-01", "06-01", "11-01", "2027-01-01"],
    // Leading zeros, tabs, and any white space around
    ["05 04 03 02 *", "UTC", "2026-01-01", "02-03T04:05"],
    ["  5\t4  *   * \t * ", "UTC", "2026-01-01", "04:05"],
  ]);
});

describe("crontab: names", () => {
  itFires([
    // Three letters in any case, in lists, ranges and steps too
    ["0 0 1 jan *", "UTC", "2026-01-01", "2027-01-01"],
    ["0 0 1 FEB *", "UTC", "2026-01-01", "02-01"],
    ["0 0 1 Mar,jUN,deC *", "UTC", "2026-01-01", "03-01", "06-01", "12-01", "2027-03-01"],
    ["0 0 1 apr-oct/3 *", "UTC", "2026-01-01", "04-01", "07-01", "10-01", "2027-04-01"],
    ["0 0 1 sep,11 *", "UTC", "2026-01-01", "09-01", "11-01"],
    ["5 4 * * sun", "UTC", "2026-01-01", "01-04T04:05", "01-11T04:05"],
    ["0 0 * * mon-fri", "UTC", "2026-01-01", "01-02", "01-05", "01-06"],
    ["0 0 * * Mon,wed,FRI", "UTC", "2026-01-01", "01-02", "01-05", "01-07"],
    ["0 0 * * tue-4", "UTC", "2026-01-01", "01-06", "01-07", "01-08", "01-13"],
    ["0 0 * * SUN-SAT", "UTC", "2026-01-01", "01-02", "01-03", "01-04"],
  ]);
});

describe("crontab: 0 and 7 are Sunday", () => {
  itFires([
    ["0 0 * * 0", "UTC", "2026-01-01", "01-04", "01-11"],
    ["0 0 * * 7", "UTC", "2026-01-01", "01-04", "01-11"],
    ["0 0 * * 0,7", "UTC", "2026-01-01", "01-04", "01-11"],
    ["0 0 * * 6,0", "UTC", "2026-01-01", "01-03", "01-04", "01-10"],
    ["0 0 * * 5-7", "UTC", "2026-01-01", "01-02", "01-03", "01-04", "01-09"],
    ["0 0 * * 0-7", "UTC", "2026-01-01", "01-02", "01-03", "01-04"],
    ["0 0 * * 1-7", "UTC", "2026-01-03", "01-04", "01-05"],
    // Steps walk 0 to 7, so both names of Sunday can be met
    ["0 0 * * */2", "UTC", "2026-01-01", "01-03", "01-04", "01-06", "01-08"],
    ["0 0 * * 1-7/2", "UTC", "2026-01-01", "01-02", "01-04", "01-05", "01-07"],
    ["0 0 * * 0-7/3", "UTC", "2026-01-01", "01-03", "01-04", "01-07", "01-10"],
    ["0 0 * * */7", "UTC", "2026-01-01", "01-04", "01-11"],
  ]);
});

describe("crontab: the days of the month", () => {
  itFires([
    // A month without the day is left out
    ["0 0 31 * *", "UTC", "2026-01-01", "01-31", "03-31", "05-31", "07-31"],
    ["0 0 30 * *", "UTC", "2026-01-01", "01-30", "03-30", "04-30"],
    ["0 0 29 2 *", "UTC", "2026-01-01", "2028-02-29", "2032-02-29"],
    ["0 0 29,30 2 *", "UTC", "2026-01-01", "2028-02-29", "2032-02-29"],
    ["0 0 28-31 2 *", "UTC", "2026-01-01", "02-28", "2027-02-28", "2028-02-28", "02-29"],
    // The example file of crontab(5)
    ["5 0 * * *", "UTC", "2026-01-01", "00:05", "01-02T00:05"],
    ["15 14 1 * *", "UTC", "2026-01-01", "14:15", "02-01T14:15"],
    ["0 22 * * 1-5", "UTC", "2026-01-01", "22:00", "01-02T22:00", "01-05T22:00"],
    ["23 0-23/2 * * *", "UTC", "2026-01-01", "00:23", "02:23"],
    ["0 4 8-14 * *", "UTC", "2026-01-01", "01-08T04:00", "01-09T04:00"],
    ["CRON_TZ=Japan 5 0 * * *", "UTC", "2026-01-01", "15:05", "01-02T15:05"],
  ]);
});

describe("crontab: either day, when both are restricted", () => {
  itFires([
    ["30 4 1,15 * 5", "UTC", "2026-01-01", "04:30", "01-02T04:30", "01-09T04:30"],
    ["30 4 1,15 * 5", "UTC", "2026-01-10", "01-15T04:30", "01-16T04:30", "01-23T04:30"],
    ["0 0 1 * 1", "UTC", "2026-01-20", "01-26", "02-01", "02-02"],
    // Friday the 13th is one day
    ["0 0 13 * 5", "UTC", "2026-02-01", "02-06", "02-13", "02-20"],
    // One star: only the other field speaks
    ["0 0 * * 1", "UTC", "2026-01-01", "01-05", "01-12"],
    ["0 0 1 * *", "UTC", "2026-01-01", "02-01", "03-01"],
    // A full range is no star, so it is restricted, and each day is in it
    ["0 0 1-31 * 1", "UTC", "2026-01-01", "01-02", "01-03"],
    ["0 0 1 * 0-6", "UTC", "2026-01-01", "01-02", "01-03"],
    // A day that the months lack, and a weekday
    ["0 0 31 2 1", "UTC", "2026-01-01", "02-02", "02-09"],
  ]);
});

describe("crontab: nicknames", () => {
  itFires([
    ["@yearly", "UTC", "2026-01-01", "2027-01-01", "2028-01-01"],
    ["@annually", "UTC", "2026-06-01", "2027-01-01"],
    ["@monthly", "UTC", "2026-01-01", "02-01", "03-01"],
    ["@weekly", "UTC", "2026-01-01", "01-04", "01-11"],
    ["@daily", "UTC", "2026-01-01", "01-02", "01-03"],
    ["@midnight", "UTC", "2026-01-01", "01-02", "01-03"],
    ["@hourly", "UTC", "2026-01-01", "01:00", "02:00"],
  ]);
  itAccepts(["@reboot"]);
});

describe("crontab: refused there and here", () => {
  itRefuses([
    ["60 * * * *", "minute"],
    ["* 24 * * *", "hour"],
    ["* * 0 * *", "day of month"],
    ["* * 32 * *", "day of month"],
    ["* * * 0 *", "month"],
    ["* * * 13 *", "month"],
    ["* * * * 8", "day of week"],
    ["*/0 * * * *", "minute"],
    ["*/ * * * *", "minute"],
    ["5- * * * *", "minute"],
    ["-5 * * * *", "minute"],
    ["1-2-3 * * * *", "minute"],
    ["1,,2 * * * *", "minute"],
    ["1, * * * *", "minute"],
    ["a * * * *", "minute"],
    ["* jan * * *", "hour"],
    ["* * * foo *", "month"],
    ["* * * * sunday", "day of week"],
    ["* * * *", null],
    ["", null],
    ["@fortnightly", null],
  ]);
});

describe("crontab: deviations", () => {
  // There a field that begins with a star does not restrict, so `*/7` and `*/2` ask for both days; here they restrict.
  itFires([
    ["1 1 1-7 * */7", "UTC", "2020-01-06", "01:01", "01-07T01:01", "01-12T01:01"],
    ["0 0 */2 * 1", "UTC", "2026-01-01", "01-03", "01-05", "01-07", "01-09", "01-11", "01-12"],
  ]);
  // What to write here for what these mean there
  itFires([
    ["1 1 1-7 * +*/7", "UTC", "2020-01-01", "01-05T01:01", "02-02T01:01", "03-01T01:01"],
    ["0 0 */2 * +MON", "UTC", "2026-01-01", "01-05", "01-19", "02-09", "02-23"],
  ]);
  // There a range must ascend (cronie alone takes SAT-SUN, for Sunday's sake); here it goes round.
  itFires([
    ["0 0 * * SAT-SUN", "UTC", "2026-01-01", "01-03", "01-04", "01-10"],
    ["0 0 * * FRI-MON", "UTC", "2026-01-01", "01-02", "01-03", "01-04", "01-05", "01-09"],
    ["0 22-2 * * *", "UTC", "2026-01-01T22:00", "23:00", "01-02T00:00", "01:00", "02:00", "22:00"],
  ]);
  // There a step needs a range or a star; here it may follow a value.
  itFires([["5/15 * * * *", "UTC", "2026-01-01", "00:05", "00:20", "00:35", "00:50"]]);
  // There nicknames are in small letters.
  itFires([["@Daily", "UTC", "2026-01-01", "01-02"]]);
  // There these are taken: a date that never comes, a step beyond the field's width, and cronie's random range.
  itRefuses([
    ["0 0 31 2 *", "day of month"],
    ["0 0 30 2 *", "day of month"],
    ["0 0 31 4,6,9,11 *", "day of month"],
    ["*/100 * * * *", "minute"],
    ["0~59 * * * *", "minute"],
  ]);

  it("dayMatch: and, instead of the star", () => {
    const schedule = cron("1 1 1-7 * 0", { timezone: "UTC", dayMatch: "and" });
    expect(new Date(schedule.next(Date.UTC(2020, 0, 1)) ?? 0).toISOString()).toBe("2020-01-05T01:01:00.000Z");
    expect(new Date(schedule.next(Date.UTC(2020, 0, 6)) ?? 0).toISOString()).toBe("2020-02-02T01:01:00.000Z");
  });
});
