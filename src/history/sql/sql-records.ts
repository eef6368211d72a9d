import type { Clock } from "../../clock/clock.js";
import type { HistoryRecord } from "../record.js";
import { InsertStatements } from "./insert-statements.js";
import { migrateSteps } from "./migrations.js";
import type { CheckedRetention } from "./options.js";
import { pause } from "./pause.js";
import { lastFireSteps } from "./read.js";
import type { Doomed, Mark, PruneAnswer } from "./prune.js";
import { pruneSteps } from "./prune.js";
import { firstTooManySteps, jobKeySteps, tooMany, tooOld } from "./retention.js";
import type { Builder, SqlStore, Steps } from "./store.js";
import type { WriteTarget } from "./write.js";
import { writeSteps } from "./write.js";

/** The tables of one database; they are made, or brought up to date, when first used. */
export class SqlRecords {
  readonly #store: SqlStore;
  readonly #prefix: string;
  readonly #clock: Clock;
  readonly #inserts: InsertStatements;
  #ready: Promise<void> | null = null;
  #found: ReadonlyMap<string, number> | null = null;

  constructor(store: SqlStore, prefix: string, clock: Clock) {
    this.#store = store;
    this.#prefix = prefix;
    this.#clock = clock;
    this.#inserts = new InsertStatements(store.builder);
  }

  /** Performs the steps in one transaction, once the tables are there. */
  async perform<T>(mode: "read" | "write", steps: (target: WriteTarget) => Steps<T>): Promise<T> {
    const { builder, dialect } = this.#store;
    await this.#migrated();
    return await this.#store.perform(mode, steps({ builder, dialect, inserts: this.#inserts }));
  }

  /** All of it, or nothing. What was written before is not written again. */
  async write(records: readonly HistoryRecord[]): Promise<void> {
    const batch = { records, starts: [], processId: "", ended: [], passed: [] };
    await this.perform("write", (target) => writeSteps(target, batch));
  }

  async read<T>(steps: (builder: Builder) => Steps<T>): Promise<T> {
    return await this.perform("read", ({ builder }) => steps(builder));
  }

  /** The last fire times as they were when this was first used. */
  async found(): Promise<ReadonlyMap<string, number>> {
    await this.#migrated();
    return this.#found as ReadonlyMap<string, number>;
  }

  /** Takes out what is doomed, a little at a time; resolves with how many records that were. */
  async prune(doomed: Doomed): Promise<number> {
    let count = 0;
    let mark: Mark | null = null;
    do {
      const from: Mark | null = mark;
      const step: PruneAnswer = await this.perform("write", ({ builder }) => pruneSteps(builder, doomed, from));
      count += step.count;
      mark = step.mark;
      if (mark !== null) await pause();
    } while (mark !== null);
    return count;
  }

  /** Takes out what the rules say; resolves with how many records that were. */
  async retain(retention: CheckedRetention): Promise<number> {
    const nowMs = this.#clock.now();
    const old = tooOld(retention, nowMs);
    const count = old === null ? 0 : await this.prune(old);
    return count + (await this.#retainPerJob(retention, nowMs));
  }

  /** It opens again when it is used again. */
  async close(): Promise<void> {
    this.#ready = null;
    await this.#store.close();
  }

  async #retainPerJob(retention: CheckedRetention, nowMs: number): Promise<number> {
    const most = retention.maxPerJob;
    if (most === null) return 0;
    let count = 0;
    for (const jobKey of await this.read(jobKeySteps)) {
      const upTo = await this.read((builder) => firstTooManySteps(builder, jobKey, most));
      if (upTo !== undefined) count += await this.prune(tooMany(retention, nowMs, jobKey, upTo));
      await pause();
    }
    return count;
  }

  #migrated(): Promise<void> {
    if (this.#ready !== null) return this.#ready;
    const ready = this.#prepare();
    this.#ready = ready;
    // What failed is tried again by who comes next.
    ready.catch(() => {
      if (this.#ready === ready) this.#ready = null;
    });
    return ready;
  }

  async #prepare(): Promise<void> {
    const { builder, dialect } = this.#store;
    await this.#store.perform("write", migrateSteps({ builder, dialect, prefix: this.#prefix }));
    this.#found ??= await this.#store.perform("read", lastFireSteps(builder));
  }
}
