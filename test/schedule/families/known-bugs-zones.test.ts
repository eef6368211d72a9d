/**
 * Zones whose clocks change at unusual times, by unusual lengths, or for good: where schedulers that assume one hour, at
 * two in the morning, go wrong. The changes are those of the tz database, all in the past, so that versions agree.
 */
import { describe } from "vitest";
import { itFires } from "./rows.js";

describe("summer time that begins or ends at midnight", () => {
  itFires([
    // Beirut: 00:00 to 01:00 on 31 March, 24:00 back to 23:00 on 26 October 2024
    ["0 0 * * *", "Asia/Beirut", "2024-03-30T00:00+02", "03-31T01:00+03", "04-01"],
    ["0 0 * * *", "Asia/Beirut", "2024-10-26T12:00+03", "10-27T00:00+02", "10-28"],
    ["30 23 * * *", "Asia/Beirut", "2024-10-26T12:00+03", "23:30", "10-27T23:30+02"],
    ["*/30 * * * *", "Asia/Beirut", "2024-10-26T23:00+03", "23:30", "23:00+02", "23:30", "10-27"],
    // Cairo: on a Friday, and back on a Thursday
    ["0 0 * * 5", "Africa/Cairo", "2024-04-25T12:00+02", "04-26T01:00+03", "05-03"],
    ["45 23 31 10 *", "Africa/Cairo", "2024-10-31T12:00+03", "23:45", "2025-10-31T23:45+02"],
    // Asunción: 00:00 to 01:00 on 1 October, 24:00 back to 23:00 on 25 March 2023
    ["0 0 * * 0", "America/Asuncion", "2023-09-30T12:00-04", "10-01T01:00-03", "10-08"],
    ["30 23 25 3 *", "America/Asuncion", "2023-03-25T12:00-03", "23:30", "2024-03-25T23:30-04"],
    ["@monthly", "America/Asuncion", "2023-09-15T00:00-04", "10-01T01:00-03", "11-01"],
    // Havana: 01:00 back to 00:00, so that midnight comes twice
    ["0 0 * * *", "America/Havana", "2025-11-01T12:00-04", "11-02", "11-03T00:00-05"],
    ["0 * * * *", "America/Havana", "2025-11-01T23:30-04", "11-02", "11-02T00:00-05", "01:00"],
    // St John's, until 2011: at one minute past midnight, so that the date changes twice
    ["0 0 * * *", "America/St_Johns", "2010-03-13T12:00-03:30", "03-14", "03-15T00:00-02:30"],
    ["30 0 * * *", "America/St_Johns", "2010-03-13T12:00-03:30", "03-14T01:01-02:30", "03-15T00:30"],
    ["0 0 * * *", "America/St_Johns", "2010-11-06T12:00-02:30", "11-07", "11-08T00:00-03:30"],
    ["30 * * * *", "America/St_Johns", "2010-11-06T22:30-02:30", "23:30", "23:30-03:30", "11-07T00:30"],
  ]);
});

describe("summer time of other lengths, or the other way round", () => {
  itFires([
    ["0 2 * * *", "Australia/Lord_Howe", "2025-10-04T12:00+10:30", "10-05T02:30+11", "10-06T02:00"],
    ["*/10 * * * *", "Australia/Lord_Howe", "2025-04-06T01:50+11", "01:30+10:30", "01:40", "01:50", "02:00"],
    ["0 2 * * *", "Antarctica/Troll", "2025-03-29T12:00Z", "03-30T03:00+02", "03-31T02:00"],
    ["0 * * * *", "Antarctica/Troll", "2025-10-26T01:30+02", "02:00", "01:00Z", "02:00", "03:00"],
    // Dublin, whose winter time is the exception in the tz database
    ["30 1 * * *", "Europe/Dublin", "2025-03-29T12:00Z", "03-30T02:00+01", "03-31T01:30"],
    ["30 1 * * *", "Europe/Dublin", "2025-10-25T12:00+01", "10-26T01:30", "10-27T01:30Z"],
    // Morocco, which goes back for Ramadan: 10 March to 14 April 2024
    ["30 2 * * *", "Africa/Casablanca", "2024-03-09T12:00+01", "03-10T02:30", "03-11T02:30Z"],
    ["30 2 * * *", "Africa/Casablanca", "2024-04-13T12:00Z", "04-14T03:00+01", "04-15T02:30"],
    ["0 * * * *", "Africa/Casablanca", "2024-03-10T01:30+01", "02:00", "02:00Z", "03:00"],
  ]);
});

