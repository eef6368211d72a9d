/**
 * Published bugs of other schedulers in the calendar: days of the month and of the week, steps and ranges, years. Each has
 * its project and issue, what the project answered, and what docs/cron.md says is right. Bugs of summer time are in
 * known-bugs-gap.test.ts and known-bugs-overlap.test.ts.
 */
import { describe } from "vitest";
import { itIsRight, itRefuses } from "./rows.js";

describe("29 February, and days that months lack", () => {
  itIsRight([
    ["cron-parser#122", "an error", "0 0 29 2 *", "UTC", "2018-11-05", "2020-02-29", "2024-02-29"],
    ["cron-parser#122", "February 2019", "0 2 29 2 +0", "UTC", "2018-05-14", "2032-02-29T02:00"],
    ["cron-parser#127", "none", "0 0 0 31 2,3,4,5 *", "UTC", "2018-07-27", "2019-03-31", "05-31", "2020-03-31"],
    ["kelektiv/node-cron#210", "an error", "10 10 31 * *", "UTC", "2016-01-17", "01-31T10:10", "03-31T10:10"],
    ["node-schedule#225", "an error", "00 41 11 * * 1-5", "UTC", "2016-01-29T12:00", "02-01T11:41"],
    ["node-schedule#245", "an error", "*/2 * * * *", "UTC", "2016-02-01T00:01", "00:02", "00:04"],
    ["node-schedule#273", "no end", "0 2 12 29 4 * 2016", "UTC", "2016-04-29T13:00", "never"],
    ["node-schedule#146", "1 July", "0 0 1 * *", "UTC", "2015-05-31T12:00", "06-01", "07-01"],
    ["taichino/croniter#131", "an error", "0 12 29 2 *", "UTC", "2020-02-29T11:00", "12:00", "2024-02-29T12:00"],
    ["gronx#55", "4 March 2027", "0 0 0 29 2 * *", "UTC", "2024-12-13", "2028-02-29", "2032-02-29", "2036-02-29"],
    ["spring-framework#13621", "an error", "0 0 0 29 2 +WED", "UTC", "2013-03-01", "2040-02-29", "2068-02-29"],
    ["spring-framework#26934", "an error", "0 0 6 25 DEC +SAT", "UTC", "2011-06-18T19:31:43", "2021-12-25T06:00"],
    ["cron4s#92", "none", "0 0 0 30 3,6,9,12 ?", "UTC", "2017-02-14", "03-30", "06-30"],
  ]);
  // They searched for ever
  itRefuses([
    ["0 0 30 02 *", "day of month"],
    ["0 0 31 4 *", "day of month"],
  ]);
});

describe("the next month, the next year", () => {
  itIsRight([
    ["cron-parser#3", "5 December", "0 16 * * 4", "UTC", "2013-10-31T17:00", "11-07T16:00", "11-14T16:00"],
    ["kelektiv/node-cron#117", "15 November", "0 0 15 * *", "Europe/Tallinn", "2014-10-08T21:08:25+03", "10-15"],
    ["kelektiv/node-cron#2", "never in December", "0 0 1 12 *", "UTC", "2010-11-30T12:00", "12-01", "2011-12-01"],
    ["croner#54", "1 January 2023", "0 0 * * sun", "UTC", "2022-02-17", "02-20", "02-27"],
    [
      "node-cron/node-cron#476",
      "1 January 2034",
      "43 3 * * Sun",
      "America/New_York",
      "2025-08-04T12:00-04",
      "08-10T03:43",
    ],
    ["cron-utils#215", "1 July", "0 0 8 ? * MON-FRI", "UTC", "2017-06-30T10:00", "07-03T08:00"],
    ["cron-utils#215", "30 September", "0 0 8 ? * MON-FRI", "UTC", "2017-09-29T10:00", "10-02T08:00"],
    ["cron-utils#57", "2 January", "30 3 * * MON-FRI", "UTC", "1970-01-01", "03:30", "01-02T03:30", "01-05T03:30"],
    ["cron-utils#57", "3 August", "30 3 * * MON-FRI", "UTC", "1970-07-31", "03:30", "08-03T03:30"],
    ["cron-utils#138", "1 December 2016", "0 0 0 ? * SUN", "UTC", "2016-12-28T23:00", "2017-01-01", "01-08"],
    ["cron-utils#402", "prev: 2014", "0 0 0 1 3 ? 2001/2", "UTC", "2011-03-01", "2013-03-01", "2015-03-01"],
    ["cron-utils#45", "2 November", "0 0 * * 1", "America/Los_Angeles", "2015-10-13T17:26-07", "10-19", "10-26"],
    ["cron-utils#50", "prev: 16 November", "0 11 * * 1", "UTC", "2015-10-19T11:00", "10-26T11:00", "11-02T11:00"],
    ["cron-utils#66", "a Tuesday", "0 0 0 ? 5 SUN", "UTC", "2016-01-11", "05-01", "05-08"],
    ["crontab_parser#2", "7 August", "0 18 * * 3", "UTC", "2016-08-31T20:01", "09-07T18:00"],
    ["NCrontab#117", "23:00:30", "*/30 * 23,0,1,2 * * 1-5", "UTC", "2023-08-31T14:40:25", "23:00:00", "23:00:30"],
  ]);
});

