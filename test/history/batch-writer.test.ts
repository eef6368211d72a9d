import fc from "fast-check";
import { SystemClock } from "punctual";
import { ManualClock } from "punctual/testing";
import { describe, expect, it, vi } from "vitest";
import type { BatchProblem } from "../../src/history/batch-problem.js";
import type { BatchWriterOptions } from "../../src/history/batch-writer.js";
import { BatchWriter } from "../../src/history/batch-writer.js";
import type { HistoryItem, HistoryRecord, BegunRun } from "../../src/history/record.js";
import { RecordMaker, sourceOf } from "../../src/testing/history-records.js";

/** What a try to write does: how long it takes, whether the records are there then, and whether that is said. */
interface Turn {
  readonly ms?: number;
  readonly stores?: boolean;
  readonly answer?: "ok" | "error" | "none";
}

interface Try {
  readonly ids: readonly string[];
  readonly atMs: number;
  endedAtMs: number | null;
}

/** What has an id. */
type Kept = HistoryRecord | BegunRun;

const GONE = new Error("the database is gone");

/** A database that does what it is told to, one turn for each try, and afterwards works; and a writer to it. */
class Store {
  readonly clock = new ManualClock();
  readonly make = new RecordMaker();
  readonly turns: Turn[] = [];
  readonly tries: Try[] = [];
  /** By id, in the order in which they came first. */
  readonly kept = new Map<string, Kept>();
  readonly problems: BatchProblem[] = [];
  readonly writer: BatchWriter;

  constructor(options: Partial<BatchWriterOptions> = {}) {
    this.writer = new BatchWriter({
      clock: this.clock,
      write: (batch) => this.#write(batch),
      onProblem: (problem) => void this.problems.push(problem),
      ...options,
    });
  }

  /** The same turn each time, until there is another. */
  set always(turn: Turn | null) {
    this.turns.length = 0;
    if (turn !== null) for (let count = 0; count < 10_000; count++) this.turns.push(turn);
  }

  get ids(): string[] {
    return [...this.kept.keys()];
  }

  get sizes(): number[] {
    return this.tries.map(({ ids }) => ids.length);
  }

  get kinds(): string[] {
    return this.problems.map(({ kind }) => kind);
  }

  append(count: number): HistoryRecord[] {
    const records = this.make.runs(count);
    expect(this.writer.append(records)).toBeUndefined();
    return records;
  }

  async #write(items: readonly HistoryItem[]): Promise<void> {
    const batch = items.filter((item): item is Kept => item.kind !== "passed");
    const { ms = 0, answer = "ok", stores = answer === "ok" } = this.turns.shift() ?? {};
    const each: Try = { ids: idsOf(batch), atMs: this.clock.monotonic(), endedAtMs: null };
    this.tries.push(each);
    if (ms > 0) await new Promise<void>((resolve) => void this.clock.setTimer(ms, resolve));
    if (stores) for (const record of batch) if (!this.kept.has(record.id)) this.kept.set(record.id, record);
    if (answer === "none") await new Promise(() => {});
    each.endedAtMs = this.clock.monotonic();
    if (answer === "error") throw GONE;
  }
}

const idsOf = (records: readonly Kept[]): string[] => records.map(({ id }) => id);

/** What became of it so far. */
function outcomeOf(promise: Promise<void>): { state: "pending" | "resolved" | "rejected"; error?: Error } {
  const outcome: ReturnType<typeof outcomeOf> = { state: "pending" };
  promise.then(
    () => Object.assign(outcome, { state: "resolved" }),
    (error: Error) => Object.assign(outcome, { state: "rejected", error }),
  );
  return outcome;
}

