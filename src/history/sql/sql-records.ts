import type { Clock } from "../../clock/clock.js";
import type { HistoryRecord } from "../record.js";
import { InsertStatements } from "./insert-statements.js";
import { migrateSteps } from "./migrations.js";
import type { CheckedRetention } from "./options.js";
import { pause } from "./pause.js";
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

  constructor(store: SqlStore, prefix: string, clock: Clock) {
    this.#store = store;
    this.#prefix = prefix;
    this.#clock = clock;
    const { builder, dialect } = store;
    this.#target = { builder, dialect, inserts: new InsertStatements(builder) };
  }

  /** All of it, or nothing. What was written before is not written again. */
  async write(records: readonly HistoryRecord[]): Promise<void> {
    await this.#perform("write", () => writeSteps(this.#target, records));
  }

  async read<T>(steps: (builder: Builder) => Steps<T>): Promise<T> {
    return await this.#perform("read", () => steps(this.#store.builder));
  }

  /** Takes out what is doomed, a little at a time; resolves with how many records that were. */
  async prune(doomed: Doomed, goesOn: () => boolean = () => true): Promise<number> {
    let count = 0;
    let mark: Mark | null = null;
    do {
      const from: Mark | null = mark;
      const step: PruneAnswer = await this.#perform("write", () => pruneSteps(this.#target, doomed, from));
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

  async #perform<T>(mode: "read" | "write", steps: () => Steps<T>): Promise<T> {
    await this.#migrated();
    return await this.#store.perform(mode, steps());
  }

  #migrated(): Promise<void> {
    const { builder, dialect } = this.#store;
    if (this.#ready !== null) return this.#ready;
    const ready = this.#store.perform("write", migrateSteps({ builder, dialect, prefix: this.#prefix }));
    this.#ready = ready;
    // What failed is tried again by who comes next.
    ready.catch(() => {
      if (this.#ready === ready) this.#ready = null;
    });
    return ready;
  }
}
