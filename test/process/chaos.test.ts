import { describe, it } from "vitest";
import type { Chaos } from "./chaos/chaos.js";
import { expectOrderIn } from "./chaos/chaos.js";

/** And some more, until the last disturbance is over. */
const FIRES = 80;

// flock(2) and SIGSTOP are not to be had on Windows.
describe.skipIf(process.platform === "win32")("five processes that are killed, halted, stopped and misled", () => {
  const variants: readonly Chaos[] = [
    { store: "redis", recover: true, fires: FIRES },
    { store: "flock", recover: false, fires: FIRES },
  ];
  it.each(variants)(
    "start no fire twice, and lose none ($store, recover: $recover)",
    { timeout: 120_000 },
    expectOrderIn,
  );
});
