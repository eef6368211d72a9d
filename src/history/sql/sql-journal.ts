import { randomUUID } from "node:crypto";
import type { Clock, ClockTimer } from "../../clock/clock.js";
import type { ProcessIdentity } from "../../machine/process-identity.js";
import { thisProcess } from "../../machine/process-identity.js";
import type { BatchWriter } from "../batch-writer.js";
import type { RunJournal, Unfinished, UnfinishedRun } from "../history.js";
import type { HistoryItem, HistoryRecord, BegunRun } from "../record.js";
import type { SqlRecords } from "./sql-records.js";
import type { OpenStart } from "./unfinished.js";
import {
  BEAT_MS,
  beatSteps,
  forgetSteps,
  isDead,
  leaveSteps,
  openSteps,
  SILENT_MS,
  stepsOf,
  takeSteps,
} from "./unfinished.js";
import { writeSteps } from "./write.js";

/** What a journal works with. */
export interface SqlJournalParts {
  readonly records: SqlRecords;
  /** Its waits are real ones. */
  readonly clock: Clock;
  /** What has `write` called. */
  readonly writer: () => BatchWriter;
}

/** Keeps which runs have begun and not ended, and which process has begun them. */
export class SqlJournal implements RunJournal {
  readonly #parts: SqlJournalParts;
  readonly #processId = randomUUID();
  #identity: ProcessIdentity | null = null;
  /** Whether others know of this process. */
  #entered = false;
  #beat: ClockTimer | null = null;
  /** Runs that have begun, and whose records are not written. */
  readonly #begun = new Set<string>();
  /** Those of them whose records never will be. */
  readonly #refused = new Set<string>();

  constructor(parts: SqlJournalParts) {
    this.#parts = parts;
  }

  began(starts: readonly BegunRun[]): void {
    for (const { id } of starts) this.#begun.add(id);
    void this.#parts.writer().append(starts);
  }

  passed(jobName: string, fireTime: number): void {
    void this.#parts.writer().append([{ kind: "passed", id: jobName, jobName, fireTime }]);
  }

  async begin(starts: readonly BegunRun[]): Promise<void> {
    for (const { id } of starts) this.#begun.add(id);
    try {
      await this.#parts.writer().appendAtOnce(starts);
    } catch (error) {
      for (const { id } of starts) this.#begun.delete(id);
      throw error;
    }
  }

  /** The database has refused the record, or the start, of a run: it is nevertheless not one that was left unfinished. */
  refused(id: string): void {
    if (this.#begun.has(id)) this.#refused.add(id);
  }

  found(): Promise<ReadonlyMap<string, number>> {
    return this.#parts.records.found();
  }

  async takeUnfinished(): Promise<Unfinished> {
    const { records } = this.#parts;
    const open = await records.perform("read", (target) => openSteps(target, this.#processId));
    const dead = open.filter((start) => isDead(start, this.#here));
    const runs: UnfinishedRun[] = [];
    for (const some of stepsOf(dead))
      runs.push(...(await records.perform("write", (target) => takeSteps(target, some))));
    if (dead.length > 0) await records.perform("write", forgetSteps);
    return { runs, askAgainMs: askAgainMs(open.filter((start) => !dead.includes(start))) };
  }

  /** Writes a batch, in one transaction. */
  async write(items: readonly HistoryItem[]): Promise<void> {
    const records = items.filter((item): item is HistoryRecord => item.kind === "run" || item.kind === "skip");
    const passed = items.filter((item) => item.kind === "passed");
    const over = new Set(this.#refused);
    for (const { id } of records) if (this.#begun.has(id)) over.add(id);
    const ended = [...over];
    const starts = items.filter((item): item is BegunRun => item.kind === "start" && !over.has(item.id));
    // It may have left, while runs of another scheduler went on.
    const enters = (starts.length > 0 || this.#begun.size > 0) && !this.#entered;
    const processId = this.#processId;
    const here = this.#here;
    await this.#parts.records.perform("write", function* (target) {
      if (enters) yield* beatSteps(target, processId, here);
      yield* writeSteps(target, { records, starts, processId, ended, passed });
    });
    for (const id of ended) {
      this.#begun.delete(id);
      this.#refused.delete(id);
    }
    if (enters) this.#enter();
  }

  /** Takes this process off the list of those that may have runs; another scheduler may have some that go on. */
  async close(): Promise<void> {
    if (this.#refused.size > 0) await this.write([]);
    if (!this.#entered || this.#begun.size > 0) return;
    this.#beat?.cancel();
    this.#beat = null;
    this.#entered = false;
    await this.#parts.records.perform("write", ({ builder }) => leaveSteps(builder, this.#processId));
  }

  get #here(): ProcessIdentity {
    this.#identity ??= thisProcess();
    return this.#identity;
  }

  #enter(): void {
    if (this.#entered) return;
    this.#entered = true;
    this.#armBeat();
  }

  #armBeat(): void {
    this.#beat = this.#parts.clock.setTimer(BEAT_MS, () => void this.#sayAlive(), { ref: false });
  }

  async #sayAlive(): Promise<void> {
    try {
      await this.#parts.records.perform("write", (target) => beatSteps(target, this.#processId, this.#here));
    } catch {
      // The writer finds the same, and tells of it.
    }
    if (this.#entered) this.#armBeat();
  }
}

/** When the next one of those may be found dead. */
function askAgainMs(others: readonly OpenStart[]): number | null {
  if (others.length === 0) return null;
  return Math.max(0, SILENT_MS - Math.max(...others.map(({ silentMs }) => silentMs))) + 1_000;
}
