import { distinctExpression } from "./corpus.js";
import type { Cell, Effort, FigureOf, Measured, Question, Settings, Side, Target } from "./question.js";
import { atLeast, check } from "./question.js";

/** Reads an expression; what it gives must not be thrown away by the compiler. */
type Parse = (expression: string) => object;

const DISTINCT = "distinct, per second";
const REPEATED = "repeated, per second";
const LABEL = "of known items, in UTC";

function side(load: () => Promise<Parse>): Side {
  return async (settings) => measure(await load(), settings);
}

function measure(parse: Parse, { count }: Settings): Measured {
  const expressions = Array.from({ length: Number(count) }, (_, index) => distinctExpression(index));
  // Every item of the expressions below occurs here: none is read for the first time while we measure.
  for (let item = 0; item < 60; item++) parse(`${item} ${item} ${item % 24} ${1 + (item % 28)} * *`);
  for (let index = 0; index < 2_000; index++) parse(distinctExpression(2_000_000 + index));
  const distinct = perSecond(expressions.length, (index) => parse(expressions[index] as string));
  const repeated = perSecond(expressions.length, () => parse("*/5 8-18 * * 1-5"));
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
    return (expression) => cron(expression, options);
  }),
  croner: side(async () => {
    const { Cron } = await import("croner");
    return (expression) => new Cron(expression);
  }),
  "cron-parser": side(async () => {
    const { CronExpressionParser } = await import("cron-parser");
    return (expression) => CronExpressionParser.parse(expression);
  }),
  "cron-schedule": side(async () => {
    const { parseCronExpression } = await import("cron-schedule");
    return (expression) => parseCronExpression(expression);
  }),
};

function cells(effort: Effort): Cell[] {
  const count = { full: 100_000, quick: 30_000, once: 500 }[effort];
  return Object.keys(sides).map((name) => ({ side: name, label: LABEL, settings: { count } }));
}

export const question: Question = {
  title: "expressions read per second; higher is better",
  sides,
  cells,
  repeats: (effort) => ({ full: 5, quick: 3, once: 1 })[effort],
  targets: (figure: FigureOf): Target[] => [
    atLeast("distinct expressions of known items, per second", figure("punctual", LABEL, DISTINCT), 3e5),
    atLeast("a repeated expression, per second", figure("punctual", LABEL, REPEATED), 2e6),
  ],
};
