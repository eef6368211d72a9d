/** Quartz's year field, 1970 to 2099 there and 1 to 9999 here, and the published bugs of Quartz and Quartz.NET. */
import { describe } from "vitest";
import { itFires, itRefuses } from "./rows.js";

describe("Quartz: the year", () => {
  itFires([
    // One year: from before it, from within it, and after it
    ["0 15 10 1 6 ? 2005", "UTC", "1999-01-01", "2005-06-01T10:15", "never"],
    ["0 15 10 1 6 ? 2005", "UTC", "2005-06-01T10:14:59", "10:15", "never"],
    ["0 15 10 1 6 ? 2005", "UTC", "2005-06-01T10:15", "never"],
    ["0 15 10 12 * ? 2005", "UTC", "2005-11-13", "12-12T10:15", "never"],
    // Lists, ranges and steps
    ["0 0 0 1 1 ? 2026,2028-2030/2", "UTC", "2025-06-01", "2026-01-01", "2028-01-01", "2030-01-01", "never"],
    ["0 0 0 1 1 ? 2026-2028", "UTC", "2025-06-01", "2026-01-01", "2027-01-01", "2028-01-01", "never"],
    ["0 0 0 1 3 ? 2001/2", "UTC", "2015-01-15", "2015-03-01", "2017-03-01"],
    ["0 0 0 1 1 ? 2026/4", "UTC", "2025-06-01", "2026-01-01", "2030-01-01"],
    ["0 0 0 L 2 ? 2025/3", "UTC", "2024-01-01", "2025-02-28", "2028-02-29", "2031-02-28"],
    // A star with a step counts from 1970
    ["0 0 0 1 1 ? */4", "UTC", "2025-06-01", "2026-01-01", "2030-01-01"],
    ["0 0 0 1 1 ? */2", "UTC", "2024-06-01", "2026-01-01", "2028-01-01"],
    // With the other fields
    ["0 0 0 29 2 ? 2027-2033", "UTC", "2026-01-01", "2028-02-29", "2032-02-29", "never"],
    ["0 0 0 ? * 5L 2026", "UTC", "2026-11-01", "11-27", "12-25", "never"],
    ["59 59 23 31 12 ? 2026", "America/New_York", "2026-01-01", "2027-01-01T04:59:59", "never"],
    ["* * * * * * 2026", "UTC", "2025-12-31T23:59:58", "2026-01-01T00:00:00", "00:00:01"],
    ["* * * * * * 2026", "UTC", "2026-12-31T23:59:58", "23:59:59", "never"],
  ]);
  itRefuses([
    ["0 0 0 1 1 ? 0", "year"],
    ["0 0 0 1 1 ? 10000", "year"],
    ["0 0 0 1 1 ? ?", "year"],
    ["0 0 0 1 1 ? 2030-2026", "year"],
    ["0 0 0 1 1 ? 20x6", "year"],
    ["0 0 0 29 2 ? 2027", "year"],
    ["0 0 0 29 2 ? 2100", "year"],
  ]);
});

describe("Quartz: deviation, years from 1 to 9999", () => {
  itFires([
    ["0 0 0 1 1 ? 1969", "UTC", "1968-06-01", "1969-01-01", "never"],
    ["0 0 0 1 1 ? 2100", "UTC", "2026-01-01", "2100-01-01", "never"],
    ["0 0 0 29 2 ? 2096/4", "UTC", "2026-01-01", "2096-02-29", "2104-02-29"],
    ["0 0 0 31 12 ? 9999", "UTC", "2026-01-01", "9999-12-31", "never"],
  ]);
});

describe("Quartz: published bugs", () => {
  itFires([
    // quartz#1298, 2.5.0: the last day of a month without 31 days was left out (answered 31 March)
    ["0 0 11 L * ?", "UTC", "2017-02-28T05:00", "11:00", "03-31T11:00"],
    ["59 59 23 L * ?", "UTC", "2025-11-18", "11-30T23:59:59", "12-31T23:59:59"],
    // quartz#1363, 2.5.0: never, for the months of 28 and 30 days
    ["0 15 23 L 2 ? *", "Africa/Johannesburg", "2025-07-09T12:13+02", "2026-02-28T23:15"],
    ["0 15 23 L 4 ? *", "Africa/Johannesburg", "2025-07-09T12:13+02", "2026-04-30T23:15"],
    ["0 15 23 L 6 ? *", "Africa/Johannesburg", "2025-07-09T12:13+02", "2026-06-30T23:15"],
    ["0 15 23 L 9 ? *", "Africa/Johannesburg", "2025-07-09T12:13+02", "09-30T23:15"],
    ["0 15 23 L 11 ? *", "Africa/Johannesburg", "2025-07-09T12:13+02", "11-30T23:15"],
    ["0 15 23 28-31 9 ? *", "Africa/Johannesburg", "2025-07-09T12:13+02", "09-28T23:15", "09-29T23:15", "09-30T23:15"],
    // quartz#1395: the last day of February in a leap year
    ["0 0 0 L 2 ?", "UTC", "2024-01-01", "02-29", "2025-02-28"],
    // quartz#1420: the first weekday was left out where it is not the 1st (answered 1 January, then 1 April)
    ["0 0 0 1W * ?", "UTC", "2025-11-18", "12-01", "2026-01-01", "02-02", "03-02", "04-01"],
    // quartznet#2331: a month was left out when the day is a Saturday (answered 15 July)
    ["0 0 12 15W * ?", "UTC", "2024-05-15T12:00", "06-14T12:00", "07-15T12:00"],
    // quartz#640 and #492 (refused): L beside other days
    ["0 43 9 1,5,29,L * ?", "UTC", "2026-01-29T10:00", "01-31T09:43", "02-01T09:43"],
  ]);
});
