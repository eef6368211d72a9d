/**
 * robfig/cron, version 3, as its documentation and the tables of its own tests define it: fields, macros, zones, errors.
 * Summer time and `@every` are in robfig-dst.test.ts and robfig-every.test.ts. 9 July 2012 is a Monday.
 */
import { describe } from "vitest";
import { itAccepts, itFires, itRefuses } from "./rows.js";

describe("robfig/cron: is this instant a fire time?", () => {
  itFires([
    // Every fifteen minutes, and the same from minute 5 on
    ["0/15 * * * *", "UTC", "2012-07-09T14:59:59", "15:00"],
    ["0/15 * * * *", "UTC", "2012-07-09T15:44:59", "15:45"],
    ["0/15 * * * *", "UTC", "2012-07-09T15:39:59", "15:45"],
    ["5/15 * * * *", "UTC", "2012-07-09T15:04:59", "15:05"],
    ["5/15 * * * *", "UTC", "2012-07-09T15:19:59", "15:20"],
    ["5/15 * * * *", "UTC", "2012-07-09T15:49:59", "15:50"],
    // Named months
    ["0/15 * * Jul *", "UTC", "2012-07-15T14:59:59", "15:00"],
    ["0/15 * * Jun *", "UTC", "2012-07-15T14:59:59", "2013-06-01"],
    // Every field set, one of the days blank
    ["0 30 08 ? Jul Sun", "UTC", "2012-07-15T08:29:59", "08:30"],
    ["0 30 08 15 Jul ?", "UTC", "2012-07-15T08:29:59", "08:30"],
    ["0 30 08 ? Jul Sun", "UTC", "2012-07-16T08:29:59", "07-22T08:30"],
    ["0 30 08 15 Jul ?", "UTC", "2012-07-16T08:29:59", "2013-07-15T08:30"],
    // Macros
    ["@hourly", "UTC", "2012-07-09T14:59:59", "15:00"],
    ["@hourly", "UTC", "2012-07-09T15:03:59", "16:00"],
    ["@daily", "UTC", "2012-07-09T14:59:59", "07-10"],
    ["@daily", "UTC", "2012-07-08T23:59:59", "07-09"],
    ["@weekly", "UTC", "2012-07-08T23:59:59", "07-15"],
    ["@weekly", "UTC", "2012-07-07T23:59:59", "07-08"],
    ["@weekly", "UTC", "2012-07-08T00:59:59", "07-15"],
    ["@monthly", "UTC", "2012-07-07T23:59:59", "08-01"],
    ["@monthly", "UTC", "2012-06-30T23:59:59", "07-01"],
    ["@yearly", "UTC", "2012-07-09", "2013-01-01", "2014-01-01"],
    ["@annually", "UTC", "2012-07-09", "2013-01-01"],
    ["@midnight", "UTC", "2012-07-09", "07-10"],
    // Both days restricted: either; a star: both
    ["0 * * 1,15 * Sun", "UTC", "2012-07-14T23:59:59", "07-15"],
    ["0 * * 1,15 * Sun", "UTC", "2012-06-14T23:59:59", "06-15"],
    ["0 * * 1,15 * Sun", "UTC", "2012-07-31T23:59:59", "08-01"],
    ["0 * * * * Mon", "UTC", "2012-07-14T23:59:59", "07-16"],
    ["0 * * 1,15 * *", "UTC", "2012-07-08T23:59:59", "07-15"],
    ["0 * * 1,15 * *", "UTC", "2012-07-14T23:59:59", "07-15"],
    // Since version 3 a star with a step restricts
    ["* * */10 * Sun", "UTC", "2012-07-14T23:59:59", "07-15"],
    ["0 * * */2 * Sun", "UTC", "2012-07-14T23:59:59", "07-15"],
  ]);
});

