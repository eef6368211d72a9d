/** The jobs of a process that is killed again and again: a thousand fires a second, one each millisecond. */
export interface KilledJob {
  readonly name: string;
  readonly durable: boolean;
  readonly recover: boolean;
  /** Whether some of its runs fail. */
  readonly fails: boolean;
  /** How long its runs last at most; beyond `EVERY_MS` some of its fires are skipped, unless runs may overlap. */
  readonly longestMs: number;
  readonly overlap: "skip" | "allow";
  next(afterMs: number): number;
}

export const EVERY_MS = 100;

export const JOBS: readonly KilledJob[] = Array.from({ length: 100 }, (_, index) => ({
  name: `job-${index}`,
  durable: index % 2 === 0,
  // Of both kinds.
  recover: index % 10 < 2,
  fails: index % 7 === 0,
  longestMs: index % 25 < 2 ? 250 : 60,
  overlap: index % 50 < 25 ? "skip" : "allow",
  next: (afterMs) => (Math.floor((afterMs - index) / EVERY_MS) + 1) * EVERY_MS + index,
}));

/** The files in which a process leaves what outlives it. */
export const FILES = { database: "history.db", runs: "runs", acknowledged: "acknowledged", life: "life" } as const;