describe("BatchWriter gathers", () => {
  it("what comes within the interval after a batch, writes in the order of appending, and what comes seldom at once", async () => {
    const store = new Store();
    const first = store.append(2);
    expect(store.tries).toEqual([]);
    await store.clock.advance(0);
    expect(store.sizes).toEqual([2]);
    await store.clock.advance(60);
    const second = store.append(3);
    await store.clock.advance(39);
    const third = store.append(1);
    expect(store.sizes).toEqual([2]);
    await store.clock.advance(1);
    expect(store.sizes).toEqual([2, 4]);
    expect(store.ids).toEqual(idsOf([...first, ...second, ...third]));
    expect(store.writer.stats).toEqual({ backlog: 0, written: 6, dropped: 0, refused: 0, failures: 0 });
    expect([store.clock.pendingTimers, store.problems]).toEqual([0, []]);
    await store.clock.advance(100);
    store.append(1);
    await store.clock.advance(0);
    expect(store.sizes).toEqual([2, 4, 1]);
  });

  it("nothing that somebody waits for", async () => {
    const store = new Store();
    store.append(1);
    await store.clock.advance(50);
    store.append(2);
    const start = { ...store.make.run(), kind: "start", attempt: 1 } as unknown as BegunRun;
    const begun = outcomeOf(store.writer.appendAtOnce([start]));
    expect(begun.state).toBe("pending");
    await store.clock.advance(0);
    expect([store.sizes, begun.state]).toEqual([[1, 3], "resolved"]);
    // Not what comes after it.
    store.append(1);
    await store.clock.advance(99);
    expect(store.sizes).toEqual([1, 3]);
    await store.clock.advance(1);
    expect(store.sizes).toEqual([1, 3, 1]);
  });

  it("nothing that somebody waits for where there is no room, and says so", async () => {
    const store = new Store({ limit: 2 });
    store.always = { answer: "none" };
    store.append(2);
    const start = { ...store.make.run(), kind: "start", attempt: 1 } as unknown as BegunRun;
    await expect(store.writer.appendAtOnce([start])).rejects.toMatchObject({ code: "HISTORY_FAILED" });
    expect(store.writer.stats).toMatchObject({ backlog: 2, dropped: 0 });
  });

  it("nothing that somebody waits for, who is told where the store refuses it", async () => {
    const clock = new ManualClock();
    const make = new RecordMaker();
    const starts = [1, 2, 3].map(() => ({ ...make.run(), kind: "start", attempt: 1 }) as unknown as BegunRun);
    const refused = starts[1]?.id;
    const writer = new BatchWriter({
      clock,
      isRefusal: () => true,
      onProblem: () => {},
      write: async (batch) => {
        if (batch.some(({ id }) => id === refused)) throw new Error("out of range");
      },
    });
    const begun = starts.map((start) => outcomeOf(writer.appendAtOnce([start])));
    for (let turn = 0; turn < 10; turn++) await clock.advance(0);
    expect(begun.map(({ state }) => state)).toEqual(["resolved", "rejected", "resolved"]);
    expect(writer.stats).toEqual({ backlog: 0, written: 2, dropped: 0, refused: 1, failures: 0 });
  });

  it("until a batch is full, and never writes before append has returned", async () => {
    const store = new Store({ batchSize: 3 });
    const records = store.append(8);
    expect(store.tries).toEqual([]);
    await store.clock.advance(0);
    expect(store.sizes).toEqual([3, 3]);
    await store.clock.advance(100);
    expect(store.sizes).toEqual([3, 3, 2]);
    expect(store.ids).toEqual(idsOf(records));
  });

  it("while a batch is written, and lets what came meanwhile not wait anew", async () => {
    const store = new Store();
    store.turns.push({ ms: 250 });
    store.append(1);
    await store.clock.advance(0);
    store.append(3);
    await store.clock.advance(249);
    store.append(1);
    expect(store.sizes).toEqual([1]);
    await store.clock.advance(1);
    expect(store.sizes).toEqual([1, 4]);
  });

  it("anew what a full batch has left over", async () => {
    const store = new Store({ batchSize: 3 });
    store.append(1);
    await store.clock.advance(0);
    store.append(4);
    await store.clock.advance(99);
    expect(store.sizes).toEqual([1, 3]);
    await store.clock.advance(1);
    expect(store.sizes).toEqual([1, 3, 1]);
  });

  it("500 in 100 ms, at most 10,000, unless told otherwise", async () => {
    const store = new Store();
    store.always = { answer: "none" };
    store.append(10_001);
    await store.clock.advance(0);
    expect([store.sizes, store.writer.stats]).toEqual([
      [500],
      { backlog: 10_000, written: 0, dropped: 1, refused: 0, failures: 0 },
    ]);
  });

  it("entries whose list is the caller's again, and makes records of them when they are written, once", async () => {
    const store = new Store();
    store.turns.push({ answer: "error" });
    const sources = store.make.runs(3).map(sourceOf);
    const list = [sources[0] as (typeof sources)[0]];
    for (const source of sources) {
      list[0] = source;
      void store.writer.append(list);
    }
    expect(sources.map(({ made }) => made)).toEqual([0, 0, 0]);
    await store.clock.advance(1_000);
    expect(sources.map(({ made }) => made)).toEqual([1, 1, 1]);
    expect(store.sizes).toEqual([3, 3]);
    expect(store.ids).toEqual(sources.map(({ id }) => id));
    expect([...store.kept.values()].some((record) => "toRecord" in record)).toBe(false);
  });
});

