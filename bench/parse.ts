import { distinctExpression, nextOfDistinct } from "./corpus.js";
import type { Cell, Effort, FigureOf, Measured, Question, Settings, Side, Target } from "./question.js";
import { atLeast, check, leftOutFor } from "./question.js";
import { ASKS_ANOTHER } from "./readers.js";

interface Parser {
  /** What it gives must not be thrown away by the compiler. */
  parse(expression: string): object;
  /** Whether what was read is `distinctExpression(index)`. */
  isDistinct(parsed: object, index: number): boolean;
}

const DISTINCT = "distinct, per second";
const REPEATED = "repeated, per second";
const LABEL = "of known items, in UTC";
const START_MS = Date.UTC(2026, 0, 10);
const CHECKED = 200;

/** A parser whose results tell fire times. */
function telling<T extends object>(parse: (expression: string) => T, next: (parsed: T) => number | undefined): Parser {
  return { parse, isDistinct: (parsed, index) => next(parsed as T) === nextOfDistinct(index, START_MS) };
}

function side(load: () => Promise<Parser>): Side {
  return async (settings) => measure(await load(), settings);
}

function measure({ parse, isDistinct }: Parser, { count }: Settings): Measured {
  const expressions = Array.from({ length: Number(count) }, (_, index) => distinctExpression(index));
  // Every item of the expressions below occurs here: none is read for the first time while we measure.
  for (let item = 0; item < 60; item++) parse(`${item} ${item} ${item % 24} ${1 + (item % 28)} * *`);
  for (let index = 0; index < 2_000; index++) parse(distinctExpression(2_000_000 + index));
  const distinct = perSecond(expressions.length, (index) => parse(expressions[index] as string));
  const repeated = perSecond(expressions.length, () => parse("*/5 8-18 * * 1-5"));
  for (let index = 0; index < CHECKED; index++) {
    check(isDistinct(parse(distinctExpression(index)), index), `${distinctExpression(index)} was read as another`);
  }
  return { figures: { [DISTINCT]: distinct, [REPEATED]: repeated } };
}

function perSecond(count: number, parse: (index: number) => object): number {
  let parsed = 0;
  const start = performance.now();
  for (let index = 0; index < count; index++) parsed += typeof parse(index) === "object" ? 1 : 0;
  const elapsed = performance.now() - start;
  check(parsed === count, "an expression was not read");
  return (count / elapsed) * 1_000;
}

const sides: Record<string, Side> = {
  punctual: side(async () => {
    const { cron } = await import("punctual");
    const options = { timezone: "UTC" };
    return telling(
      (expression) => cron(expression, options),
      (schedule) => schedule.next(START_MS) ?? undefined,
    );
  }),
  croner: side(async () => {
    const { Cron } = await import("croner");
    return telling(
      (expression) => new Cron(expression),
      (schedule) => schedule.nextRun(new Date(START_MS))?.getTime(),
    );
  }),
  cronosjs: side(async () => {
    const { CronosExpression } = await import("cronosjs");
    return telling(
      (expression) => CronosExpression.parse(expression),
      (schedule) => schedule.nextDate(new Date(START_MS))?.getTime(),
    );
  }),
  "cron-parser": side(async () => {
    const { CronExpressionParser } = await import("cron-parser");
    return telling(
      (expression) => CronExpressionParser.parse(expression),
      (schedule) => {
        schedule.reset(new Date(START_MS));
        return schedule.next().getTime();
      },
    );
  }),
  "node-cron": side(async () => {
    // createTask reads as well, but keeps every task for ever: its `parse` is the faster way.
    const { parse } = await import("node-cron");
    return {
      parse,
      isDistinct: (parsed, index) => {
        const { second, minute, hour, dayOfMonth } = parsed as ReturnType<typeof parse>;
        return `${second} ${minute} ${hour} ${dayOfMonth} * *` === distinctExpression(index);
      },
    };
  }),
  cron: side(async () => {
    const { CronTime } = await import("cron");
    return telling(
      (expression) => new CronTime(expression),
      (schedule) => schedule.getNextDateFrom(new Date(START_MS)).toMillis(),
    );
  }),
  "cron-schedule": side(async () => {
    const { parseCronExpression } = await import("cron-schedule");
    return telling(
      (expression) => parseCronExpression(expression),
      (schedule) => schedule.getNextDate(new Date(START_MS)).getTime(),
    );
  }),
};

function cells(effort: Effort): Cell[] {
  const count = { full: 100_000, quick: 10_000, once: 500 }[effort];
  return [
    ...Object.keys(sides).map((name) => ({ side: name, label: LABEL, settings: { count } })),
    ...leftOutFor(LABEL, ASKS_ANOTHER),
  ];
}

export const question: Question = {
  title: "expressions read per second; higher is better",
  sides,
  cells,
  repeats: (effort) => ({ full: 5, quick: 1, once: 1 })[effort],
  targets: (figure: FigureOf): Target[] => [
    atLeast("distinct expressions of known items, per second", figure("punctual", LABEL, DISTINCT), 3e5),
    atLeast("a repeated expression, per second", figure("punctual", LABEL, REPEATED), 2e6),
  ],
};
