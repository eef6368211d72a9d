import type { Clock } from "../../clock/clock.js";
import type { HistoryRecord } from "../record.js";
import { InsertStatements } from "./insert-statements.js";
import { migrateSteps } from "./migrations.js";
import type { CheckedRetention } from "./options.js";
import { pause } from "./pause.js";
import { lastFireSteps } from "./read.js";
import type { Doomed, Mark, PruneAnswer } from "./prune.js";
import { pruneSteps } from "./prune.js";
import type { RetentionTarget } from "./retention.js";
import { retain } from "./retention.js";
import type { Builder, SqlStore, Steps } from "./store.js";
import type { WriteTarget } from "./write.js";
import { writeSteps } from "./write.js";

/** Between two steps of forgetting, so that other processes come to write. */
const PRUNE_PAUSE_MS = 10;

/** The tables of one database; they are made, or brought up to date, when first used. */
export class SqlRecords {
  readonly #store: SqlStore;
  readonly #prefix: string;
  readonly #clock: Clock;
  readonly #target: WriteTarget;
  #ready: Promise<void> | null = null;
  #found: ReadonlyMap<string, number> | null = null;

  constructor(store: SqlStore, prefix: string, clock: Clock) {
    this.#store = store;
    this.#prefix = prefix;
    this.#clock = clock;
    const { builder, dialect } = store;
    this.#target = { builder, dialect, inserts: new InsertStatements(builder) };
  }

  /** Performs the steps in one transaction, once the tables are there. */
  async perform<T>(mode: "read" | "write", steps: (target: WriteTarget) => Steps<T>): Promise<T> {
    await this.#migrated();
    return await this.#store.perform(mode, steps(this.#target));
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
  async prune(doomed: Doomed, goesOn: () => boolean = () => true): Promise<number> {
    let count = 0;
    let mark: Mark | null = null;
    do {
      const from: Mark | null = mark;
      const step: PruneAnswer = await this.perform("write", (target) => pruneSteps(target, doomed, from));
      count += step.count;
      mark = step.mark;
      if (mark !== null) await pause(PRUNE_PAUSE_MS);
    } while (mark !== null && goesOn());
    return count;
  }

  /** Takes out what the rules say; resolves with how many records that were. */
  async retain(retention: CheckedRetention, goesOn: () => boolean = () => true): Promise<number> {
    const read: RetentionTarget["read"] = (steps) => this.read(steps);
    const prune = async (doomed: Doomed): Promise<number> => (goesOn() ? await this.prune(doomed, goesOn) : 0);
    return await retain({ read, prune, goesOn }, retention, this.#clock.now());
  }

  /** It opens again when it is used again. */
  async close(): Promise<void> {
    this.#ready = null;
    await this.#store.close();
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