describe("L, W and #", () => {
  itIsRight([
    ["cron-parser#375", "refused", "0 0 0 L 10 *", "UTC", "2025-04-03", "10-31", "2026-10-31"],
    ["cron-parser#259", "none", "0 0 * * 7L", "UTC", "2022-03-09", "03-27", "04-24"],
    ["croner#253", "12 July", "0 * * * 5L", "UTC", "2024-07-11", "07-26", "07-26T01:00"],
    ["croner#254", "31 August too", "0 0 0 * * 6#4", "UTC", "2024-08-02", "08-24", "09-28", "10-26", "11-23", "12-28"],
    ["croner-rust#13", "none", "0 0 0 * * 7#2", "UTC", "2024-11-19", "12-08", "2025-01-12"],
    ["cronjs#44", "none", "41 11 ? * fri#5", "UTC", "2023-09-28", "09-29T11:41", "12-29T11:41"],
    ["cronjs#44", "none", "41 11 ? * thu#4", "UTC", "2023-09-22", "09-28T11:41"],
    ["maennchen/crontab#132", "2 November", "0 9 * * mon#5", "UTC", "2024-07-30", "09-30T09:00", "12-30T09:00"],
    ["NCrontab-Advanced#1", "every Sunday", "0 0 * * SUNL", "UTC", "2016-05-09", "05-29", "06-26"],
    ["NCrontab-Advanced#12", "an error", "45 10 31W * *", "UTC", "2017-09-22", "10-31T10:45", "12-29T10:45"],
    ["spring-framework#27966", "1 September", "0 0 0 1W * ?", "UTC", "2021-07-31", "08-02", "09-01"],
    ["spring-framework#27966", "1 February", "0 0 0 1W * ?", "UTC", "2021-12-31", "2022-01-03", "02-01"],
    ["cron-utils#75", "an error", "0 0 12 1W * ? *", "UTC", "2016-03-29", "04-01T12:00", "05-02T12:00", "06-01T12:00"],
    ["dragonmantank/cron-expression#168", "2 October", "0 5 LW * *", "UTC", "2023-10-01", "10-31T05:00", "11-30T05:00"],
    ["go-quartz#167", "20 February", "0 0 10 L-4 * ?", "UTC", "2025-02-20T08:58", "02-24T10:00", "03-27T10:00"],
    ["aws-cron-parser#2", "day 67", "0 15 10 ? * 5L 2002-2025", "UTC", "2020-06-17", "06-26T10:15", "07-31T10:15"],
  ]);
});

describe("steps, ranges that go round, Sunday by two names", () => {
  itIsRight([
    ["cron-parser#438", "Sunday too", "0 9 * * 2/2", "UTC", "2026-08-06", "08-06T09:00", "08-08T09:00", "08-11T09:00"],
    ["dbos-transact-ts#1317", "Tuesday", "0 0 * * 1-7/2", "UTC", "2026-07-23", "07-24", "07-26", "07-27", "07-29"],
    ["cron-schedule#282", "refused", "5 10 * * 6-7", "UTC", "2023-03-14", "03-18T10:05", "03-19T10:05", "03-25T10:05"],
    ["cronie#200", "never", "0 0 * * sat-sun", "UTC", "2025-03-13", "03-15", "03-16", "03-22"],
    ["systemd-cron#136", "refused", "1 * * * fri-sun", "UTC", "2023-09-24T22:30", "23:01", "09-29T00:01"],
    ["fugit#119", "every day", "58-2/2 * * * 5-1/2", "UTC", "2026-06-29", "07-03T00:00", "00:02", "00:58", "01:00"],
    [
      "pallets-eco/croniter#268",
      "November alone",
      "0 0 1 11-2/3 *",
      "UTC",
      "2026-01-01",
      "02-01",
      "11-01",
      "2027-02-01",
    ],
    ["pallets-eco/croniter#268", "March", "0 0 1 11-3/3 *", "UTC", "2026-01-01", "02-01", "11-01", "2027-02-01"],
    [
      "croner#199",
      "refused",
      "0 17-2/3 * * *",
      "UTC",
      "2023-07-12T12:00",
      "17:00",
      "20:00",
      "23:00",
      "07-13T02:00",
      "17:00",
    ],
    ["croner#199", "refused", "58-2/2 * * * *", "UTC", "2023-07-12T12:10", "12:58", "13:00", "13:02", "13:58"],
    ["cron-utils#336", "3 March", "0 0 * * */3", "UTC", "2018-02-08", "02-10", "02-11", "02-14", "02-17"],
    [
      "dragonmantank/cron-expression#89",
      "10:59 first",
      "0-59/59 10 * * *",
      "UTC",
      "2020-08-20T09:00",
      "10:00",
      "10:59",
    ],
    ["cron-utils#123", "15:15", "0 5/15 * * * ? *", "UTC", "2016-07-30T14:50", "15:05", "15:20"],
  ]);
});

describe("both days restricted", () => {
  itIsRight([
    ["cron-parser#16", "both days", "30 4 1,15 * 5", "UTC", "2014-06-04", "06-06T04:30", "06-13T04:30", "06-15T04:30"],
    [
      "mtdowling/cron-expression#131",
      "Friday the 4th",
      "0 16 4 * fri",
      "UTC",
      "2016-11-04T16:00",
      "11-11T16:00",
      "11-18T16:00",
    ],
    ["parse-crontab#49", "Friday the 13th", "0 0 13 * 5", "UTC", "2026-01-01", "01-02", "01-09", "01-13", "01-16"],
    // Who wants both writes a plus
    ["cron-parser#398", "7 May 2025", "0 0 0 2 may +3", "UTC", "2025-05-02", "2029-05-02"],
    ["cron-utils#388", "any Saturday", "0 0 8 1-7 * +SAT", "UTC", "2019-07-15", "08-03T08:00", "09-07T08:00"],
    ["cron-utils#228", "1 October", "0 9 1-7 * +1", "UTC", "2017-09-29", "10-02T09:00", "11-06T09:00"],
  ]);
});
