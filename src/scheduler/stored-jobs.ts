import { randomUUID } from "node:crypto";
import type { Clock } from "../clock/clock.js";
import { InvalidOptionError, PunctualError } from "../errors.js";
import { checkStoredName, readDefinition, writeDefinition } from "../store/definition.js";
import type { JobStore, KillMessage, StoredRow } from "../store/job-store.js";
import { AppliedJobs, reasonOf } from "./applied-jobs.js";
import { checkName } from "./checks.js";
import type { Commands } from "./commands.js";
import type { SchedulerEmitter } from "./events.js";
import type { Jobs } from "./jobs.js";
import type { StoredJobDefinition } from "./stored-definition.js";
import { StoreSync } from "./store-sync.js";

/** What is in the store under one name. */
export interface StoredJob {
  readonly name: string;
  /** The store's revision by which it was last saved: it grows with every change of any job. */
  readonly revision: number;
  /** When it was last saved, by the clock of the process that did; epoch milliseconds. */
  readonly savedAtMs: number;
  /** `null` when it cannot be read at all. */
  readonly definition: StoredJobDefinition | null;
  /** Why this process makes no job of it; `null` when it does. */
  readonly problem: string | null;
}

/** What the stored jobs need around them. */
export interface StoredJobsParts {
  readonly clock: Clock;
  readonly store: JobStore;
  readonly jobs: Jobs;
  readonly commands: Commands;
  readonly events: SchedulerEmitter;
  readonly isDistributed: boolean;
  readonly ref: boolean;
}

/** The jobs that all processes of one store have: `scheduler.store`. It may be used before `start` and after `stop` too. */
export class StoredJobs {
  readonly #parts: StoredJobsParts;
  readonly #applied: AppliedJobs;
  readonly #sync: StoreSync;
  readonly #origin = randomUUID();

  /** Made by the scheduler. */
  constructor(parts: StoredJobsParts) {
    const { clock, store, events, ref } = parts;
    this.#parts = parts;
    this.#applied = new AppliedJobs(parts);
    const onKill = (message: KillMessage): void => this.#killed(message);
    this.#sync = new StoreSync({ clock, store, events, ref, applied: this.#applied, onKill });
  }

  /**
   * Stores a job, in the place of the one that has its name, and applies it here at once; the other processes hear of it.
   * What runs goes on; an unchanged job is not touched. It is checked as a whole before anything is written.
   * @throws InvalidOptionError, InvalidScheduleError, WorkerError, as `addCronCommand` does: nothing is then stored;
   * PunctualError with code `STORE_FAILED`: it may have been stored
   */
  async save(definition: StoredJobDefinition): Promise<void> {
    const { definition: checked, text } = writeDefinition(definition);
    this.#applied.check(checked);
    await this.#sync.exclusive(async () => {
      const row = { name: checked.name, savedAtMs: Math.floor(this.#parts.clock.now()), text };
      const revision = await this.#ask((store) => store.save(row));
      this.#applied.put({ ...row, revision });
      this.#sync.applied(revision);
    });
  }

  /**
   * Removes a job from the store, and from all processes; what runs goes on. Resolves with whether it was there.
   * @throws InvalidOptionError; PunctualError with code `STORE_FAILED`
   */
  async remove(name: string): Promise<boolean> {
    checkStoredName(name);
    return await this.#sync.exclusive(async () => {
      const revision = await this.#ask((store) => store.remove(name));
      this.#applied.remove(name);
      if (revision !== null) this.#sync.applied(revision);
      return revision !== null;
    });
  }

  /** All stored jobs, in the order of names, also those that cannot be used here.
   * @throws PunctualError with code `STORE_FAILED` */
  async list(): Promise<StoredJob[]> {
    const { rows } = await this.#ask((store) => store.load());
    return rows.map((row) => this.#shown(row));
  }

  /** The stored job of that name. @throws PunctualError with code `STORE_FAILED` */
  async get(name: string): Promise<StoredJob | undefined> {
    const { rows } = await this.#ask((store) => store.load());
    const row = rows.find((each) => each.name === name);
    return row && this.#shown(row);
  }

  /**
   * Ends the runs of the job of that name, stored or not, on whatever node they are, as `job.kill` does. Those of this node
   * are told at once, and counted; resolves when the message to the others is out, who are not waited for.
   * @throws InvalidOptionError; PunctualError with code `STORE_FAILED` when the others may not hear of it
   */
  async kill(name: string, reason = "killed"): Promise<number> {
    checkName(name, "name");
    if (typeof reason !== "string") throw new InvalidOptionError("reason", "a text", reason);
    const ended = this.#parts.jobs.killAll(name, reason);
    await this.#ask((store) => store.kill({ jobName: name, reason, origin: this.#origin }));
    return ended;
  }

  /** When the definition of a job was saved that this process has; `null` for another job. @internal */
  static savedAtMs(stored: StoredJobs, name: string): number | null {
    return stored.#applied.savedAtMs(name);
  }

  /** @internal */
  static start(stored: StoredJobs): void {
    stored.#sync.start();
  }

  /** @internal */
  static async stop(stored: StoredJobs): Promise<void> {
    await stored.#sync.stop();
  }

  /** A command was defined: what was left out for want of it is not any more. @internal */
  static reconsider(stored: StoredJobs): void {
    stored.#applied.reconsider();
  }

  async #ask<T>(question: (store: JobStore) => Promise<T>): Promise<T> {
    try {
      return await question(this.#parts.store);
    } catch (cause) {
      if (cause instanceof PunctualError) throw cause;
      throw new PunctualError("STORE_FAILED", `the store of jobs failed: ${reasonOf(cause)}`, { cause });
    }
  }

  #killed({ jobName, reason, origin }: KillMessage): void {
    // Its own runs it has ended before: those that began since are not meant.
    if (origin !== this.#origin) this.#parts.jobs.killAll(jobName, reason);
  }

  #shown({ name, revision, savedAtMs, text }: StoredRow): StoredJob {
    let definition: StoredJobDefinition | null = null;
    let problem: string | null = null;
    try {
      const { options, distributed, ...rest } = readDefinition(name, text);
      definition = {
        ...rest,
        ...(Object.keys(options).length > 0 && { options }),
        ...(distributed && { distributed }),
      };
      this.#applied.check(readDefinition(name, text));
    } catch (error) {
      problem = reasonOf(error);
    }
    return { name, revision, savedAtMs, definition, problem };
  }
}
