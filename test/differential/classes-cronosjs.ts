import type { DisagreementClass } from "./classes.js";
import type { Finding, Rewrite } from "./facts.js";
import { isJuneOffset, isReadAs } from "./facts.js";

const MINUTE = 60_000;

/** What cronosjs takes an item of the day of week for: there Sunday is 0 before a range or a step is counted out. */
function sundayFirst(item: string): string {
  const [, value = "", step = ""] = /^(\d)\/(\d)$/.exec(item) ?? [];
  if (step !== "") return `${Number(value) % 7}-6/${step}`;
  return item.replace(/^(?:0|sun)-7(?:\/\d)?$/, "0");
}

/** What cronosjs takes `nW` for in a month without that day. */
function lastInstead({ clock, difference }: Finding): (item: string) => string {
  const date = new Date(clock.read(difference.instant));
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  return (item) => (/^\d+w$/.test(item) && Number.parseInt(item, 10) > last ? "lw" : item);
}

const dropStar = (item: string): string => (/^\*(?:\/1)?$/.test(item) ? "" : item);

const STARS: readonly Rewrite[] = [
  ["day", dropStar],
  ["weekday", dropStar],
];
const SUNDAY: readonly Rewrite[] = [["weekday", sundayFirst]];
const lastDays = (finding: Finding): readonly Rewrite[] => [["day", lastInstead(finding)]];
const allRewrites = (finding: Finding): readonly Rewrite[] => [...STARS, ...SUNDAY, ...lastDays(finding)];

/** The shapes that cronosjs reads otherwise. */
const SHAPES: readonly DisagreementClass[] = [
  {
    id: "cronosjs-star-in-list",
    example: {
      expression: "0 0 *,28 * *",
      timezone: "UTC",
      after: "2026-05-01T00:00:00Z",
      ours: "2026-05-02T00:00:00Z",
      theirs: "2026-05-28T00:00:00Z",
    },
    holds: (finding) => isReadAs(finding, STARS, allRewrites(finding)),
  },
  {
    id: "cronosjs-sunday-seven",
    example: {
      expression: "0 0 * * 0-7",
      timezone: "UTC",
      after: "2026-05-10T12:00:00Z",
      ours: "2026-05-11T00:00:00Z",
      theirs: "2026-05-17T00:00:00Z",
    },
    holds: (finding) => isReadAs(finding, SUNDAY, allRewrites(finding)),
  },
  {
    id: "cronosjs-nearest-weekday",
    example: {
      expression: "0 0 31W * *",
      timezone: "UTC",
      after: "2026-02-01T00:00:00Z",
      ours: "2026-03-31T00:00:00Z",
      theirs: "2026-02-27T00:00:00Z",
    },
    holds: (finding) => isReadAs(finding, lastDays(finding), allRewrites(finding)),
  },
];

/** The hours of a change of the clocks. */
const CHANGES: readonly DisagreementClass[] = [
  {
    id: "cronosjs-not-an-hour",
    example: {
      expression: "15 2 * * *",
      timezone: "Australia/Lord_Howe",
      after: "2026-10-03T14:00:00Z",
      ours: "2026-10-03T15:30:00Z",
      theirs: "2026-10-03T15:45:00Z",
    },
    holds: ({ difference: { instant }, moment: { minutes, change } }) =>
      change !== undefined &&
      Math.abs(minutes) !== 60 &&
      Math.abs(instant - change.at) <= Math.max(60, Math.abs(minutes)) * MINUTE,
  },
  {
    id: "cronosjs-overlap-june",
    example: {
      expression: "30 23 * * *",
      timezone: "America/Santiago",
      after: "2026-04-04T12:00:00Z",
      ours: "2026-04-05T02:30:00Z",
      theirs: "2026-04-05T03:30:00Z",
    },
    holds: ({ difference: { firing }, clock, moment: { place, change } }) =>
      change !== undefined &&
      isJuneOffset(clock, change) &&
      ((place === "firstPass" && firing === "ours") || place === "secondPass"),
  },
  {
    id: "cronosjs-overlap-wildcard",
    example: {
      expression: "*/30 * * * *",
      timezone: "America/New_York",
      after: "2026-11-01T05:30:00Z",
      ours: "2026-11-01T06:00:00Z",
      theirs: "2026-11-01T07:00:00Z",
    },
    holds: ({ difference: { firing }, expression, moment: { place } }) =>
      firing === "ours" && place === "secondPass" && !expression.fixedTime,
  },
  {
    id: "cronosjs-gap-wildcard",
    example: {
      expression: "*/30 2 * * *",
      timezone: "America/New_York",
      after: "2026-03-08T06:00:00Z",
      ours: "2026-03-09T06:00:00Z",
      theirs: "2026-03-08T07:00:00Z",
    },
    holds: ({ difference: { firing }, expression, moment: { place } }) =>
      firing === "theirs" && place === "gapEnd" && !expression.fixedTime,
  },
];

export const CRONOSJS: readonly DisagreementClass[] = [...SHAPES, ...CHANGES];
