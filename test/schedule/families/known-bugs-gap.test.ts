/**
 * Published bugs of other schedulers where a clock goes forward: each with its project and issue, what the project
 * answered, and what docs/cron.md says is right. Where it goes back: known-bugs-overlap.test.ts. Bugs of the calendar:
 * known-bugs.test.ts. Zones with unusual changes: known-bugs-zones.test.ts.
 */
import { describe } from "vitest";
import { itIsRight } from "./rows.js";

const NY = "America/New_York";
const LA = "America/Los_Angeles";
const SAO_PAULO = "America/Sao_Paulo";

describe("a fixed time in a gap is left out, or is answered wrongly", () => {
  itIsRight([
    ["kelektiv/node-cron#563", "15 March", "30 2 * * *", NY, "2021-03-13T12:00-05", "03-14T03:00-04", "03-15T02:30"],
    [
      "harrisiirak/cron-parser#378",
      "prev: 7 March",
      "0 2 * * *",
      NY,
      "2020-03-07T02:00-05",
      "03-08T03:00-04",
      "03-09T02:00",
    ],
    [
      "harrisiirak/cron-parser#404",
      "none",
      "30 2 * * 7",
      "Europe/Rome",
      "2025-03-29T00:00+01",
      "03-30T03:00+02",
      "04-06T02:30",
    ],
    ["harrisiirak/cron-parser#404", "none", "0 3 * * 7", "Europe/Rome", "2025-03-29T00:00+01", "03-30T03:00+02"],
    ["harrisiirak/cron-parser#404", "none", "0 5 * * 7", "Europe/Rome", "2025-03-29T00:00+01", "03-30T05:00+02"],
    [
      "Hexagon/croner#142",
      "01:30, for ever",
      "30 2 * * *",
      "Europe/Berlin",
      "2023-03-25T12:00+01",
      "03-26T03:00+02",
      "03-27T02:30",
    ],
    ["Hexagon/croner-rust#16", "a panic", "0 2 * * *", NY, "2025-03-09T01:30-05", "03:00-04", "03-10T02:00"],
    [
      "spring-framework#28245",
      "28 March",
      "0 30 2 * * ?",
      "Europe/Zurich",
      "2022-03-26T12:00+01",
      "03-27T03:00+02",
      "03-28T02:30",
    ],
    [
      "spring-framework#26830",
      "null",
      "0 10 2 * * *",
      "Europe/Berlin",
      "2021-03-28T01:09+01",
      "03:00+02",
      "03-29T02:10",
    ],
    ["HangfireIO/Cronos#36", "4 April", "0 2 * * 0", "Europe/Vienna", "2021-03-28T01:59+01", "03:00+02", "04-04T02:00"],
    [
      "HangfireIO/Cronos#92",
      "previous: the 30th",
      "30 2 * * *",
      "Europe/Amsterdam",
      "2024-03-30T02:30+01",
      "03-31T03:00+02",
      "04-01T02:30",
    ],
    [
      "agronholm/apscheduler#1059",
      "02:00, which is not",
      "0 2 * * *",
      "US/Eastern",
      "2013-03-10T00:00-05",
      "03:00-04",
      "03-11T02:00",
    ],
    [
      "agronholm/apscheduler#370",
      "00:00",
      "0 1 * * *",
      "Europe/Dublin",
      "2019-03-30T12:00Z",
      "03-31T02:00+01",
      "04-01T01:00",
    ],
    [
      "taichino/croniter#90",
      "30 March 01:01",
      "1 2 * * *",
      "Europe/Berlin",
      "2020-03-29T01:59:55+01",
      "03:00+02",
      "03-30T02:01",
    ],
    ["node-schedule#615", "8 November", "0 30 2 * * *", NY, "2021-03-14T06:00", "03-14T03:00-04", "03-15T02:30"],
    ["robfig/cron#541", "10 March", "0 2 * * *", LA, "2025-03-08T12:00-08", "03-09T03:00-07", "03-10T02:00"],
    ["gorhill/cronexpr#23", "01:02, for ever", "2 2 * * *", LA, "2016-03-12T02:03-08", "03-13T03:00-07", "03-14T02:02"],
  ]);
});

describe("a wildcard schedule runs wild, stops, or fires for a reading that is not", () => {
  itIsRight([
    [
      "kelektiv/node-cron#120",
      "nothing more",
      "0 */1 * * * *",
      NY,
      "2015-03-08T01:58-05",
      "01:59",
      "03:00-04",
      "03:01",
    ],
    ["node-cron/node-cron#509", "thousands of misses", "* * * * *", NY, "2026-03-08T01:58-05", "01:59", "03:00-04"],
    ["exander77/supertinycron#14", "02:00:02", "2 * * * * *", "Europe/Athens", "2024-03-31T02:59:02+02", "04:00:02+03"],
    ["pallets-eco/croniter#266", "02:30", "0 * * * *", "Australia/Lord_Howe", "2026-10-04T01:00+10:30", "03:00+11"],
    ["oven-sh/bun#40402", "03:00", "* 2 * * *", NY, "2026-03-07T02:59-05", "03-09T02:00-04", "02:01"],
    [
      "oven-sh/bun#40402",
      "never 02:35",
      "10,35,40 2 * * *",
      "Australia/Lord_Howe",
      "2026-10-03T12:00+10:30",
      "10-04T02:30+11",
      "02:35",
      "02:40",
    ],
    [
      "spring-framework#36859",
      "26 April",
      "0 0 */2 * * ?",
      "Africa/Cairo",
      "2025-04-24T21:10:20+02",
      "22:00",
      "04-25T02:00+03",
      "04:00",
    ],
  ]);
});