describe("BatchWriter tries again", () => {
  it("the same batch, after pauses from 100 ms doubling to 5 s", async () => {
    const store = new Store({ batchSize: 2 });
    store.always = { answer: "error" };
    const records = store.append(3);
    await store.clock.advance(20_000);
    expect(store.tries.map(({ atMs }) => atMs)).toEqual([0, 100, 300, 700, 1_500, 3_100, 6_300, 11_300, 16_300]);
    expect(new Set(store.tries.map(({ ids }) => ids.join()))).toEqual(new Set([idsOf(records.slice(0, 2)).join()]));
    expect(store.writer.stats).toEqual({ backlog: 3, written: 0, dropped: 0, refused: 0, failures: 9 });
    store.always = null;
    await store.clock.advance(5_000);
    expect(store.ids).toEqual(idsOf(records));
    expect(store.writer.stats).toEqual({ backlog: 0, written: 3, dropped: 0, refused: 0, failures: 9 });
    const failed = { kind: "failed", error: GONE, records: 2 };
    const reports = Array.from({ length: 9 }, (_, index) => ({ ...failed, failures: index + 1 }));
    expect(store.problems).toEqual([...reports, { kind: "recovered", records: 0, failures: 9 }]);
  });

  it("with short pauses again after a success", async () => {
    const store = new Store({ intervalMs: 0 });
    const errors = (count: number): Turn[] => Array.from({ length: count }, () => ({ answer: "error" }));
    store.turns.push(...errors(3), {}, ...errors(1));
    store.append(1);
    await store.clock.advance(700);
    store.append(1);
    await store.clock.advance(100);
    expect(store.tries.map(({ atMs }) => atMs)).toEqual([0, 100, 300, 700, 700, 800]);
    expect(store.kinds).toEqual(["failed", "failed", "failed", "recovered", "failed", "recovered"]);
    expect(store.problems[4]).toEqual({ kind: "failed", error: GONE, records: 1, failures: 1 });
  });

  it("when write throws at once", async () => {
    let tries = 0;
    const write = (): Promise<void> => {
      if (tries++ === 0) throw GONE;
      return Promise.resolve();
    };
    const store = new Store({ write });
    store.append(1);
    await store.clock.advance(200);
    expect(store.problems).toEqual([
      { kind: "failed", error: GONE, records: 1, failures: 1 },
      { kind: "recovered", records: 0, failures: 1 },
    ]);
  });

  it("when there is no answer in time, and only then a second time at once", async () => {
    const store = new Store({ intervalMs: 0, timeoutMs: 1_000 });
    store.turns.push({ answer: "none" });
    const [record] = store.append(1);
    await store.clock.advance(1_099);
    expect(store.sizes).toEqual([1]);
    await store.clock.advance(1);
    expect(store.ids).toEqual([record?.id]);
    expect(store.problems[0]).toMatchObject({
      error: { code: "HISTORY_FAILED", message: "there was no answer within 1000 ms" },
    });
  });

  it("not what a try that was given up has written after all", async () => {
    const store = new Store({ intervalMs: 0, timeoutMs: 1_000 });
    store.turns.push({ ms: 1_050 });
    store.append(1);
    await store.clock.advance(5_000);
    expect(store.sizes).toEqual([1]);
    expect(store.writer.stats).toEqual({ backlog: 0, written: 1, dropped: 0, refused: 0, failures: 1 });
    expect([store.kinds, store.clock.pendingTimers]).toEqual([["failed", "recovered"], 0]);
  });

  it("and gets on when every try takes longer than it may, one batch at a time", async () => {
    const store = new Store({ intervalMs: 0, timeoutMs: 1_000, batchSize: 1 });
    store.always = { ms: 1_500 };
    const records = store.append(3);
    await store.clock.advance(20_000);
    expect(store.ids).toEqual(idsOf(records));
    expect(store.writer.stats.backlog).toBe(0);
    // 1100: the second try, which is waited for until it is given up; 2100: the next batch.
    expect(store.tries.map(({ atMs }) => atMs)).toEqual([0, 1_100, 2_100, 3_200, 4_200, 5_300]);
  });

  it("whatever a listener throws", async () => {
    const onProblem = vi.fn(() => {
      throw new Error("listener");
    });
    const store = new Store({ onProblem, limit: 1, intervalMs: 0 });
    store.turns.push({ answer: "error" });
    store.append(2);
    await store.clock.advance(200);
    expect(store.ids).toHaveLength(1);
    expect(onProblem).toHaveBeenCalledTimes(3);
  });
});

