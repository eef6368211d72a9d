import { EXPRESSIONS, EXTENDED, LEAP_DAY, RARE, SIMPLE, ZONES } from "./corpus.js";
import { disagreements } from "./disagreements.js";
import type { Cell, Effort, FigureOf, Measured, Question, Result, Settings, Side, Target } from "./question.js";
import { atLeast, atMost, leftOutFor, ratio } from "./question.js";
import type { Read, Reading } from "./readers.js";
import { NOT_ASKED, knowsZones, MISREAD, READERS, START_MS } from "./readers.js";
import { geometricMean } from "./statistics.js";

const DAY = 86_400_000;
const MEAN = "all: geometric mean, per second";
const REFUSED = "expressions refused";
const GROUPS = { simple: SIMPLE, extended: EXTENDED, rare: RARE } as const;
const meanOf = (group: keyof typeof GROUPS): string => `${group}: geometric mean, per second`;

/** Answers to compare: eight in a row from quiet days, from minutes before clocks change, and from a far year. */
const SAMPLES: readonly number[] = [
  ...[0, 100, 200, 300].map((days) => START_MS + days * DAY),
  // New York: gap, overlap. Lord Howe: gap, overlap.
  Date.UTC(2026, 2, 8, 6, 56),
  Date.UTC(2026, 10, 1, 5, 56),
  Date.UTC(2026, 9, 3, 15, 26),
  Date.UTC(2026, 3, 4, 14, 56),
  Date.UTC(2199, 10, 30),
];
const ANSWERS_EACH = 8;
const LONGEST_WARM_UP_MS = 150;

function side(load: () => Promise<Read>): Side {
  return async (settings) => measure(await load(), settings);
}