describe("another offset for good", () => {
  itFires([
    // Pyongyang: half an hour back in 2015, and forward again in 2018, at 23:30
    ["45 23 14 8 *", "Asia/Pyongyang", "2015-08-14T12:00+09", "23:45", "2016-08-14T23:45+08:30"],
    ["45 23 * * *", "Asia/Pyongyang", "2018-05-03T23:45+08:30", "05-05T00:00+09", "05-05T23:45"],
    // Caracas: 02:30 to 03:00 in 2016
    ["45 2 * * *", "America/Caracas", "2016-04-30T12:00-04:30", "05-01T03:00-04", "05-02T02:45"],
    // Kathmandu: a quarter of an hour, at the beginning of 1986
    ["@yearly", "Asia/Kathmandu", "1985-06-01T00:00+05:30", "1986-01-01T00:15+05:45", "1987-01-01"],
    ["*/5 * * * *", "Asia/Kathmandu", "1985-12-31T23:50+05:30", "23:55", "1986-01-01T00:15+05:45", "00:20"],
    // Almaty: the 29th of February 2024 has 25 hours
    ["30 23 29 2 *", "Asia/Almaty", "2024-02-29T12:00+06", "23:30", "2028-02-29T23:30+05"],
    ["0 * * * *", "Asia/Almaty", "2024-02-29T22:00+06", "23:00", "23:00+05", "03-01"],
    ["0 0 1 * *", "Asia/Almaty", "2024-02-15T00:00+06", "03-01T00:00+05", "04-01"],
    // Juba: the last day of January 2021, twice 23 o'clock
    ["0 23 L * *", "Africa/Juba", "2021-01-31T12:00+03", "23:00", "02-28T23:00+02"],
    // Volgograd and Moscow, which tried several
    ["30 2 * * *", "Europe/Volgograd", "2018-10-27T12:00+03", "10-28T03:00+04", "10-29T02:30"],
    ["30 1 * * *", "Europe/Volgograd", "2020-12-26T12:00+04", "12-27T01:30", "12-28T01:30+03"],
    ["30 1 * * *", "Europe/Moscow", "2014-10-25T12:00+04", "10-26T01:30", "10-27T01:30+03"],
    // Istanbul, two weeks later than the rest of Europe in 2015
    ["30 3 * * *", "Europe/Istanbul", "2015-11-07T12:00+03", "11-08T03:30", "11-09T03:30+02"],
  ]);
});

describe("a day that was not", () => {
  itFires([
    // Apia: no 30 December 2011
    ["0 9 * * 5", "Pacific/Apia", "2011-12-23T09:00-10", "12-31T00:00+14", "2012-01-06T09:00"],
    ["@daily", "Pacific/Apia", "2011-12-28T12:00-10", "12-29", "12-31T00:00+14", "2012-01-01"],
    ["*/30 * * * *", "Pacific/Apia", "2011-12-29T23:00-10", "23:30", "12-31T00:00+14", "00:30"],
    ["0 0 30 * *", "Pacific/Apia", "2011-12-01T00:00-10", "12-31T00:00+14", "2012-01-30"],
    // Kwajalein: no 21 August 1993
    ["0 12 * * *", "Pacific/Kwajalein", "1993-08-20T00:00-12", "12:00", "08-22T00:00+12", "12:00"],
    ["*/30 * * * *", "Pacific/Kwajalein", "1993-08-20T23:00-12", "23:30", "08-22T00:00+12", "00:30"],
  ]);
  itFires([["0 9 * * 5", "Pacific/Apia", "2011-12-23T09:00-10", "2012-01-06T09:00+14"]], { dst: "skip" });
});