describe("robfig/cron: the next fire time", () => {
  itFires([
    ["0 0/15 * * * *", "UTC", "2012-07-09T14:45", "15:00"],
    ["0 0/15 * * * *", "UTC", "2012-07-09T14:59", "15:00"],
    ["0 0/15 * * * *", "UTC", "2012-07-09T14:59:59", "15:00"],
    // Round the hour, and round the day
    ["0 20-35/15 * * * *", "UTC", "2012-07-09T15:45", "16:20"],
    ["0 */15 * * * *", "UTC", "2012-07-09T23:46", "07-10"],
    ["0 20-35/15 * * * *", "UTC", "2012-07-09T23:45", "07-10T00:20"],
    ["15/35 20-35/15 * * * *", "UTC", "2012-07-09T23:35:51", "07-10T00:20:15", "00:20:50", "00:35:15"],
    ["15/35 20-35/15 1/2 * * *", "UTC", "2012-07-09T23:35:51", "07-10T01:20:15"],
    ["15/35 20-35/15 10-12 * * *", "UTC", "2012-07-09T23:35:51", "07-10T10:20:15"],
    ["15/35 20-35/15 1/2 */2 * *", "UTC", "2012-07-09T23:35:51", "07-11T01:20:15"],
    ["15/35 20-35/15 * 9-20 * *", "UTC", "2012-07-09T23:35:51", "07-10T00:20:15"],
    ["15/35 20-35/15 * 9-20 Jul *", "UTC", "2012-07-09T23:35:51", "07-10T00:20:15"],
    // Round the month
    ["0 0 0 9 Apr-Oct ?", "UTC", "2012-07-09T23:35", "08-09"],
    ["0 0 0 */5 Apr,Aug,Oct Mon", "UTC", "2012-07-09T23:35", "08-01"],
    ["0 0 0 */5 Oct Mon", "UTC", "2012-07-09T23:35", "10-01"],
    // Round the year
    ["0 0 0 * Feb Mon", "UTC", "2012-07-09T23:35", "2013-02-04"],
    ["0 0 0 * Feb Mon/2", "UTC", "2012-07-09T23:35", "2013-02-01"],
    ["0 * * * * *", "UTC", "2012-12-31T23:59:45", "2013-01-01"],
    // Leap year
    ["0 0 0 29 Feb ?", "UTC", "2012-07-09T23:35", "2016-02-29"],
  ]);
});

describe("robfig/cron: what an item holds", () => {
  itFires([
    ["0 5 * * *", "UTC", "2012-07-09", "05:00", "07-10T05:00"],
    ["0 5-5 * * *", "UTC", "2012-07-09", "05:00", "07-10T05:00"],
    ["0 5-6 * * *", "UTC", "2012-07-09", "05:00", "06:00", "07-10T05:00"],
    ["0 5-6/2 * * *", "UTC", "2012-07-09", "05:00", "07-10T05:00"],
    ["0 5-7/2 * * *", "UTC", "2012-07-09", "05:00", "07:00", "07-10T05:00"],
    ["0 5-7/1 * * *", "UTC", "2012-07-09", "05:00", "06:00", "07:00", "07-10T05:00"],
    ["0 1,5-7/2,3 * * *", "UTC", "2012-07-09", "01:00", "03:00", "05:00", "07:00", "07-10T01:00"],
    ["0 1-5/2 * * *", "UTC", "2012-07-09", "01:00", "03:00", "05:00", "07-10T01:00"],
    ["0 1-4/2 * * *", "UTC", "2012-07-09", "01:00", "03:00", "07-10T01:00"],
    ["30 3-6,20-23 * * *", "UTC", "2012-07-09T05:30", "06:30", "20:30", "21:30"],
    ["3-59/15 * * * *", "UTC", "2012-07-09", "00:03", "00:18", "00:33", "00:48", "01:03"],
    ["0 0 * * MON,WED,FRI", "UTC", "2012-07-09", "07-11", "07-13", "07-16"],
    // Five fields, or six that begin with the second
    ["5 * * * *", "UTC", "2012-07-09", "00:05", "01:05"],
    ["0 5 * * * *", "UTC", "2012-07-09", "00:05", "01:05"],
    ["5 5 * * * *", "UTC", "2012-07-09", "00:05:05", "01:05:05"],
    ["* 5 * * * *", "UTC", "2012-07-09T00:05:58", "00:05:59", "01:05:00"],
  ]);
});

