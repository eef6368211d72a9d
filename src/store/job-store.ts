/** A stored job as a store keeps it: what its definition means, the store does not know. */
export interface StoredRow {
  readonly name: string;
  /** The store's revision by which it was last saved. */
  readonly revision: number;
  /** When it was last saved, by the clock of the process that did; epoch milliseconds. */
  readonly savedAtMs: number;
  /** Its definition as JSON, as it was saved, whether it can be read or not. */
  readonly text: string;
}

/** All that a store has, at one moment. */
export interface StoredState {
  /** Grows by 1 with each change; 0 for a store in which nothing was ever saved. */
  readonly revision: number;
  /** In the order of names. */
  readonly rows: readonly StoredRow[];
}

/** Tells every process to end the runs of a job. */
export interface KillMessage {
  readonly jobName: string;
  readonly reason: string;
  /** Names who sent it: that one hears it too. */
  readonly origin: string;
}

/** Who wants to hear of what others do. What it is told comes in order, and never before `watch` is called. */
export interface StoreWatcher {
  /** Something was saved or removed: the store has this revision, or `null` when it has lost what it had. */
  changed(revision: number | null): void;
  killed(message: KillMessage): void;
  /** The store cannot be heard for now; it goes on trying, and says this once each time. */
  failed(error: unknown): void;
  /** It is heard again. */
  recovered(): void;
}

/** A watch that goes on. */
export interface StoreWatch {
  /** Tells nothing any more, at once, and frees its timers and connections. Doing it twice is harmless. */
  end(): Promise<void>;
}

/** Where definitions of jobs are kept for all processes: what a driver implements. */
export interface JobStore {
  /** Reads everything, at one moment. */
  load(): Promise<StoredState>;
  /** Writes one job, whether there is one of that name or not. Resolves with the store's new revision. */
  save(row: Omit<StoredRow, "revision">): Promise<number>;
  /** Takes one away. Resolves with the new revision, or with `null` when there is none of that name. */
  remove(name: string): Promise<number | null>;
  /** Sends a message to all who watch, also to those that hear nothing for a few seconds. Resolves when it is out. */
  kill(message: KillMessage): Promise<void>;
  /** Tells of what comes after: resolves when nothing can be missed any more. Rejects when the store cannot be reached. */
  watch(watcher: StoreWatcher): Promise<StoreWatch>;
  /** Frees what was opened here, once nobody watches. */
  close(): Promise<void>;
}
