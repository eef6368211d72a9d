/** How long to measure: minutes, a couple of minutes, or one small iteration that only checks the results. */
export type Effort = "full" | "quick" | "once";

/** What one side found in one child process. */
export interface Measured {
  /** By name, the unit in the name. Medians are taken over the repetitions. */
  readonly figures: Readonly<Record<string, number>>;
  /** What went wrong, by name; the worst of the repetitions counts. Any but 0 fails the run when it is ours. */
  readonly faults?: Readonly<Record<string, number>>;
  /** What `compare` looks at; not printed. */
  readonly answers?: Readonly<Record<string, number | null>>;
  /** What there is to say beside figures, a line each. */
  readonly notes?: readonly string[];
}

export type Settings = Readonly<Record<string, number | string>>;

/** One contestant: `punctual`, a peer, or the `limit`, which is bare code that does nothing else. */
export type Side = (settings: Settings) => Measured | Promise<Measured>;

/** One thing to measure, in a child process of its own. */
export interface Cell {
  readonly side: string;
  /** What is compared: sides of the same label stand beside one another. */
  readonly label: string;
  readonly settings: Settings;
  /** Why this is not measured; it stands in the table. */
  readonly leftOut?: string;
  /** For how long the child process may run. @default 180,000 */
  readonly limitMs?: number;
}

/** Why a cell is left out of a shorter run. */
export const LATER_ONLY = "only in a full run";

/** Those that are not measured, each with its reason. */
export function leftOutFor(label: string, reasons: Readonly<Record<string, string>>): Cell[] {
  return Object.entries(reasons).map(([side, leftOut]) => ({ side, label, settings: {}, leftOut }));
}

export interface Target {
  readonly what: string;
  readonly value: number | undefined;
  readonly goal: number;
  readonly direction: "at least" | "at most";
  readonly unit: string;
}

/** The median of a figure, or `undefined` where it was not measured. */
export type FigureOf = (side: string, label: string, figure: string) => number | undefined;

export interface Question {
  readonly title: string;
  readonly sides: Readonly<Record<string, Side>>;
  cells(effort: Effort): Cell[];
  repeats(effort: Effort): number;
  /** All cells at the same time: where the process mostly waits, and what counts is not how fast it is. */
  readonly together?: boolean;
  /** The figures of PERFORMANCE.md. */
  targets(figure: FigureOf): Target[];
  /** What the results of different sides tell about one another; a text is a failure. */
  compare?(results: readonly Result[]): string[];
  /** What they tell besides, to be printed under the tables. */
  remarks?(results: readonly Result[]): string[];
}

/** A cell with the medians of its repetitions; `error` when a child process failed. */
export interface Result extends Cell {
  readonly figures: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  readonly answers: Readonly<Record<string, number | null>>;
  readonly notes: readonly string[];
  readonly error: string | undefined;
}

export const QUESTIONS = [
  "next-time",
  "first-use",
  "parse",
  "register",
  "burst",
  "lateness",
  "worker-runs",
  "cpu-jobs",
  "claims",
  "history",
  "idle",
  "memory",
  "counts",
  "import-cost",
  "bundle-size",
  "growth",
] as const;

export async function loadQuestion(name: string): Promise<Question> {
  if (!QUESTIONS.some((known) => known === name)) {
    throw new Error(`expected one of ${QUESTIONS.join(", ")}, given ${name}`);
  }
  return ((await import(`./${name}.ts`)) as { question: Question }).question;
}

/** `ours` as a multiple of `other`; `undefined` where either is missing. */
export function ratio(ours: number | undefined, other: number | undefined): number | undefined {
  return ours === undefined || other === undefined ? undefined : ours / other;
}

export function atLeast(what: string, value: number | undefined, goal: number, unit = ""): Target {
  return { what, value, goal, direction: "at least", unit };
}

export function atMost(what: string, value: number | undefined, goal: number, unit = ""): Target {
  return { what, value, goal, direction: "at most", unit };
}

export function check(holds: boolean, fault: string): asserts holds {
  if (!holds) throw new Error(`wrong result: ${fault}`);
}