describe("robfig/cron: zones", () => {
  itFires([
    ["CRON_TZ=UTC  0 5 * * * *", "Asia/Kathmandu", "2012-07-09", "00:05"],
    ["CRON_TZ=UTC  5 * * * *", "Asia/Kathmandu", "2012-07-09", "00:05"],
    ["CRON_TZ=Asia/Tokyo 30 04 * * *", "UTC", "2012-07-09", "19:30", "07-10T19:30"],
    ["TZ=UTC  @midnight", "Asia/Tokyo", "2012-07-09T12:00", "07-10"],
    ["TZ=Asia/Tokyo @midnight", "UTC", "2012-07-09T12:00", "15:00", "07-10T15:00"],
    ["CRON_TZ=America/New_York 0 6 * * ?", "Asia/Tokyo", "2012-07-09", "10:00"],
    // Issues about zones: an offset of half an hour, and a zone that the machine is not in
    ["0 14 14 * * *", "Asia/Kolkata", "2016-01-03T13:09:03+05:30", "14:14"],
    ["0 14 14 * * ?", "Asia/Kolkata", "2016-01-03T04:09:03+05:30", "14:14"],
    ["0 14 14 * * *", "Asia/Kolkata", "2016-01-03T14:09:03+05:30", "14:14"],
    ["0 14 14 * * ?", "Asia/Kolkata", "2016-01-03T14:00:00+05:30", "14:14"],
    ["TZ=America/Sao_Paulo 0 0 9 10 * ?", "UTC", "2018-10-17T05:00-04", "11-10T06:00-05"],
    ["TZ=America/Sao_Paulo 0 0 9 22 * ?", "UTC", "2018-02-14T05:00-05", "02-22T07:00"],
  ]);
});

describe("robfig/cron: refused there and here", () => {
  itRefuses([
    ["xyz", null],
    ["60 0 * * *", "minute"],
    ["0 60 * * *", "hour"],
    ["0 0 * * XYZ", "day of week"],
    ["TZ=Bogus * * * * *", "time zone"],
    ["0-0-0 * * * *", "minute"],
    ["*/5/5 * * * *", "minute"],
    ["* * * 0-5 * *", "day of month"],
    ["TZ=America/New_York 15/0 * * * *", "minute"],
    ["* 5 j * * *", "hour"],
    ["5 j * * *", "hour"],
    ["* * * *", null],
    ["", null],
    ["@unrecognized", null],
    ["5--5 * * * *", "minute"],
    ["0 0 1 jan-x *", "month"],
    ["0 2-x * * *", "hour"],
    ["*/-12 * * * *", "minute"],
    ["*//2 * * * *", "minute"],
    ["0 0 0 * *", "day of month"],
    ["0 24 * * *", "hour"],
    ["@every Xm", "duration"],
    ["@every", "duration"],
    ["@every 5", "duration"],
  ]);
});

describe("robfig/cron: deviations", () => {
  // There a range must ascend; here it goes round.
  itFires([["59-2 * * * *", "UTC", "2012-07-09", "00:01", "00:02", "00:59", "01:00"]]);
  // There 7 is no day, so that a step from a weekday ends on Saturday; here 7 is Sunday.
  itFires([
    ["0 0 * * 7", "UTC", "2012-07-09", "07-15", "07-22"],
    ["0 0 * * Mon/2", "UTC", "2012-07-09", "07-11", "07-13", "07-15", "07-16"],
    ["0 0 * * Mon-Sat/2", "UTC", "2012-07-09", "07-11", "07-13", "07-16"],
  ]);
  // There these are taken and never fire (Next is the zero time), or have a step that is wider than the field.
  itRefuses([
    ["0 0 0 30 Feb ?", "day of month"],
    ["0 0 0 31 Apr ?", "day of month"],
    ["*/61 * * * *", "minute"],
  ]);
  // There `?` is a star in any field; here in the days alone.
  itRefuses([["? 12 * * *", "minute"]]);
  // There macros are in small letters, and L, #, W, a year and @reboot are unknown.
  itAccepts(["@Daily", "0 0 L * *", "0 0 * * MON#2", "0 0 15W * *", "0 0 0 1 1 * 2030", "@reboot"]);
});
