import { describe, expect, it, vi } from "vitest";
import type { HistoryQuery } from "../../src/history/history.js";
import { MemoryHistory } from "../../src/history/memory-history.js";
import type { HistoryEntry } from "../../src/history/record.js";
import { recordOf } from "../../src/history/record.js";
import { historyContract } from "../../src/testing/history-contract.js";

/** Histories that are right but for one thing, and a case that has to find it. */
const WRONG: readonly (readonly [fault: string, found: string, create: () => MemoryHistory])[] = [
  ["forgets the tags", "every field", () => new Changed((entry) => ({ ...recordOf(entry), tags: [] }))],
  ["trims names", "odd names", () => new Changed((entry) => ({ ...recordOf(entry), jobName: entry.jobName.trim() }))],
  ["folds case", "odd names", () => new Changed((entry) => ({ ...entry, jobName: entry.jobName.toLowerCase() }))],
  ["cuts at NUL", "odd names", () => new Changed((e) => ({ ...e, jobName: e.jobName.split("\0")[0] ?? "" }))],
  ["keeps no sources", "sources", () => new Filtered((entry) => !("toRecord" in entry))],
  ["keeps no skips", "skip as it was", () => new Filtered((entry) => entry.kind === "run")],
  ["holds 9,999", "10,000", () => new MemoryHistory({ limit: 9_999 })],
  ["holds the caller's list", "keeps no hold", () => new Late()],
  ["throws bad queries", "bad queries", () => new Throwing()],
  ["leaves a filter out", "every filter", () => new Asking(({ reason: _, ...query }) => query)],
  ["includes the end", "up to one", () => new Asking((q) => ("to" in q ? { ...q, to: Number(q.to) + 1 } : q))],
  ["pages by number", "while records arrive", () => new ByNumber()],
  ["pages by time alone", "one millisecond", () => new ByTime()],
  ["lists by append", "newest first", () => new ByAppend()],
  ["lets fire times go back", "last fire times", () => new GoingBack()],
  ["prunes one too many", "prunes", () => new Pruning()],
];

describe("historyContract", () => {
  it.each(WRONG)("finds a history that %s", async (_fault, found, create) => {
    const failed: string[] = [];
    for (const { name, run } of historyContract({ name: "wrong", create })) {
      await run().catch(() => failed.push(name));
    }
    expect(failed.filter((name) => name.includes(found))).toHaveLength(1);
  });

  it("has a name of its own for each case", () => {
    const names = historyContract({ name: "a", create: () => new MemoryHistory() }).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(20);
  });

  it("skips what it is told to, and prints why", async () => {
    const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    const create = (): never => {
      throw new Error("made");
    };
    const skip = [{ reason: "no prune", cases: ["is empty at first"] }];
    const cases = historyContract({ name: "a", create, skip });
    const written = write.mock.calls.map(([text]) => text);
    write.mockRestore();
    expect(written).toContain("not run: a is empty at first: no prune\n");
    const why = "there is no afterKill: it is a history that does not outlive its process";
    expect(written).toContain(`not run: a keeps every field of a start: ${why}\n`);
    const skipped = cases.filter((each) => each.skipped !== null && each.skipped !== why);
    expect(skipped.map(({ name, skipped: reason }) => [name, reason])).toEqual([["a is empty at first", "no prune"]]);
    await skipped[0]?.run();
    await expect(cases[1]?.run()).rejects.toThrow("made");
  });

  it.each([
    ["skip[1].cases", { reason: "why not", cases: ["is full at first"] }],
    ["skip[1].reason", { reason: " ", cases: [] }],
  ])("refuses to skip what it cannot: %s", (path, wrong) => {
    const skip = [{ reason: "no prune", cases: [] }, wrong];
    expect(() => historyContract({ name: "a", create: () => new MemoryHistory(), skip })).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", path }),
    );
  });

  it("closes each history, also after a failure", async () => {
    let [made, closed] = [0, 0];
    class Closing extends Throwing {
      override async close(): Promise<void> {
        closed++;
      }
    }
    const create = (): MemoryHistory => {
      made++;
      return new Closing({ limit: 20_000 });
    };
    const cases = historyContract({ name: "a", create }).filter(
      ({ name, skipped }) => !name.includes("closed twice") && skipped === null,
    );
    for (const { run } of cases) await run().catch(() => {});
    expect([made, closed]).toEqual([cases.length, cases.length]);
  });
});

