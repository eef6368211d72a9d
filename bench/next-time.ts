import { COMMON, EXPRESSIONS, RARE, SPECIAL, ZONES } from "./corpus.js";
import type { Effort, FigureOf, Measured, Question, Result, Settings, Side, Target } from "./question.js";
import { atLeast, atMost, ratio } from "./question.js";
import { geometricMean } from "./statistics.js";

type Next = (afterMs: number) => number;
/** The next time of an expression in a zone; throws where the grammar lacks it. */
type Reader = (expression: string, zone: string) => Next;

const START_MS = Date.UTC(2026, 0, 10);
const MEAN = "geometric mean, per second";
const RARE_MEAN = "rare, per second";
const COMMON_MEAN = "simple, per second";
/** Results to compare: from four instants, eight in a row. */
const SAMPLES = [0, 100, 200, 300].map((days) => START_MS + days * 86_400_000);

function side(load: () => Promise<Reader>): Side {
  return async (settings) => measure(await load(), settings);
}

function measure(read: Reader, { zone, milliseconds }: Settings): Measured {
  const figures: Record<string, number> = {};
  const answers: Record<string, number> = {};
  for (const expression of EXPRESSIONS) {
    try {
      const next = read(expression, String(zone));
      answers[expression] = checksum(next);
      figures[expression] = callsPerSecond(next, stepsOf(expression), Number(milliseconds));
    } catch {
      // Not in this grammar, or found too hard.
    }
  }
  const speeds = (list: readonly string[]): number[] => list.flatMap((expression) => figures[expression] ?? []);
  figures[COMMON_MEAN] = geometricMean(speeds(COMMON));
  figures[RARE_MEAN] = geometricMean(speeds(RARE));
  figures[MEAN] = geometricMean(speeds(EXPRESSIONS));
  const refused = [...COMMON, ...RARE].filter((expression) => figures[expression] === undefined);
  return { figures, answers, faults: { "expressions failed": refused.length } };
}

/** How long a chain is before it begins anew: some peers see no further than the year 2100. */
function stepsOf(expression: string): number {
  return RARE.includes(expression) ? 16 : 256;
}

function checksum(next: Next): number {
  let sum = 0;
  for (const start of SAMPLES) {
    let time = start;
    for (let step = 1; step <= 8; step++) {
      time = next(time);
      sum = (sum * 31 + time / 1_000) % 1_000_000_007;
    }
  }
  return sum;
}

function callsPerSecond(next: Next, steps: number, milliseconds: number): number {
  chain(next, steps, milliseconds / 4);
  return chain(next, steps, milliseconds);
}

/** Each result is asked for the next one. */
function chain(next: Next, steps: number, milliseconds: number): number {
  const start = performance.now();
  let calls = 0;
  let elapsed = 0;
  do {
    let time = START_MS;
    for (let step = 0; step < steps; step++) time = next(time);
    calls += steps;
    elapsed = performance.now() - start;
  } while (elapsed < milliseconds);
  return (calls / elapsed) * 1_000;
}

const sides: Record<string, Side> = {
  punctual: side(async () => {
    const { cron } = await import("punctual");
    return (expression, timezone) => {
      const schedule = cron(expression, { timezone });
      return (afterMs) => schedule.next(afterMs) as number;
    };
  }),
  croner: side(async () => {
    const { Cron } = await import("croner");
    return (expression, timezone) => {
      // In UTC the process's own zone, which is UTC, is croner's faster way.
      const schedule = timezone === "UTC" ? new Cron(expression) : new Cron(expression, { timezone });
      return (afterMs) => (schedule.nextRun(new Date(afterMs)) as Date).getTime();
    };
  }),
  "cron-parser": side(async () => {
    const { CronExpressionParser } = await import("cron-parser");
    return (expression, tz) => {
      const schedule = CronExpressionParser.parse(expression, { currentDate: START_MS, tz });
      let last = START_MS;
      return (afterMs) => {
        if (afterMs !== last) schedule.reset(new Date(afterMs));
        last = schedule.next().getTime();
        return last;
      };
    };
  }),
  "cron-schedule": side(async () => {
    const { parseCronExpression } = await import("cron-schedule");
    return (expression) => {
      // It takes W and # and reads them as if they were not there.
      if (SPECIAL.includes(expression)) throw new Error("not in the grammar");
      const schedule = parseCronExpression(expression);
      return (afterMs) => schedule.getNextDate(new Date(afterMs)).getTime();
    };
  }),
};

function cells(effort: Effort) {
  const milliseconds = { full: 200, quick: 50, once: 2 }[effort];
  const zones = effort === "once" ? ZONES.slice(0, 1) : ZONES;
  return ["UTC", ...zones].flatMap((zone) =>
    Object.keys(sides)
      // cron-schedule knows the process's zone only.
      .filter((name) => zone === "UTC" || (name !== "cron-schedule" && (effort !== "once" || name !== "cron-parser")))
      .map((name) => ({ side: name, label: zone, settings: { zone, milliseconds } })),
  );
}

/** How many times a peer's speed is ours, over the expressions that both know. */
function timesFaster(figure: FigureOf, zone: string, peer: string): number {
  return geometricMean(
    EXPRESSIONS.flatMap(
      (expression) => ratio(figure("punctual", zone, expression), figure(peer, zone, expression)) ?? [],
    ),
  );
}

function targets(figure: FigureOf): Target[] {
  const inUtc = [
    atLeast("UTC, geometric mean, per second", figure("punctual", "UTC", MEAN), 6e6),
    atLeast("UTC, × croner", timesFaster(figure, "UTC", "croner"), 60),
    atLeast("UTC, × cron-schedule", timesFaster(figure, "UTC", "cron-schedule"), 2),
  ];
  const inZones = ZONES.flatMap((zone) => {
    const slower = ratio(figure("punctual", zone, COMMON_MEAN), figure("punctual", zone, RARE_MEAN));
    return [
      atLeast(`${zone}, geometric mean, per second`, figure("punctual", zone, MEAN), 4e6),
      atLeast(`${zone}, × croner`, timesFaster(figure, zone, "croner"), 100),
      atMost(`${zone}, rare ones, times slower than simple ones`, slower, 3),
    ];
  });
  return [...inUtc, ...inZones];
}

/** We must agree with croner; it reads the expressions of the corpus as we do. */
function compare(results: readonly Result[]): string[] {
  return ["UTC", ...ZONES].flatMap((zone) => {
    const ours = results.find((result) => result.label === zone && result.side === "punctual");
    const theirs = results.find((result) => result.label === zone && result.side === "croner");
    return EXPRESSIONS.flatMap((expression) => {
      const [a, b] = [ours, theirs].map((result) => result?.answers[expression]);
      return a === undefined || b === undefined || a === b ? [] : [`${expression} in ${zone}: not as croner has it`];
    });
  });
}

export const question: Question = {
  title: "next fire times per second, each asked of the one before; higher is better",
  sides,
  cells,
  repeats: (effort) => ({ full: 5, quick: 2, once: 1 })[effort],
  targets,
  compare,
};