function measure(read: Read, { zone, milliseconds }: Settings): Measured {
  const answers: Record<string, number | null> = {};
  const notes: string[] = [];
  const readings = new Map<string, Reading>();
  for (const expression of EXPRESSIONS) {
    try {
      const reading = read(expression, String(zone));
      Object.assign(answers, answersOf(expression, reading));
      warmUp(reading, RARE.includes(expression), Number(milliseconds) / 2);
      readings.set(expression, reading);
    } catch (error) {
      // Not in this grammar, or found too hard.
      notes.push(`${expression}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { figures: { ...speeds(readings, Number(milliseconds)), [REFUSED]: notes.length }, answers, notes };
}

/** Measured once all have been run: what the compiler learns from one it does not unlearn in another then. */
function speeds(readings: ReadonlyMap<string, Reading>, milliseconds: number): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const [expression, reading] of readings) {
    figures[expression] = chain(reading, RARE.includes(expression), milliseconds);
  }
  const mean = (list: readonly string[]): number =>
    geometricMean(list.flatMap((expression) => figures[expression] ?? []));
  for (const group of ["simple", "extended", "rare"] as const) figures[meanOf(group)] = mean(GROUPS[group]);
  figures[MEAN] = mean(EXPRESSIONS);
  return figures;
}

/** By expression and instant, what comes after it; `null` for nothing. */
function answersOf(expression: string, reading: Reading): Record<string, number | null> {
  const answers: Record<string, number | null> = {};
  for (const start of SAMPLES) {
    let before = start;
    const times = reading.first(start, ANSWERS_EACH);
    for (const time of times) {
      answers[`${expression} after ${before}`] = time;
      before = time;
    }
    if (times.length < ANSWERS_EACH) answers[`${expression} after ${before}`] = null;
  }
  return answers;
}

/** A whole chain at least, when speed counts: what the first use of a year costs is another question. */
function warmUp(reading: Reading, rare: boolean, milliseconds: number): void {
  chain(reading, rare, milliseconds, milliseconds < 1 ? 0 : rare ? 16 : 256);
}

/** Calls per second. A chain begins anew after 256, a rare one after 16: some peers see no further than the year 2100. */
function chain(reading: Reading, rare: boolean, milliseconds: number, least = 0): number {
  const [together, longest] = rare ? [8, 16] : [64, 256];
  const start = performance.now();
  let calls = 0;
  let elapsed = 0;
  let time = START_MS;
  do {
    time = reading.chain(calls % longest === 0 ? START_MS : time, together);
    calls += together;
    elapsed = performance.now() - start;
  } while (elapsed < milliseconds || (calls < least && elapsed < LONGEST_WARM_UP_MS));
  return (calls / elapsed) * 1_000;
}

const sides: Record<string, Side> = Object.fromEntries(
  Object.entries(READERS).map(([name, load]) => [name, side(load)]),
);

const SLOW = ["cron-parser"];
const ZONELESS = { "cron-schedule": "knows no zones" };

function cells(effort: Effort): Cell[] {
  const milliseconds = { full: 100, quick: 10, once: 1 }[effort];
  const zones = effort === "full" ? ZONES : ZONES.slice(0, 1);
  return ["UTC", ...zones].flatMap((zone) => [
    ...Object.keys(sides)
      // It takes seconds in zones.
      .filter((name) => zone === "UTC" || (knowsZones(name) && (effort === "full" || !SLOW.includes(name))))
      .map((name) => ({ side: name, label: zone, settings: { zone, milliseconds } })),
    ...(zone === "UTC" ? leftOutFor(zone, NOT_ASKED) : leftOutFor(zone, ZONELESS)),
  ]);
}

/** How many times a peer's speed is ours, over the expressions that both know. */
function timesFaster(figure: FigureOf, zone: string, peer: string): number | undefined {
  const ratios = EXPRESSIONS.flatMap(
    (expression) => ratio(figure("punctual", zone, expression), figure(peer, zone, expression)) ?? [],
  );
  return ratios.length === 0 ? undefined : geometricMean(ratios);
}

function targets(figure: FigureOf): Target[] {
  const inUtc = [
    atLeast("UTC, geometric mean, per second", figure("punctual", "UTC", MEAN), 6e6),
    atLeast("UTC, × croner", timesFaster(figure, "UTC", "croner"), 60),
    atLeast("UTC, × cron-schedule", timesFaster(figure, "UTC", "cron-schedule"), 2),
  ];
  const inZones = ZONES.flatMap((zone) => {
    const slower = ratio(figure("punctual", zone, meanOf("simple")), figure("punctual", zone, LEAP_DAY));
    return [
      atLeast(`${zone}, geometric mean, per second`, figure("punctual", zone, MEAN), 4e6),
      atLeast(`${zone}, × croner`, timesFaster(figure, zone, "croner"), 100),
      atMost(`${zone}, ${LEAP_DAY}, times slower than simple ones`, slower, 3),
    ];
  });
  return [...inUtc, ...inZones];
}

/** We read every expression; where a peer answers otherwise, it is wrong, and we know why. */
function compare(results: readonly Result[]): string[] {
  const refused = results.flatMap(({ side: name, label, notes }) =>
    name === "punctual" ? notes.map((note) => `${label}: refused ${note}`) : [],
  );
  return [...refused, ...disagreements(results).flatMap(({ problem }) => problem ?? [])];
}

function remarks(results: readonly Result[]): string[] {
  const known = new Set<string>();
  const lines = results.flatMap(({ side: name, label, notes }) => {
    // What is refused in UTC need not be said again of each zone.
    const fresh = notes.filter((note) => !known.has(`${name} ${note}`));
    for (const note of fresh) known.add(`${name} ${note}`);
    return [
      ...listed(
        `${name} reads without W, L and #, so not measured`,
        fresh.filter((note) => note.endsWith(MISREAD)),
      ),
      ...listed(
        `${name}, ${label}, refuses or fails`,
        fresh.filter((note) => !note.endsWith(MISREAD)),
      ),
    ];
  });
  return [...lines, ...disagreements(results).map(({ text }) => text)];
}

function listed(what: string, notes: readonly string[]): string[] {
  return notes.length === 0 ? [] : [`${what}: ${notes.map((note) => note.split(": ")[0]).join("; ")}`];
}

export const question: Question = {
  title: "next fire times per second, each asked of the one before; higher is better",
  sides,
  cells,
  repeats: (effort) => ({ full: 2, quick: 1, once: 1 })[effort],
  targets,
  compare,
  remarks,
};
