/**
 * What robfig/cron fires in New York on 11 March 2012, when the clock leaps from 02:00 to 03:00, and on 4 November 2012,
 * when it goes from 02:00 back to 01:00. It skips a reading in the gap and fires at both passes of the overlap; here that
 * is a policy for each, and the default differs.
 */
import { describe } from "vitest";
import { itFires } from "./rows.js";

const NY = "America/New_York";

describe("robfig/cron: an hourly job fires each hour, under every policy", () => {
  for (const dst of ["vixie", "skip", "both"] as const) {
    itFires(
      [
        ["0 0 * * * ?", NY, "2012-03-11T00:00-05", "01:00", "03:00-04", "04:00", "05:00"],
        ["0 0 * * * ?", NY, "2012-03-11T01:00-05", "03:00-04"],
        ["0 0 * * * ?", NY, "2012-11-04T00:00-04", "01:00", "01:00-05", "02:00"],
        ["0 0 * * * ?", NY, "2012-11-04T01:00-05", "02:00"],
        ["TZ=America/New_York 0 0 * * * ?", "UTC", "2012-03-11T01:00-05", "03:00-04"],
      ],
      { dst },
    );
  }
});

describe("robfig/cron: a nightly job outside the gap and the overlap, under every policy", () => {
  for (const dst of ["vixie", "skip", "both"] as const) {
    itFires(
      [
        ["0 0 1 * * ?", NY, "2012-03-11T00:00-05", "01:00", "03-12T01:00-04"],
        ["0 0 2 * * ?", NY, "2012-11-04T00:00-04", "02:00-05", "11-05T02:00"],
        ["0 0 3 * * ?", NY, "2012-11-04T00:00-04", "03:00-05", "11-05T03:00"],
        ["0 30 2 04 Nov ?", NY, "2012-11-04T00:00-04", "02:30-05"],
      ],
      { dst },
    );
  }
});

describe("robfig/cron: a reading in the gap is skipped, here under `skip`", () => {
  itFires(
    [
      ["0 30 2 11 Mar ?", NY, "2012-03-11T00:00-05", "2013-03-11T02:30-04"],
      ["0 0 2 * * ?", NY, "2012-03-11T00:00-05", "03-12T02:00-04"],
      ["TZ=America/New_York 0 30 2 11 Mar ?", "UTC", "2012-03-11T00:00-05", "2013-03-11T02:30-04"],
    ],
    { dst: "skip" },
  );
});

describe("robfig/cron: a reading that comes twice fires twice, here under `both`", () => {
  itFires(
    [
      ["0 0 1 * * ?", NY, "2012-11-04T00:00-04", "01:00", "01:00-05", "11-05T01:00"],
      ["0 30 1 04 Nov ?", NY, "2012-11-04T01:45-04", "01:30-05"],
    ],
    { dst: "both" },
  );
});

describe("robfig/cron: the same, by prefix", () => {
  itFires([
    ["CRON_DST=skip 0 0 2 * * ?", NY, "2012-03-11T00:00-05", "03-12T02:00-04"],
    ["TZ=America/New_York CRON_DST=skip 0 0 2 * * ?", "UTC", "2012-03-11T00:00-05", "03-12T02:00-04"],
    ["CRON_DST=both CRON_TZ=America/New_York 0 0 1 * * ?", "UTC", "2012-11-04T01:00-04", "01:00-05"],
  ]);
});

describe("robfig/cron: deviation, the default fires at the end of the gap and at the first pass", () => {
  itFires([
    ["0 30 2 11 Mar ?", NY, "2012-03-11T00:00-05", "03:00-04", "2013-03-11T02:30"],
    ["0 0 2 * * ?", NY, "2012-03-11T00:00-05", "03:00-04", "03-12T02:00"],
    ["0 0 1 * * ?", NY, "2012-11-04T00:00-04", "01:00", "11-05T01:00-05"],
    ["0 30 1 04 Nov ?", NY, "2012-11-04T01:45-04", "2013-11-04T01:30-05"],
  ]);
});
