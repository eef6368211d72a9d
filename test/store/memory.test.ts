import { MemoryJobStore } from "punctual";
import { jobStoreContract } from "punctual/testing";
import { describe, test } from "vitest";

describe("MemoryJobStore", () => {
  const create = () => {
    const store = new MemoryJobStore();
    return { open: () => store, close: () => {} };
  };
  const cases = [
    "rejects what is asked while the store is down, and tells who watches, once",
    "tells of what was changed before a watcher is back",
  ];
  const skip = [{ reason: "memory is always there", cases }];
  for (const each of jobStoreContract({ name: "memory", create, skip })) {
    test.skipIf(each.skipped !== null)(each.name, () => each.run());
  }
});