describe("a full BatchWriter that drops", () => {
  it("takes what there is room for, counts the rest, and tells once until half of it is free again", async () => {
    const store = new Store({ limit: 4, batchSize: 1, intervalMs: 0 });
    store.always = { ms: 10 };
    const [first, more] = [store.append(6), store.append(1)];
    expect(store.problems).toEqual([{ kind: "dropped", records: 2 }]);
    await store.clock.advance(10);
    const [taken] = store.append(2);
    expect(store.writer.stats).toEqual({ backlog: 4, written: 1, dropped: 4, refused: 0, failures: 0 });
    await store.clock.advance(10);
    expect(store.kinds).toEqual(["dropped"]);
    await store.clock.advance(10);
    expect(store.problems).toEqual([
      { kind: "dropped", records: 2 },
      { kind: "recovered", records: 4, failures: 0 },
    ]);
    await store.clock.advance(100);
    expect(store.ids).toEqual(idsOf([...first.slice(0, 4), taken as HistoryRecord]));
    expect(store.ids).not.toContain(more[0]?.id);
    store.append(5);
    expect(store.problems[2]).toEqual({ kind: "dropped", records: 1 });
    await store.clock.advance(100);
    expect(store.problems[3]).toEqual({ kind: "recovered", records: 1, failures: 0 });
  });

  it("tells of an outage and of what was lost in it when both are over", async () => {
    const store = new Store({ limit: 10, batchSize: 2 });
    store.always = { answer: "error" };
    for (let count = 0; count < 30; count++) store.append(1);
    await store.clock.advance(300);
    store.always = null;
    await store.clock.advance(1_000);
    expect(store.kinds).toEqual(["dropped", "failed", "failed", "failed", "recovered"]);
    expect(store.problems[4]).toEqual({ kind: "recovered", records: 20, failures: 3 });
    expect(store.writer.stats).toEqual({ backlog: 0, written: 10, dropped: 20, refused: 0, failures: 3 });
  });
});

