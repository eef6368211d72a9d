import { describe, expect, it } from "vitest";
import { EntryIndex } from "../../src/history/entry-index.js";
import { JobTallies } from "../../src/history/job-tally.js";
import type { HistoryEntry } from "../../src/history/record.js";
import { Ring } from "../../src/history/ring.js";
import { RecordMaker } from "../../src/testing/history-records.js";

describe("EntryIndex", () => {
  it("stays small, however entries and questions alternate", () => {
    const make = new RecordMaker();
    const [ring, jobs] = [new Ring<HistoryEntry>(10), new JobTallies(5)];
    const index = new EntryIndex(ring, jobs);
    let largest = 0;
    for (let count = 0; count < 1_000; count++) {
      const run = make.run({ jobName: `job-${count % 7}` });
      jobs.add(run, ring.push(run));
      expect(index.find(run.id)).toBe(run);
      largest = Math.max(largest, index.size);
    }
    expect(largest).toBeLessThanOrEqual(2 * (10 + 5) + 1);
  });

  it("is empty until it is asked, and once all that it held has left the ring", () => {
    const make = new RecordMaker();
    const [ring, jobs] = [new Ring<HistoryEntry>(3), new JobTallies(5)];
    const index = new EntryIndex(ring, jobs);
    const add = (): void => {
      const run = make.run();
      jobs.add(run, ring.push(run));
      index.trim();
    };
    for (let count = 0; count < 5; count++) add();
    expect(index.size).toBe(0);
    index.find("nobody");
    expect(index.size).toBe(3);
    add();
    add();
    expect(index.size).toBe(3);
    add();
    expect(index.size).toBe(0);
  });
});