describe("another day or hour, because a day is 23 hours long", () => {
  itIsRight([
    [
      "kelektiv/node-cron#56",
      "01:00, thousandfold",
      "00 00 09,21 * * *",
      LA,
      "2013-03-10T00:30-08",
      "09:00-07",
      "21:00",
    ],
    ["node-cron/node-cron#510", "31 March", "0 55 * * * *", "Europe/Belgrade", "2026-03-29T23:55:01+02", "03-30T00:55"],
    ["node-cron/node-cron#510", "29 April", "0 55 * * * *", "Europe/Belgrade", "2026-03-31T23:55:01+02", "04-01T00:55"],
    ["node-cron/node-cron#510", "30 March", "0 55 * * * *", "Europe/Belgrade", "2027-03-28T23:55:01+02", "03-29T00:55"],
    ["cronie#218", "3 April", "0 12 * * 0", "Europe/Berlin", "2022-03-24T12:00+01", "03-27T12:00+02"],
    ["cronie#217", "01:00", "* * * */3 *", NY, "2015-02-15T00:00-05", "04-01T00:00-04", "00:01"],
    ["spring-framework#28038", "30 March", "0 5 0 * * *", "Europe/Amsterdam", "2021-03-28T01:00+01", "03-29T00:05+02"],
    ["dragonmantank/cron-expression#154", "13 March", "30 07 * * *", NY, "2023-03-11T08:00-05", "03-12T07:30-04"],
    [
      "dragonmantank/cron-expression#176",
      "30 April",
      "59 23 L * *",
      "Europe/Helsinki",
      "2024-03-20T12:13:14+02",
      "03-31T23:59+03",
    ],
    ["agronholm/apscheduler#529", "16 March", "0 0 * * MON-FRI", "US/Central", "2021-03-12T00:00-06", "03-15T00:00-05"],
    [
      "pallets-eco/croniter#70",
      "31 March 23:00",
      "0 0 1 * *",
      "Europe/Berlin",
      "2024-02-23T00:00+01",
      "03-01",
      "04-01T00:00+02",
      "05-01",
    ],
    ["gorhill/cronexpr#24", "03:00", "0 14 * * *", LA, "2016-03-12T14:01-08", "03-13T14:00-07"],
    [
      "mariusbancila/croncpp#32",
      "the day before",
      "30 55 5,11,17 * * *",
      "Europe/Berlin",
      "2023-03-25T21:54:04+01",
      "03-26T05:55:30+02",
    ],
    ["Crontap#2", "2 April 00:30", "30 * 1 * *", "Europe/London", "2023-03-31T12:00+01", "04-01T00:30", "01:30"],
    ["Hexagon/croner#284", "04:00", "0 0 * * * *", "UTC", "2025-10-05T02:00", "03:00", "04:00"],
    [
      "harrisiirak/cron-parser#66",
      "03:30 too",
      "30 1 * * *",
      NY,
      "2016-03-12T12:00-05",
      "03-13T01:30",
      "03-14T01:30-04",
    ],
  ]);
});

describe("midnight is in the gap", () => {
  itIsRight([
    ["harrisiirak/cron-parser#25", "no end", "0 0 0 10 * *", SAO_PAULO, "2014-10-13T12:00-03", "11-10T00:00-02"],
    ["kelektiv/node-cron#118", "no end", "0 0 12 11,26 * *", SAO_PAULO, "2014-10-12T00:00-03", "10-26T12:00-02"],
    [
      "harrisiirak/cron-parser#100",
      "prev: no end",
      "0 0 * * * *",
      SAO_PAULO,
      "2017-10-14T23:00-03",
      "10-15T01:00-02",
      "02:00",
    ],
    ["robfig/cron#157", "10 December", "0 9 10 * *", SAO_PAULO, "2018-10-17T09:00-03", "11-10T09:00-02"],
    ["nats-server#8543", "2019", "0 0 1 4 11 *", SAO_PAULO, "2018-11-03T23:00-03", "11-04T01:00-02"],
    [
      "nats-server#8543",
      "11 November",
      "0 0 1 * * 0",
      SAO_PAULO,
      "2018-11-03T23:00-03",
      "11-04T01:00-02",
      "11-11T01:00",
    ],
    ["nats-server#8543", "2019", "0 0 2 4 11 *", SAO_PAULO, "2018-11-03T23:00-03", "11-04T02:00-02"],
    [
      "jmrozanec/cron-utils#332",
      "no end",
      "0 6 * * *",
      "America/Santiago",
      "2018-08-12T03:00-03",
      "06:00",
      "08-13T06:00",
    ],
    [
      "Hexagon/croner#132",
      "12 September",
      "0 0 0 * * *",
      "America/Santiago",
      "2022-09-10T00:00-04",
      "09-11T01:00-03",
      "09-12",
    ],
  ]);
});