describe("a full BatchWriter that waits", () => {
  it("resolves when there is room, in order, and drops nothing", async () => {
    const store = new Store({ limit: 4, batchSize: 2, whenFull: "wait" });
    store.always = { ms: 10 };
    const records = store.make.runs(15);
    expect(store.writer.append(records.slice(0, 4))).toBeUndefined();
    const waiting = [records.slice(4, 5), records.slice(5, 15)].map((list) => {
      const promise = store.writer.append(list);
      list.length = 0;
      return outcomeOf(promise as Promise<void>);
    });
    const states = (): string[] => waiting.map(({ state }) => state);
    await store.clock.advance(9);
    expect(states()).toEqual(["pending", "pending"]);
    await store.clock.advance(1);
    expect(states()).toEqual(["resolved", "pending"]);
    await store.clock.advance(49);
    expect(states()).toEqual(["resolved", "pending"]);
    await store.clock.advance(1);
    expect(states()).toEqual(["resolved", "resolved"]);
    const more = store.make.runs(2);
    await Promise.all([store.writer.append(more), store.clock.advance(1_000)]);
    expect(store.ids).toEqual(idsOf([...records, ...more]));
    expect(store.writer.stats).toEqual({ backlog: 0, written: 17, dropped: 0, refused: 0, failures: 0 });
    expect(store.problems).toEqual([]);
  });
});

describe("flush", () => {
  it("has nothing to do when everything is written", async () => {
    const store = new Store();
    await store.writer.flush();
    expect([store.clock.pendingTimers, store.tries]).toEqual([0, []]);
  });

  it("writes at once what was appended before, and does not wait for what comes after", async () => {
    const store = new Store({ batchSize: 2 });
    store.always = { ms: 10 };
    store.append(3);
    const flushed = outcomeOf(store.writer.flush());
    store.append(2);
    await store.clock.advance(19);
    expect(flushed.state).toBe("pending");
    await store.clock.advance(1);
    expect([flushed.state, store.ids.length]).toEqual(["resolved", 4]);
    expect(store.writer.stats.backlog).toBe(1);
    await store.clock.advance(1_000);
    expect([store.ids.length, store.clock.pendingTimers]).toEqual([5, 0]);
  });

  it("waits for the batch that is being written", async () => {
    const store = new Store({ intervalMs: 0 });
    store.turns.push({ ms: 10 });
    store.append(1);
    await store.clock.advance(0);
    const flushed = outcomeOf(store.writer.flush());
    await store.clock.advance(9);
    expect(flushed.state).toBe("pending");
    await store.clock.advance(1);
    expect(flushed.state).toBe("resolved");
  });

  it("tries at once what is in a pause", async () => {
    const store = new Store({ intervalMs: 0 });
    store.always = { answer: "error" };
    store.append(1);
    await store.clock.advance(7_000);
    store.turns.splice(1);
    const flushed = outcomeOf(store.writer.flush());
    await store.clock.advance(99);
    expect([flushed.state, store.tries.at(-1)?.atMs]).toEqual(["pending", 7_000]);
    await store.clock.advance(1);
    expect(flushed.state).toBe("resolved");
  });

  it("gives up after its limit and says how many of its records are not written; they are later", async () => {
    const store = new Store({ batchSize: 2 });
    store.turns.push({}, {});
    for (let count = 0; count < 100; count++) store.turns.push({ answer: "error" });
    store.append(7);
    const flushed = outcomeOf(store.writer.flush(1_000));
    store.append(2);
    await store.clock.advance(999);
    expect(flushed.state).toBe("pending");
    await store.clock.advance(1);
    expect(flushed.error).toMatchObject({ code: "HISTORY_FAILED", cause: GONE });
    expect(flushed.error?.message).toBe("3 records are not written after 1000 ms: Error: the database is gone");
    store.always = null;
    await store.clock.advance(5_000);
    expect([store.ids.length, store.writer.stats.backlog]).toEqual([9, 0]);
    store.append(1);
    const again = outcomeOf(store.writer.flush());
    await store.clock.advance(0);
    expect(again.state).toBe("resolved");
  });

  it("gives up while there is no answer", async () => {
    const store = new Store();
    store.always = { answer: "none" };
    store.append(1);
    const flushed = outcomeOf(store.writer.flush(1_000));
    await store.clock.advance(1_000);
    expect(flushed.error?.message).toBe("1 record is not written after 1000 ms: there is no answer yet");
  });

  it("has 15 seconds unless told otherwise", async () => {
    const store = new Store();
    store.always = { answer: "none" };
    store.append(1);
    const flushed = outcomeOf(store.writer.flush());
    await store.clock.advance(14_999);
    expect(flushed.state).toBe("pending");
    await store.clock.advance(1);
    expect(flushed.state).toBe("rejected");
  });
});

