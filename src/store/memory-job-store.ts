import type { JobStore, KillMessage, StoredRow, StoredState, StoreWatch, StoreWatcher } from "./job-store.js";

/** Keeps definitions in this process, for the schedulers that are given it; the reference of all drivers. */
export class MemoryJobStore implements JobStore {
  readonly #rows = new Map<string, StoredRow>();
  readonly #watchers = new Set<StoreWatcher>();
  #revision = 0;

  async load(): Promise<StoredState> {
    const rows = [...this.#rows.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return { revision: this.#revision, rows };
  }

  async save({ name, savedAtMs, text }: Omit<StoredRow, "revision">): Promise<number> {
    const revision = ++this.#revision;
    this.#rows.set(name, Object.freeze({ name, revision, savedAtMs, text }));
    this.#tell((watcher) => watcher.changed(revision));
    return revision;
  }

  async remove(name: string): Promise<number | null> {
    if (!this.#rows.delete(name)) return null;
    const revision = ++this.#revision;
    this.#tell((watcher) => watcher.changed(revision));
    return revision;
  }

  async kill(message: KillMessage): Promise<void> {
    this.#tell((watcher) => watcher.killed(message));
  }

  async watch(watcher: StoreWatcher): Promise<StoreWatch> {
    // The same watcher may watch twice.
    const own: StoreWatcher = {
      changed: (revision) => watcher.changed(revision),
      killed: (message) => watcher.killed(message),
      failed: (error) => watcher.failed(error),
      recovered: () => watcher.recovered(),
    };
    this.#watchers.add(own);
    return {
      end: async () => {
        this.#watchers.delete(own);
      },
    };
  }

  async close(): Promise<void> {}

  /** In a turn of its own, as from another process. */
  #tell(how: (watcher: StoreWatcher) => void): void {
    for (const watcher of this.#watchers) {
      queueMicrotask(() => {
        if (this.#watchers.has(watcher)) how(watcher);
      });
    }
  }
}
