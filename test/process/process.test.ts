import { describe, expect, it } from "vitest";
import { finish, start } from "../support/scenario.js";

describe("a process with a scheduler", () => {
  it("is kept alive by a started one, and ends after stop", async () => {
    expect(await finish(start("ref"))).toEqual({ exitCode: 0, lines: ["fired"] });
  });

  it("is not kept alive with ref: false", async () => {
    expect(await finish(start("unref"))).toEqual({ exitCode: 0, lines: ["started"] });
  });

  it("has threads on first use only, and not when idle", async () => {
    expect(await finish(start("idle"))).toEqual({ exitCode: 0, lines: [{ before: 0, during: 2, after: 0 }] });
  });

  it("survives what its jobs do", async () => {
    const ends = ["exits failed WORKER_EXITED", "rejects failed ", "uncaught failed WORKER_UNCAUGHT"];
    expect(await finish(start("faults"))).toEqual({ exitCode: 0, lines: [ends] });
  });

  it.skipIf(process.platform === "win32")(
    "drains and terminates on SIGTERM (not on Windows: it has no SIGTERM)",
    async () => {
      const child = start("sigterm");
      await expect.poll(() => child.lines(), { timeout: 10_000 }).toContain("ready");
      child.kill("SIGTERM");
      const { exitCode, lines } = await finish(child);
      expect(exitCode).toBe(0);
      expect(lines).toContainEqual({ drained: 1, aborted: 0, terminated: 1, abandoned: 0 });
      expect(lines).toContainEqual(["succeeded", "killed"]);
    },
  );

  it.each([[], ["--import", "tsx"]])("hands buffers over both ways (node %s %s)", async (...nodeOptions) => {
    const { exitCode, lines } = await finish(start("transfer", ...nodeOptions));
    expect({ exitCode, lines }).toEqual({ exitCode: 0, lines: [{ result: [3, 2, 1], left: 0 }] });
  });

  it("fires a thousand jobs each second, none early, none twice, none lost", async () => {
    const { exitCode, lines } = await finish(start("burst"));
    expect(exitCode).toBe(0);
    const [{ early, counts, gaps }] = lines as [{ early: number; counts: number[][]; gaps: number[] }];
    expect(early).toBe(0);
    expect(counts.length).toBeGreaterThanOrEqual(3);
    for (const count of counts) expect(count).toEqual([1_000, 1_000]);
    for (const gap of gaps) expect(gap).toBe(1_000);
  });
});