describe("close", () => {
  it("writes everything and leaves no timer; afterwards it gathers again", async () => {
    const store = new Store();
    store.append(3);
    const closed = outcomeOf(store.writer.close());
    await store.clock.advance(0);
    expect([closed.state, store.sizes, store.clock.pendingTimers]).toEqual(["resolved", [3], 0]);
    store.append(2);
    await store.clock.advance(100);
    expect([store.sizes, store.clock.pendingTimers]).toEqual([[3, 2], 0]);
  });

  it("stops trying when it gives up, until there is something to do again", async () => {
    const store = new Store();
    store.always = { answer: "error" };
    const records = store.append(3);
    const closed = outcomeOf(store.writer.close(1_000));
    await store.clock.advance(1_000);
    expect(closed.error?.message).toMatch(/^3 records are not written after 1000 ms: /);
    expect([store.clock.pendingTimers, store.writer.stats.backlog]).toEqual([0, 3]);
    const before = store.tries.length;
    await store.clock.advance(60_000);
    expect(store.tries).toHaveLength(before);
    store.always = null;
    const [more] = store.append(1);
    await store.clock.advance(5_000);
    expect(store.ids).toEqual(idsOf([...records, more as HistoryRecord]));
  });

  it.each([
    ["and a late success counts", {}, 1],
    ["and a late failure is not told", { answer: "error" }, 2],
  ] as const)("gives up a try that has no answer, %s", async (_name, turn, backlog) => {
    const store = new Store({ batchSize: 1 });
    store.turns.push({ ms: 5_000, ...turn });
    store.append(2);
    const closed = outcomeOf(store.writer.close(1_000));
    await store.clock.advance(1_000);
    // The one that waits is the store's.
    expect([closed.state, store.clock.pendingTimers]).toEqual(["rejected", 1]);
    await store.clock.advance(10_000);
    expect([store.writer.stats.backlog, store.problems, store.sizes]).toEqual([backlog, [], [1]]);
    await Promise.all([store.writer.flush(), store.clock.advance(0)]);
    expect(store.ids).toHaveLength(2);
  });

  it("does not stop what another flush waits for", async () => {
    const store = new Store();
    for (let count = 0; count < 3; count++) store.turns.push({ answer: "error" });
    store.append(1);
    const [flushed, closed] = [outcomeOf(store.writer.flush(10_000)), outcomeOf(store.writer.close(50))];
    await store.clock.advance(1_000);
    expect([flushed.state, closed.state]).toEqual(["resolved", "rejected"]);
  });
});

describe("a process", () => {
  it("is kept alive by a flush, and by nothing that waits", async () => {
    const clock = new ManualClock();
    const held: number[] = [];
    const setTimer = clock.setTimer.bind(clock);
    clock.setTimer = (delayMs, ring, options?: { readonly ref?: boolean }) => {
      if (options?.ref !== false && delayMs > 0) held.push(delayMs);
      return setTimer(delayMs, ring);
    };
    const store = new Store({ clock, batchSize: 2 });
    for (const answer of ["error", "none", "error"] as const) store.turns.push({ answer });
    store.append(3);
    await clock.advance(30_000);
    expect([store.ids.length, held]).toEqual([3, []]);
    store.append(1);
    await Promise.all([store.writer.flush(2_000), clock.advance(0)]);
    expect(held).toEqual([2_000]);
  });

  it("of the real clock's ends with a flush, however idle it is", async () => {
    const store = new Store({ clock: new SystemClock(), intervalMs: 60_000, batchSize: 1_000 });
    store.append(10);
    await store.writer.flush();
    store.append(10);
    await store.writer.close();
    expect(store.ids).toHaveLength(20);
    // The test's check for what is left behind fails when this holds the process.
    store.append(1);
  });
});

