import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HeapEntry } from "../../src/timetable/entry-heap.js";
import { EntryHeap, NOT_IN_HEAP } from "../../src/timetable/entry-heap.js";

interface Entry extends HeapEntry {
  readonly name: string;
}
const entry = (order: number): Entry => ({ order, name: `e${order}`, heapIndex: NOT_IN_HEAP });

function drain(heap: EntryHeap<Entry>): string[] {
  const names: string[] = [];
  for (let first = heap.peek(); first !== undefined; first = heap.peek()) {
    names.push(first.name);
    heap.remove(first);
  }
  return names;
}

describe("EntryHeap", () => {
  it("gives entries by time, ties in order of registration", () => {
    const heap = new EntryHeap<Entry>();
    const entries = [0, 1, 2, 3, 4].map(entry);
    for (const [index, time] of [5, 3, 5, 3, 4].entries()) heap.set(entries[index] as Entry, time);
    expect(heap.peekTime()).toBe(3);
    expect(drain(heap)).toEqual(["e1", "e3", "e4", "e0", "e2"]);
    expect([heap.size, heap.peekTime(), heap.peek()]).toEqual([0, Number.POSITIVE_INFINITY, undefined]);
  });

  it("forgets what is removed, once or twice", () => {
    const heap = new EntryHeap<Entry>();
    const one = entry(1);
    heap.set(one, 5);
    expect(heap.timeOf(one)).toBe(5);
    heap.remove(one);
    heap.remove(one);
    expect([heap.timeOf(one), heap.size]).toEqual([null, 0]);
  });

  it("does as a sorted list does, under any sequence of add, move and remove", () => {
    const step = fc.record({ entry: fc.nat(40), time: fc.option(fc.nat(30), { nil: null }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const heap = new EntryHeap<Entry>();
        const entries = Array.from({ length: 41 }, (_, order) => entry(order));
        const model = new Map<Entry, number>();
        for (const { entry: index, time } of steps) {
          const chosen = entries[index] as Entry;
          if (time === null) {
            heap.remove(chosen);
            model.delete(chosen);
          } else {
            heap.set(chosen, time);
            model.set(chosen, time);
          }
          const first = [...model].sort((a, b) => a[1] - b[1] || a[0].order - b[0].order)[0];
          expect(heap.peek()).toBe(first?.[0]);
          expect(heap.size).toBe(model.size);
        }
        for (const [kept, time] of model) expect(heap.timeOf(kept)).toBe(time);
        const sorted = [...model].sort((a, b) => a[1] - b[1] || a[0].order - b[0].order);
        expect(drain(heap)).toEqual(sorted.map(([kept]) => kept.name));
      }),
      { numRuns: 300 },
    );
  });
});