class Roomy extends MemoryHistory {
  constructor() {
    super({ limit: 20_000 });
  }
}

class Changed extends Roomy {
  readonly #change: (entry: HistoryEntry) => HistoryEntry;

  constructor(change: (entry: HistoryEntry) => HistoryEntry) {
    super();
    this.#change = change;
  }

  override append(entries: readonly HistoryEntry[]): void {
    super.append(entries.map(this.#change));
  }
}

class Filtered extends Roomy {
  readonly #keeps: (entry: HistoryEntry) => boolean;

  constructor(keeps: (entry: HistoryEntry) => boolean) {
    super();
    this.#keeps = keeps;
  }

  override append(entries: readonly HistoryEntry[]): void {
    super.append(entries.filter(this.#keeps));
  }
}

class Late extends Roomy {
  override append(entries: readonly HistoryEntry[]): void {
    queueMicrotask(() => super.append(entries));
  }
}

class Throwing extends MemoryHistory {
  override list(query: HistoryQuery = {}): ReturnType<MemoryHistory["list"]> {
    if (query === null || Object.values(query).some((value) => value === null || Number.isNaN(value)))
      throw new Error();
    return super.list(query);
  }
}

class Asking extends Roomy {
  readonly #change: (query: HistoryQuery) => HistoryQuery;

  constructor(change: (query: HistoryQuery) => HistoryQuery) {
    super();
    this.#change = change;
  }

  override list(query: HistoryQuery = {}): ReturnType<MemoryHistory["list"]> {
    return super.list(this.#change(query));
  }
}

class ByNumber extends Roomy {
  override async list({ cursor, limit = 50, ...query }: HistoryQuery = {}): ReturnType<MemoryHistory["list"]> {
    const all = await super.list({ ...query, limit: 1_000 });
    const end = Number(cursor ?? 0) + limit;
    return { items: all.items.slice(end - limit, end), cursor: end < all.items.length ? String(end) : null };
  }
}

class ByTime extends Roomy {
  override async list(query: HistoryQuery = {}): ReturnType<MemoryHistory["list"]> {
    const page = await super.list(query);
    const cursor = page.cursor && JSON.parse(Buffer.from(page.cursor, "base64url").toString());
    if (cursor === null) return page;
    const last = query.order === "oldest" ? "~" : "";
    return { ...page, cursor: Buffer.from(JSON.stringify([cursor[0], last])).toString("base64url") };
  }
}

class ByAppend extends Roomy {
  readonly #order = new Map<string, number>();

  override append(entries: readonly HistoryEntry[]): void {
    for (const { id } of entries) this.#order.set(id, this.#order.size);
    super.append(entries);
  }

  override async list(query: HistoryQuery = {}): ReturnType<MemoryHistory["list"]> {
    const page = await super.list(query);
    const sign = query.order === "oldest" ? 1 : -1;
    const place = (id: string): number => sign * (this.#order.get(id) ?? 0);
    return { ...page, items: [...page.items].sort((a, b) => place(a.id) - place(b.id)) };
  }
}

class GoingBack extends Roomy {
  readonly #times = new Map<string, number>();

  override append(entries: readonly HistoryEntry[]): void {
    super.append(entries);
    for (const { jobName, fireTime } of entries) if (fireTime !== null) this.#times.set(jobName, fireTime);
  }

  override async lastFireTimes(): Promise<ReadonlyMap<string, number>> {
    return this.#times;
  }
}

class Pruning extends Roomy {
  override prune(before: Date | number): Promise<number> {
    return super.prune(Number(before) + 1);
  }
}
