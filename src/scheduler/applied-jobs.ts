import { isDeepStrictEqual } from "node:util";
import { InvalidOptionError, PunctualError } from "../errors.js";
import type { PlainDefinition } from "../store/definition.js";
import { readDefinition } from "../store/definition.js";
import { diffStored } from "../store/diff.js";
import type { StoredRow } from "../store/job-store.js";
import type { Commands } from "./commands.js";
import type { SchedulerEmitter } from "./events.js";
import { Job } from "./job.js";
import type { Jobs } from "./jobs.js";
import type { PreparedJob } from "./stored-definition.js";
import { prepareJob } from "./stored-definition.js";

/** What stored definitions are made into jobs with. */
export interface AppliedJobsParts {
  readonly jobs: Jobs;
  readonly commands: Commands;
  readonly events: SchedulerEmitter;
  /** Whether the scheduler has a store in which nodes agree. */
  readonly isDistributed: boolean;
}

interface Applied {
  readonly text: string;
  readonly savedAtMs: number;
  readonly definition: PlainDefinition;
  readonly job: Job;
}

/** The jobs that stored definitions were made into: changes those that differ, and touches no other. */
export class AppliedJobs {
  readonly #parts: AppliedJobsParts;
  readonly #applied = new Map<string, Applied>();
  /** What cannot be made a job of here. */
  readonly #leftOut = new Map<string, StoredRow>();
  /** Jobs that the store has lost. */
  readonly #kept = new Set<string>();

  constructor(parts: AppliedJobsParts) {
    this.#parts = parts;
  }

  /** When the definition of a job was saved, epoch milliseconds; `null` for a job that is not a stored one. */
  savedAtMs(name: string): number | null {
    return this.#applied.get(name)?.savedAtMs ?? null;
  }

  /** Refuses what could not be applied. @throws InvalidOptionError, InvalidScheduleError, WorkerError */
  check(definition: PlainDefinition): void {
    const { jobs } = this.#parts;
    const { spec, options, distributed } = this.#prepare(definition);
    jobs.check(definition.name, spec, options, distributed);
    const known = jobs.get(definition.name);
    if (known === undefined || known === this.#applied.get(definition.name)?.job) return;
    const expected = "a name that no job has which the program registers itself";
    throw new InvalidOptionError("name", expected, definition.name, "DUPLICATE_NAME");
  }

  /** The store has lost what it knew: jobs that are not among these stay, until they are saved or removed. */
  keepAllBut(rows: readonly StoredRow[]): number {
    for (const name of diffStored(this.#applied, rows).removed) this.#kept.add(name);
    return this.#kept.size;
  }

  /** Makes the jobs what the store says, all of it, one after another: who takes the steps may rest in between. */
  *apply(rows: readonly StoredRow[]): Generator<void, void> {
    const { removed, added, changed } = diffStored(this.#applied, rows);
    const stored = new Set(rows.map(({ name }) => name));
    // What goes may make room for what comes.
    for (const name of removed) if (!this.#kept.has(name)) this.remove(name);
    for (const name of [...this.#leftOut.keys()].filter((each) => !stored.has(each))) this.#leftOut.delete(name);
    for (const row of [...changed, ...added]) {
      this.put(row);
      yield;
    }
  }

  /** Applies one definition. */
  put(row: StoredRow): void {
    const before = this.#applied.get(row.name);
    try {
      const definition = readDefinition(row.name, row.text);
      const prepared = this.#prepare(definition);
      const job =
        before === undefined ? this.#add(prepared, row.savedAtMs) : this.#change(before, definition, prepared);
      this.#kept.delete(row.name);
      this.#applied.set(row.name, { text: row.text, savedAtMs: row.savedAtMs, definition, job });
      this.#leftOut.delete(row.name);
    } catch (error) {
      this.#leaveOut(row, error);
    }
  }

  remove(name: string): void {
    this.#leftOut.delete(name);
    this.#kept.delete(name);
    const applied = this.#applied.get(name);
    this.#applied.delete(name);
    applied?.job.remove();
  }

  /** Tries once more what was left out: a command was defined meanwhile. */
  reconsider(): void {
    for (const row of [...this.#leftOut.values()]) this.put(row);
  }

  #prepare(definition: PlainDefinition): PreparedJob {
    return prepareJob(definition, this.#parts.commands, this.#parts.isDistributed);
  }

  #add({ spec, command, options, distributed }: PreparedJob, sinceMs: number | null): Job {
    return this.#parts.jobs.add(spec, command, "", options, distributed, sinceMs);
  }

  #change({ definition: before, job }: Applied, definition: PlainDefinition, prepared: PreparedJob): Job {
    const same = (part: keyof PlainDefinition): boolean => isDeepStrictEqual(before[part], definition[part]);
    const { spec, options, distributed } = prepared;
    const isThere = this.#parts.jobs.get(job.name) === job;
    if (isThere && same("command") && same("distributed")) {
      // Written in another order.
      if (same("schedule") && same("options")) return job;
      this.#parts.jobs.redefine(Job.stateOf(job), same("schedule") ? null : spec, options);
      return job;
    }
    this.#parts.jobs.check(job.name, spec, options, distributed);
    job.remove();
    return this.#add(prepared, null);
  }

  /** The definition that it had before is no longer what the store says: it does not go on with that. */
  #leaveOut(row: StoredRow, cause: unknown): void {
    const isKnown = this.#leftOut.get(row.name)?.revision === row.revision;
    this.remove(row.name);
    this.#leftOut.set(row.name, row);
    if (isKnown) return;
    const message = `stored job ${JSON.stringify(row.name)} is left out: ${reasonOf(cause)}`;
    this.#parts.events.report(new PunctualError("STORED_JOB_INVALID", message, { cause }), null);
  }
}

/** In words, of whatever was thrown. */
export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
