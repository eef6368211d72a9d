import { distributedContract } from "punctual/testing";
import { test } from "vitest";
import { memoryStore } from "./memory-store.js";

const capabilities = { outage: true, crossProcess: true };

for (const each of distributedContract({ name: "MemoryDistributed", create: () => memoryStore(), capabilities })) {
  test(each.name, () => each.run());
}