describe("any course of things", () => {
  const turn = fc.record<Turn>({
    ms: fc.constantFrom(0, 0, 5, 90, 600, 1_500),
    stores: fc.boolean(),
    answer: fc.constantFrom("ok", "ok", "error", "none"),
  });
  // What is said to be written is.
  const turns = fc.array(turn.map((each) => (each.answer === "ok" ? { ...each, stores: true } : each)));
  const step = fc.oneof(
    fc.record({ do: fc.constant("append" as const), count: fc.nat(7) }),
    fc.record({ do: fc.constant("advance" as const), count: fc.constantFrom(0, 1, 50, 100, 900, 6_000) }),
    fc.record({ do: fc.constantFrom("flush" as const, "close" as const), count: fc.constantFrom(0, 200, 3_000) }),
  );
  const options = fc.record({
    batchSize: fc.integer({ min: 1, max: 6 }),
    limit: fc.integer({ min: 1, max: 12 }),
    intervalMs: fc.constantFrom(0, 100),
    timeoutMs: fc.constant(1_000),
    whenFull: fc.constantFrom("drop" as const, "wait" as const),
  });

  it("keeps the order, loses nothing that there was room for, and counts right", async () => {
    const property = fc.asyncProperty(
      options,
      turns,
      fc.array(step, { maxLength: 40 }),
      async (given, script, steps) => {
        const course = new Course(given, script);
        for (const { do: what, count } of steps) await course.step(what, count);
        await course.end();
      },
    );
    await fc.assert(property, { numRuns: 400 });
  });
});

type Settings = Required<Pick<BatchWriterOptions, "batchSize" | "limit" | "timeoutMs" | "whenFull">>;

/** One writer, what was asked of it, and what has to be true of that at each moment. */
class Course {
  readonly #settings: Settings;
  readonly #store: Store;
  readonly #accepted: string[] = [];
  readonly #rooms: { readonly outcome: ReturnType<typeof outcomeOf>; readonly upTo: number }[] = [];
  readonly #promises: Promise<void>[] = [];
  #dropped = 0;
  #lastCloseMs = Number.NEGATIVE_INFINITY;

  constructor(settings: Settings, turns: readonly Turn[]) {
    this.#settings = settings;
    this.#store = new Store(settings);
    this.#store.turns.push(...turns);
  }

  async step(what: "append" | "advance" | "flush" | "close", count: number): Promise<void> {
    if (what === "append") this.#append(count);
    else if (what === "advance") await this.#store.clock.advance(count);
    else this.#promises.push(this.#flush(what, count));
    await this.#store.clock.advance(0);
    this.#check();
  }

