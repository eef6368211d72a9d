import { describe, it } from "vitest";
import type { Chaos } from "../process/chaos/chaos.js";
import { expectOrderIn } from "../process/chaos/chaos.js";

const FIRES = 1_000;

describe.skipIf(process.platform === "win32")("five processes that are killed, halted, stopped and misled", () => {
  const variants: readonly Chaos[] = [true, false].flatMap((recover) => [
    { store: "redis", recover, fires: FIRES },
    { store: "flock", recover, fires: FIRES },
  ]);
  it.each(variants)(
    "start none of 1,000 fires twice, and lose none ($store, recover: $recover)",
    { timeout: 300_000 },
    expectOrderIn,
  );
});
