/** The contract of JobStore finds stores that do it wrong. */
import type { JobStore, KillMessage, StoredRow, StoreWatch, StoreWatcher } from "punctual";
import { MemoryJobStore } from "punctual";
import { jobStoreContract } from "punctual/testing";
import { describe, expect, it } from "vitest";

type Row = Omit<StoredRow, "revision">;
type Change = (store: MemoryJobStore) => Partial<JobStore>;

const later = (ms = 0): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

/** A watcher that stands before another one. */
function before(watcher: StoreWatcher, change: (own: StoreWatcher) => Partial<StoreWatcher>): StoreWatcher {
  const own: StoreWatcher = {
    changed: (revision) => watcher.changed(revision),
    killed: (message) => watcher.killed(message),
    failed: (error) => watcher.failed(error),
    recovered: () => watcher.recovered(),
  };
  return { ...own, ...change(own) };
}

function watching(change: (own: StoreWatcher) => Partial<StoreWatcher>): Change {
  return (store) => ({ watch: (watcher) => store.watch(before(watcher, change)) });
}

const old: { kills: KillMessage[] } = { kills: [] };

const WRONG: readonly (readonly [fault: string, found: string, change: Change])[] = [
  [
    "has something in it at first",
    "is empty at first, at revision 0",
    () => ({ load: async () => ({ revision: 1, rows: [] }) }),
  ],
  [
    "changes texts",
    "gives back names and texts as they were",
    (store) => ({ save: ({ text, ...row }: Row) => store.save({ ...row, text: text.replaceAll("\\", "") }) }),
  ],
  [
    "does not say that there is nothing to remove",
    "replaces what has the name, and removes it",
    (store) => ({ remove: async (name) => (await store.remove(name)) ?? 0 }),
  ],
  [
    "counts kills as changes",
    "counts its revision by one for each change, and no other",
    (store) => ({
      kill: async () => {
        await store.save({ name: "kill", savedAtMs: 0, text: "" });
        await store.remove("kill");
      },
    }),
  ],
  [
    "refuses what it cannot read",
    "keeps what it cannot read, beside what it can",
    (store) => ({
      save: async (row) => {
        JSON.parse(row.text);
        return await store.save(row);
      },
    }),
  ],
  [
    "gives one revision twice",
    "loses nothing of what many save at once, each another name",
    (store) => ({
      save: async (row) => {
        const { revision } = await store.load();
        await later();
        await store.save(row);
        return revision + 1;
      },
    }),
  ],
  [
    "says which was saved last, and is wrong",
    "ends in one state when many save one name at once",
    (store) => {
      let saves = 0;
      return {
        save: async (row) => {
          const revision = await store.save(saves++ === 9 ? { ...row, name: "other" } : row);
          return revision;
        },
      };
    },
  ],
  [
    "tells of changes late",
    "tells of what is saved, changed and removed, within a second",
    watching((own) => ({ changed: (revision) => void later(1_600).then(() => own.changed(revision)) })),
  ],
  [
    "tells nobody of removals",
    "tells of what is saved, changed and removed, within a second",
    (store) => ({
      remove: async (name) => {
        const hidden = new MemoryJobStore();
        return await hidden.remove(name).then(() => store.load().then(({ revision }) => revision + 1));
      },
    }),
  ],
  [
    "tells of kills twice",
    "tells of kills, each once, in order, within a second",
    watching((own) => ({
      killed: (message) => {
        own.killed(message);
        own.killed(message);
      },
    })),
  ],
  [
    "tells of what was before",
    "tells nothing of what was before",
    (store) => ({
      kill: async (message) => {
        old.kills.push(message);
        await store.kill(message);
      },
      watch: async (watcher): Promise<StoreWatch> => {
        for (const message of old.kills) watcher.killed(message);
        return await store.watch(watcher);
      },
    }),
  ],
  [
    "goes on telling after the end",
    "tells all who watch, also through one connection, until each ends",
    (store) => ({
      watch: async (watcher): Promise<StoreWatch> => {
        await store.watch(watcher);
        return { end: async () => {} };
      },
    }),
  ],
  [
    "stops telling after a while",
    "tells of the last of many changes",
    watching((own) => ({ changed: (revision) => void ((revision ?? 0) < 90 && own.changed(revision)) })),
  ],
];

describe("jobStoreContract", () => {
  it.each(WRONG)("finds a store that %s: %s", async (_fault, found, change) => {
    const create = () => {
      const store = new MemoryJobStore();
      old.kills = [];
      const methods = ["load", "save", "remove", "kill", "watch", "close"] as const;
      const own = Object.fromEntries(methods.map((method) => [method, store[method].bind(store)])) as never as JobStore;
      return { open: () => ({ ...own, ...change(store) }), close: () => {} };
    };
    const [only] = jobStoreContract({ name: "wrong", create }).filter(({ name }) => name === `wrong ${found}`);
    const failure: unknown = await only?.run().then(
      () => null,
      (error: unknown) => error,
    );
    expect(String(failure)).toMatch(/Assertion|SyntaxError/);
    await later(100);
  });

  it("wants a place that can break down, or a reason", async () => {
    const create = () => ({ open: () => new MemoryJobStore(), close: () => {} });
    const cases = jobStoreContract({ name: "memory", create }).slice(-2);
    for (const each of cases) await expect(each.run()).rejects.toThrow(/the place can break down/);
  });
});