  /** The database works again, and all of it is written in the end. */
  async end(): Promise<void> {
    const { writer, clock } = this.#store;
    this.#store.always = null;
    const closed = writer.close(60_000);
    await clock.advance(60_000);
    await Promise.all([closed, ...this.#promises]);
    this.#check();
    const { written, backlog } = writer.stats;
    expect([written, backlog, clock.pendingTimers]).toEqual([this.#accepted.length, 0, 0]);
    expect(this.#store.ids).toEqual(this.#accepted);
    expect(this.#rooms.every(({ outcome }) => outcome.state === "resolved")).toBe(true);
    this.#checkReports();
  }

  #append(count: number): void {
    const { limit, whenFull } = this.#settings;
    const { writer, make } = this.#store;
    const records = make.runs(count);
    const room = whenFull === "wait" ? count : Math.min(count, limit - writer.stats.backlog);
    this.#accepted.push(...idsOf(records.slice(0, room)));
    this.#dropped += count - room;
    const appended = writer.append(records.map((record, index) => (index % 2 === 0 ? record : sourceOf(record))));
    expect(appended instanceof Promise).toBe(writer.stats.backlog > limit);
    if (appended !== undefined) this.#rooms.push({ outcome: outcomeOf(appended), upTo: this.#accepted.length - limit });
  }

  async #flush(what: "flush" | "close", limitMs: number): Promise<void> {
    const { clock, writer, kept } = this.#store;
    const [startMs, wanted] = [clock.monotonic(), [...this.#accepted]];
    try {
      await writer[what](limitMs);
      expect(wanted.every((id) => kept.has(id))).toBe(true);
      expect(clock.monotonic() - startMs).toBeLessThanOrEqual(limitMs);
    } catch (error) {
      if (what === "close") this.#lastCloseMs = clock.monotonic();
      expect(clock.monotonic() - startMs).toBe(limitMs);
      const missing = wanted.length - writer.stats.written;
      expect(missing).toBeGreaterThan(0);
      expect(String(error)).toMatch(new RegExp(`PunctualError: ${missing} records? (is|are) not written after`));
    }
  }

  #check(): void {
    const { batchSize, limit, whenFull } = this.#settings;
    const { writer, ids, sizes } = this.#store;
    const { backlog, written, dropped } = writer.stats;
    expect(written + backlog).toBe(this.#accepted.length);
    expect(dropped).toBe(this.#dropped);
    if (whenFull === "drop") expect(backlog).toBeLessThanOrEqual(limit);
    for (const { outcome, upTo } of this.#rooms) {
      expect(outcome.state).toBe(written >= upTo ? "resolved" : "pending");
    }
    expect(ids).toEqual(this.#accepted.slice(0, ids.length));
    expect(ids.length).toBeGreaterThanOrEqual(written);
    expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(batchSize);
    this.#checkTries();
  }

  /** Each try is of the batch before, or of what comes after it; and not before that has ended or was given up. */
  #checkTries(): void {
    const { tries } = this.#store;
    for (const [index, { ids, atMs }] of tries.entries()) {
      const before = tries[index - 1];
      const from = before === undefined ? 0 : this.#accepted.indexOf(before.ids[0] ?? "");
      const isSame = before !== undefined && before.ids[0] === ids[0];
      const start = isSame ? from : from + (before?.ids.length ?? 0);
      expect(ids).toEqual(isSame ? before.ids : this.#accepted.slice(start, start + ids.length));
      if (before === undefined) continue;
      const { endedAtMs } = before;
      const hasEnded = endedAtMs !== null && endedAtMs <= atMs;
      const wasGivenUp = atMs >= before.atMs + this.#settings.timeoutMs || this.#lastCloseMs >= before.atMs;
      expect(hasEnded || wasGivenUp).toBe(true);
    }
  }

  /** Every failure is told, a stretch of dropping once, and the end of it all, with counts that add up. */
  #checkReports(): void {
    const { problems, writer } = this.#store;
    const sum = (kind: string, value: (problem: BatchProblem) => number): number =>
      problems.filter((problem) => problem.kind === kind).reduce((total, problem) => total + value(problem), 0);
    const { failures, dropped } = writer.stats;
    expect(sum("failed", () => 1)).toBe(failures);
    expect(sum("recovered", (problem) => (problem.kind === "recovered" ? problem.failures : 0))).toBe(failures);
    expect(sum("recovered", (problem) => (problem.kind === "recovered" ? problem.records : 0))).toBe(dropped);
    const drops = problems.map(({ kind }) => kind).filter((kind) => kind !== "failed");
    expect(drops.join()).not.toContain("dropped,dropped");
    expect(problems.at(-1)?.kind).toBe(problems.length === 0 ? undefined : "recovered");
  }
}
