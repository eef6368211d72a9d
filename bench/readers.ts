/** How each side is asked for fire times, each in the way of its README that is fastest. Loaded in its own process. */

/** The first fire time after an instant, or `null`; epoch milliseconds. */
export type Next = (afterMs: number) => number | null;

/** An expression in a zone, read. */
export interface Reading {
  /** The first `count` fire times after an instant, fewer where there are no more. */
  first(fromMs: number, count: number): number[];
  /** Asks for `count` fire times, each after the one before, and gives the last; begins anew where there are no more. */
  chain(fromMs: number, count: number): number;
}

/** Throws where the grammar lacks the expression. */
export type Read = (expression: string, zone: string) => Reading;

/** Where a chain begins. */
export const START_MS: number = Date.UTC(2026, 0, 10);

function reading(next: Next): Reading {
  return {
    first: (fromMs, count) => {
      const times: number[] = [];
      for (let last = fromMs; times.length < count; ) {
        const time = next(last);
        if (time === null) break;
        times.push(time);
        last = time;
      }
      return times;
    },
    chain: (fromMs, count) => {
      let time = fromMs;
      for (let step = 0; step < count; step++) time = next(time) ?? START_MS;
      return time;
    },
  };
}

/** Why a side may not take part with an expression that it takes: it reads another. */
export const MISREAD = "taken, but W, L and # are passed over";

export const READERS: Readonly<Record<string, () => Promise<Read>>> = {
  punctual: async () => {
    const { cron } = await import("punctual");
    return (expression, timezone) => {
      const schedule = cron(expression, { timezone });
      return reading((afterMs) => schedule.next(afterMs));
    };
  },
  croner: async () => {
    const { Cron } = await import("croner");
    return (expression, timezone) => {
      // In UTC the process's own zone, which is UTC, is croner's faster way.
      const schedule = timezone === "UTC" ? new Cron(expression) : new Cron(expression, { timezone });
      return reading((afterMs) => schedule.nextRun(new Date(afterMs))?.getTime() ?? null);
    };
  },
  cronosjs: async () => {
    const { CronosExpression } = await import("cronosjs");
    return (expression, timezone) => {
      // A fixed offset is its faster way, faster also than no zone at all.
      const schedule = CronosExpression.parse(expression, { timezone: timezone === "UTC" ? 0 : timezone });
      return reading((afterMs) => schedule.nextDate(new Date(afterMs))?.getTime() ?? null);
    };
  },
  "cron-parser": async () => {
    const { CronExpressionParser } = await import("cron-parser");
    return (expression, tz) => {
      const schedule = CronExpressionParser.parse(expression, { currentDate: 0, tz });
      let last = 0;
      return reading((afterMs) => {
        if (afterMs !== last) schedule.reset(new Date(afterMs));
        last = schedule.next().getTime();
        return last;
      });
    };
  },
  "node-cron": async () => {
    const { createTask } = await import("node-cron");
    return (expression, timezone) => {
      const task = createTask(expression, () => {}, timezone === "UTC" ? {} : { timezone });
      // It tells the next times from now on, and no others: for the answers, now is when we want it to be.
      return {
        first: (fromMs, count) => atTime(fromMs, () => task.getNextRuns(count).map((date) => date.getTime())),
        chain: (_fromMs, count) => task.getNextRuns(count).at(-1)?.getTime() ?? START_MS,
      };
    };
  },
  "cron-schedule": async () => {
    const { parseCronExpression } = await import("cron-schedule");
    return (expression) => {
      // It takes these and reads them as if the letter, or the number sign and what follows, were not there.
      if (/\dW|\dL|#/.test(expression)) throw new Error(MISREAD);
      const schedule = parseCronExpression(expression);
      return reading((afterMs) => schedule.getNextDate(new Date(afterMs)).getTime());
    };
  },
};

/** Why others are not asked: what they would answer is another's. */
export const ASKS_ANOTHER: Readonly<Record<string, string>> = {
  "node-schedule": "asks cron-parser (of an older version)",
  bullmq: "asks cron-parser",
  "toad-scheduler": "asks croner",
  bree: "asks @breejs/later, which knows no zones but the process's own",
};

/** Why a reader is left out of questions about fire times. */
export const NOT_ASKED: Readonly<Record<string, string>> = {
  ...ASKS_ANOTHER,
  cron: "some 500 fire times a second, and none beyond eight years: its part would take minutes",
};

/** Whether the side knows other zones than the process's own. */
export function knowsZones(side: string): boolean {
  return side !== "cron-schedule";
}

function atTime<T>(now: number, work: () => T): T {
  const real = globalThis.Date;
  globalThis.Date = class extends real {
    constructor(...args: [] | [number]) {
      super(...((args.length === 0 ? [now] : args) as [number]));
    }
  } as DateConstructor;
  try {
    return work();
  } finally {
    globalThis.Date = real;
  }
}
