import { Cron } from "croner";
import { CronosExpression } from "cronosjs";
import { cron } from "punctual";

/** The first fire time after an instant, or `null`; epoch milliseconds. */
export type Next = (afterMs: number) => number | null;
/** Reads an expression; throws where the grammar lacks it. */
export type Reader = (expression: string, timezone: string) => Next;

export const ours: Reader = (expression, timezone) => {
  const schedule = cron(expression, { timezone });
  return (afterMs) => schedule.next(afterMs);
};

/** Day fields of nothing but stars, one of them in a list or with the step 1. */
const EVERY_DAY_IN_LISTS =
  /^(?:\S+ ){2,3}(?!\* \S+ [*?](?: |$))(?:[*?]|\*\/1)(?:,(?:[*?]|\*\/1))* \S+ (?:[*?]|\*\/1)(?:,(?:[*?]|\*\/1))*(?: \S+)?$/;

/** Each with its default settings. */
export const PEERS = {
  croner: (expression, timezone) => {
    const schedule = new Cron(expression, { timezone });
    return (afterMs) => schedule.nextRun(new Date(afterMs))?.getTime() ?? null;
  },
  cronosjs: (expression, timezone) => {
    if (EVERY_DAY_IN_LISTS.test(expression))
      throw new Error("it finds no day, and looks for one until the year 275759");
    const schedule = CronosExpression.parse(expression, { timezone });
    return (afterMs) => schedule.nextDate(new Date(afterMs))?.getTime() ?? null;
  },
} as const satisfies Record<string, Reader>;

export type PeerName = keyof typeof PEERS;
