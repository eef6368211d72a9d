/**
 * Summer time by the rules of cron(8): a job of fixed times that the clock leaps over runs soon after and, when the clock
 * goes back, not again; one with a star in minute or hour follows the wall clock. Cronsim's reading of Debian's cron is
 * the source of the Riga rows. There the clock leaps from 03:00 to 04:00 on 28 March 2021, and goes from 04:00 back to
 * 03:00 on 31 October 2021.
 */
import { describe } from "vitest";
import { itFires } from "./rows.js";

const RIGA = "Europe/Riga";

describe("cron(8), the clock goes forward: stars follow the wall clock", () => {
  itFires([
    ["* * * * *", RIGA, "2021-03-28T02:58+02", "02:59", "04:00+03"],
    ["* 1-6 * * *", RIGA, "2021-03-28T02:58+02", "02:59", "04:00+03"],
    ["0 * * * *", RIGA, "2021-03-28T01:30+02", "02:00", "04:00+03"],
    ["*/30 * * * *", RIGA, "2021-03-28T02:10+02", "02:30", "04:00+03", "04:30"],
    ["*/15 * * * *", RIGA, "2021-03-28T02:40+02", "02:45", "04:00+03"],
    ["0 */2 * * *", RIGA, "2021-03-28T01:30+02", "02:00", "04:00+03", "06:00"],
    ["30 */2 * * *", RIGA, "2021-03-28T01:30+02", "02:30", "04:30+03"],
    // Only readings that the gap swallows: none on that day
    ["*/20 3 * * *", RIGA, "2021-03-27T03:30+02", "03:40", "03-29T03:00+03"],
    ["0 */3 * * *", RIGA, "2021-03-28T00:00+02", "06:00+03"],
    ["@hourly", RIGA, "2021-03-28T02:00+02", "04:00+03"],
  ]);
});

describe("cron(8), the clock goes forward: fixed times that it leaps over run at the end of the gap", () => {
  itFires([
    ["0 3 * * *", RIGA, "2021-03-27T01:30+02", "03:00", "03-28T04:00+03", "03-29T03:00"],
    ["15 3 * * *", RIGA, "2021-03-27T00:00+02", "03:15", "03-28T04:00+03", "03-29T03:15"],
    ["59 3 * * *", RIGA, "2021-03-28T02:59+02", "04:00+03", "03-29T03:59"],
    // The readings at the edges are not in the gap
    ["0 2 * * *", RIGA, "2021-03-28T01:30+02", "02:00", "03-29T02:00+03"],
    ["59 2 * * *", RIGA, "2021-03-28T01:30+02", "02:59", "03-29T02:59+03"],
    ["0 4 * * *", RIGA, "2021-03-27T05:00+02", "03-28T04:00+03", "03-29T04:00"],
    // A reading in the gap and one at its end are one run
    ["0 1,2,3,4,5 * * *", RIGA, "2021-03-28T01:30+02", "02:00", "04:00+03", "05:00"],
    ["0 1-5 * * *", RIGA, "2021-03-28T01:30+02", "02:00", "04:00+03", "05:00"],
    ["30 1,2,3,4,5 * * *", RIGA, "2021-03-28T01:30+02", "02:30", "04:00+03", "04:30"],
    ["0 0-23/3 * * *", RIGA, "2021-03-28T00:00+02", "04:00+03", "06:00"],
    ["0 1,3,5,7,9,11 * * *", RIGA, "2021-03-28T00:30+02", "01:00", "04:00+03", "05:00"],
    ["0 0,1,2,3,4,5,6,7,8,9,10,11 * * *", RIGA, "2021-03-28T01:30+02", "02:00", "04:00+03", "05:00"],
    // A day field that does not hold on the day of the gap
    ["30 3 * * 1", RIGA, "2021-03-27T00:00+02", "03-29T03:30+03"],
    ["30 3 28 * *", RIGA, "2021-03-27T00:00+02", "03-28T04:00+03", "04-28T03:30"],
  ]);
});

describe("cron(8), the clock goes back: stars run in both hours", () => {
  itFires([
    ["* * * * *", RIGA, "2021-10-31T03:58+03", "03:59", "03:00+02", "03:01"],
    ["* 1-6 * * *", RIGA, "2021-10-31T03:58+03", "03:59", "03:00+02", "03:01"],
    ["0 * * * *", RIGA, "2021-10-31T01:30+03", "02:00", "03:00", "03:00+02", "04:00"],
    ["*/30 * * * *", RIGA, "2021-10-31T03:10+03", "03:30", "03:00+02", "03:30", "04:00"],
    ["*/15 * * * *", RIGA, "2021-10-31T03:40+03", "03:45", "03:00+02", "03:15"],
    ["0 */2 * * *", RIGA, "2021-10-31T01:30+03", "02:00", "04:00+02", "06:00"],
    ["30 */2 * * *", RIGA, "2021-10-31T01:30+03", "02:30", "04:30+02"],
    ["0 */3 * * *", RIGA, "2021-10-31T01:30+03", "03:00", "03:00+02", "06:00"],
    ["*/20 3 * * *", RIGA, "2021-10-31T03:30+03", "03:40", "03:00+02", "03:20"],
  ]);
});

