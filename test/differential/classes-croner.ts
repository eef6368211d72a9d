import type { DisagreementClass } from "./classes.js";
import type { Rewrite } from "./facts.js";
import { dateOf, isOneTime, isReadAs } from "./facts.js";

const YEAR_3000 = Date.UTC(3000, 0, 1);

/** croner counts steps of years from 0. */
const YEAR_STEP: Rewrite = ["year", (item) => item.replace(/^\*\/(\d+)$/, "$1-9999/$1")];
/** It takes the `L` of a list out before it looks for a bare `*`. */
const NO_LAST: Rewrite = ["day", (item) => (item === "l" ? "" : item)];
/** It puts 7 for a `SUN` that ends a range. */
const SUNDAY_LAST: Rewrite = ["weekday", (item) => item.replace(/^(?:sun|0)-sun/, "0-7")];
const REWRITES: readonly Rewrite[] = [YEAR_STEP, SUNDAY_LAST];

export const CRONER: readonly DisagreementClass[] = [
  {
    id: "croner-year-step",
    example: {
      expression: "0 0 12 1 1 * */3",
      timezone: "UTC",
      after: "2026-01-15T00:00:00Z",
      ours: "2027-01-01T12:00:00Z",
      theirs: "2028-01-01T12:00:00Z",
    },
    holds: (finding) => isReadAs(finding, [YEAR_STEP], REWRITES),
  },
  {
    id: "croner-year-3000",
    example: {
      expression: "0 0 1 1 *",
      timezone: "UTC",
      after: "2999-06-01T00:00:00Z",
      ours: "3000-01-01T00:00:00Z",
      theirs: null,
    },
    holds: ({ difference: { firing, instant }, expression }) =>
      firing === "ours" && instant >= YEAR_3000 && expression.fields.year === "*",
  },
  {
    id: "croner-star-with-last",
    example: {
      expression: "0 0 *,L * MON",
      timezone: "UTC",
      after: "2026-05-11T12:00:00Z",
      ours: "2026-05-12T00:00:00Z",
      theirs: "2026-05-18T00:00:00Z",
    },
    holds: (finding) =>
      /^(?:l,)*\*(?:,l)*$/.test(finding.expression.fields.day) && isReadAs(finding, [NO_LAST], [...REWRITES, NO_LAST]),
  },
  {
    id: "croner-sunday-range",
    example: {
      expression: "0 0 * * SUN-SUN",
      timezone: "UTC",
      after: "2026-05-10T12:00:00Z",
      ours: "2026-05-17T00:00:00Z",
      theirs: "2026-05-11T00:00:00Z",
    },
    holds: (finding) => isReadAs(finding, [SUNDAY_LAST], REWRITES),
  },
  {
    id: "croner-gap-list",
    example: {
      expression: "0,30 2 * * *",
      timezone: "America/New_York",
      after: "2026-03-08T06:00:00Z",
      ours: "2026-03-08T07:00:00Z",
      theirs: "2026-03-09T06:00:00Z",
    },
    holds: ({ difference: { firing }, expression, moment: { place } }) =>
      firing === "ours" && place === "gapEnd" && expression.fixedTime && !isOneTime(expression),
  },
  {
    id: "croner-gap-midnight",
    example: {
      expression: "30 23 * * *",
      timezone: "America/Scoresbysund",
      after: "2026-03-28T12:00:00Z",
      ours: "2026-03-29T01:00:00Z",
      theirs: "2026-03-30T00:30:00Z",
    },
    holds: ({ difference: { firing }, expression, moment: { place, change } }) =>
      firing === "ours" &&
      place === "gapEnd" &&
      isOneTime(expression) &&
      change !== undefined &&
      dateOf(change.before) !== dateOf(change.after),
  },
  {
    id: "croner-overlap-list",
    example: {
      expression: "0 1,12 * * *",
      timezone: "America/New_York",
      after: "2026-11-01T05:30:00Z",
      ours: "2026-11-01T17:00:00Z",
      theirs: "2026-11-01T06:00:00Z",
    },
    holds: ({ difference: { firing }, expression, moment: { place } }) =>
      firing === "theirs" && place === "secondPass" && expression.fixedTime && !isOneTime(expression),
  },
];