describe("cron(8), the clock goes back: fixed times run in the first hour only", () => {
  itFires([
    ["0 3 * * *", RIGA, "2021-10-31T01:30+03", "03:00", "11-01T03:00+02"],
    ["15 3 * * *", RIGA, "2021-10-30T00:00+03", "03:15", "10-31T03:15", "11-01T03:15+02"],
    ["0 2 * * *", RIGA, "2021-10-31T01:30+03", "02:00", "11-01T02:00+02"],
    ["0 4 * * *", RIGA, "2021-10-30T01:30+03", "04:00", "10-31T04:00+02", "11-01T04:00"],
    ["0 1,2,3,4,5 * * *", RIGA, "2021-10-31T01:30+03", "02:00", "03:00", "04:00+02"],
    ["0 1-5 * * *", RIGA, "2021-10-31T02:00+03", "03:00", "04:00+02"],
    ["30 1,2,3,4,5 * * *", RIGA, "2021-10-31T01:30+03", "02:30", "03:30", "04:30+02"],
    ["0 1,3,5,7,9,11 * * *", RIGA, "2021-10-31T00:30+03", "01:00", "03:00", "05:00+02"],
    // Asked from within the second hour: it does not run again
    ["30 3 * * *", RIGA, "2021-10-31T03:10+02", "11-01T03:30"],
  ]);
});

describe("cron(8), changes of other lengths", () => {
  itFires([
    // Half an hour on Lord Howe Island: 02:00 to 02:30 on 4 October, 02:00 to 01:30 on 5 April 2026
    ["15 2 * * *", "Australia/Lord_Howe", "2026-10-03T03:00+10:30", "10-04T02:30+11", "10-05T02:15"],
    ["0 * * * *", "Australia/Lord_Howe", "2026-10-04T01:00+10:30", "03:00+11"],
    ["45 1 * * *", "Australia/Lord_Howe", "2026-04-04T03:00+11", "04-05T01:45", "04-06T01:45+10:30"],
    ["*/15 * * * *", "Australia/Lord_Howe", "2026-04-05T01:40+11", "01:45", "01:30+10:30", "01:45"],
    // Two hours at Troll station: 01:00 to 03:00 on 29 March, 03:00 to 01:00 on 25 October 2026
    ["30 1,2 * * *", "Antarctica/Troll", "2026-03-28T12:00+00", "03-29T03:00+02", "03-30T01:30"],
    ["30 1,2 * * *", "Antarctica/Troll", "2026-10-24T12:00+02", "10-25T01:30", "02:30", "10-26T01:30+00"],
    // At midnight in Havana: 00:00 to 01:00 on 8 March, 01:00 to 00:00 on 1 November 2026
    ["0 0 * * *", "America/Havana", "2026-03-07T00:00-05", "03-08T01:00-04", "03-09T00:00"],
    ["30 0 * * *", "America/Havana", "2026-10-31T12:00-04", "11-01T00:30", "11-02T00:30-05"],
  ]);
});

describe("cron(8), deviations", () => {
  // There each reading in the gap is a run, one soon after the other; here all together are one.
  itFires([["0,15,30 3 * * *", RIGA, "2021-03-28T02:00+02", "04:00+03", "03-29T03:00"]]);
  // There a change of more than three hours is a correction of the clock, and what it leaps over does not run; here one
  // rule serves for changes of any length.
  itFires([["0 12 30 12 *", "Pacific/Apia", "2011-12-01", "12-30T10:00", "2012-12-29T22:00"]]);
});

describe("the option dst", () => {
  describe("skip, as robfig/cron and OCPS 1.4 have it: nothing for a reading in the gap", () => {
    itFires(
      [
        ["30 3 * * *", RIGA, "2021-03-27T12:00+02", "03-29T03:30+03"],
        ["0 1-5 * * *", RIGA, "2021-03-28T02:00+02", "04:00+03"],
        ["30 3 * * *", RIGA, "2021-10-30T12:00+03", "10-31T03:30", "11-01T03:30+02"],
      ],
      { dst: "skip" },
    );
  });
  describe("both, as robfig/cron has it: a reading that comes twice fires twice", () => {
    itFires(
      [
        ["30 3 * * *", RIGA, "2021-10-30T12:00+03", "10-31T03:30", "03:30+02", "11-01T03:30"],
        ["30 3 * * *", RIGA, "2021-03-27T12:00+02", "03-28T04:00+03", "03-29T03:30"],
      ],
      { dst: "both" },
    );
  });
});
