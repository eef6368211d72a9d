import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { groupOf } from "../support/process-group.js";
import type { Child } from "../support/scenario.js";
import { finish, startScript } from "../support/scenario.js";

const isWindows = process.platform === "win32";
/** How long a test waits for what must come: another's work on the same machine may hold it up. */
const PATIENCE_MS = 30_000;
const children: Child[] = [];

function start(scenario: string, argument: unknown = ""): Child {
  const text = typeof argument === "string" ? argument : JSON.stringify(argument);
  const child = startScript("../process/fixtures/policies.mjs", [scenario, text]);
  children.push(child);
  return child;
}

async function said(child: Child, line: unknown): Promise<void> {
  await expect.poll(() => child.lines(), { timeout: PATIENCE_MS }).toContainEqual(line);
}

afterEach(() => {
  // Only where a test has failed does one go on.
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** What became of one job's fire times. */
interface Seen {
  readonly started: number[];
  readonly early: number;
  readonly skipped: [fireTime: number, reason: string][];
  readonly missed: { fireTimes: number[]; missedBefore: number | null; cause: string; policy: string }[];
}

/** Every second from the first one to the last is on record once, in order, and those that were missed as the policy says. */
function expectAccounted(policy: string, { started, early, skipped, missed }: Seen): void {
  expect(early).toBe(0);
  expect(started).toEqual([...started].sort((a, b) => a - b));
  const accounted = [...started, ...skipped.map(([fireTime]) => fireTime)].sort((a, b) => a - b);
  const [first = 0] = accounted;
  expect(accounted).toEqual(accounted.map((_, index) => first + index * 1_000));
  const late = missed.flatMap(({ fireTimes }) => fireTimes);
  expect(late.length).toBeGreaterThanOrEqual(1);
  for (const miss of missed) expect(miss).toMatchObject({ missedBefore: null, cause: "blocked", policy });
  const misfires = skipped.filter(([, reason]) => reason === "misfire").map(([fireTime]) => fireTime);
  if (policy === "fireAll") expect(misfires).toEqual([]);
  else expect(late).toEqual(expect.arrayContaining(misfires));
  if (policy === "skip") expect(misfires).toEqual(late);
}

describe("a process that stands still", () => {
  const policies = ["skip", "fireOnce", "fireAll"];

  it.skipIf(isWindows)(
    "by SIGSTOP starts every fire time, or has it on record as missed, once (not on Windows: it has no SIGSTOP)",
    { timeout: 3 * PATIENCE_MS },
    async () => {
      const child = start("stall");
      await said(child, "ready");
      child.kill("SIGSTOP");
      await delay(4_000);
      child.kill("SIGCONT");
      const { exitCode, lines } = await finish(child);
      expect(exitCode).toBe(0);
      const byJob = lines.at(-1) as Record<string, Seen>;
      expect(Object.keys(byJob).sort()).toEqual([...policies].sort());
      for (const policy of policies) expectAccounted(policy, byJob[policy] as Seen);
    },
  );

  it("by a loop of three seconds: the same", { timeout: 3 * PATIENCE_MS }, async () => {
    const { exitCode, lines } = await finish(start("stall", "loop"));
    expect(exitCode).toBe(0);
    const byJob = lines.at(-1) as Record<string, Seen>;
    for (const policy of policies) expectAccounted(policy, byJob[policy] as Seen);
  });
});

describe("what would not end", { timeout: 3 * PATIENCE_MS }, () => {
  it("on a worker thread is timed out, its thread ends, and the pool has another for the next run", async () => {
    const { exitCode, lines } = await finish(start("spin"));
    const report = { drained: 0, aborted: 0, terminated: 0, abandoned: 0 };
    const outcomes = ["timedOut", "succeeded"];
    expect({ exitCode, lines }).toEqual({
      exitCode: 0,
      lines: [{ outcomes, code: "RUN_TIMED_OUT", report, threads: 0 }],
    });
  });

  it.skipIf(isWindows)("as a shell job is killed with its grandchildren (not on Windows: no groups)", async () => {
    const folder = await mkdtemp(join(tmpdir(), "punctual-"));
    const child = start("shellKill", join(folder, "leader"));
    await said(child, "ready");
    const [{ leader }] = child.lines() as [{ leader: number }];
    await expect.poll(() => groupOf(leader).length, { timeout: PATIENCE_MS }).toBeGreaterThanOrEqual(4);
    child.kill("SIGUSR2");
    const { exitCode, lines } = await finish(child);
    expect(exitCode).toBe(0);
    expect(lines.slice(2)).toEqual([{ killed: 1 }, { outcome: "killed", code: "RUN_KILLED" }]);
    await expect.poll(() => groupOf(leader), { timeout: PATIENCE_MS }).toEqual([]);
    await rm(folder, { recursive: true });
  });

  it("as an http job waits for no answer is timed out, and leaves no socket", async () => {
    const { exitCode, lines } = await finish(start("silentServer"));
    expect({ exitCode, lines }).toEqual({ exitCode: 0, lines: [{ outcome: "timedOut", code: "RUN_TIMED_OUT" }] });
  });
});

/** What a stopped burst says; counts of fires but for the last. */
interface Burst {
  readonly dueAtStop: number;
  readonly started: number;
  readonly skipped: number;
  readonly startedAfterStop: number;
  readonly openAtStop: number;
  readonly ended: { readonly drained: number; readonly aborted: number; readonly abandoned: number };
  readonly report: Record<"drained" | "aborted" | "terminated" | "abandoned", number>;
  readonly accounted: number;
  readonly reasons: readonly string[];
}

describe("a stop in the middle of a burst of 20,000", { timeout: 3 * PATIENCE_MS }, () => {
  it("accounts for every fire, starts nothing afterwards, and reports what became of the runs", async () => {
    const { exitCode, lines } = await finish(start("burst"));
    expect(exitCode).toBe(0);
    const [seen] = lines as [Burst];
    const { drained, aborted, abandoned } = seen.ended;
    // It was stopped within the burst, and runs ended in every way there is.
    for (const count of [seen.dueAtStop, drained, aborted, abandoned]) expect(count).toBeGreaterThan(0);
    expect(seen.startedAfterStop).toBe(0);
    expect(seen.report).toEqual({ ...seen.ended, terminated: 0 });
    expect(drained + aborted + abandoned).toBe(seen.openAtStop);
    expect({ accounted: seen.accounted, reasons: seen.reasons }).toEqual({ accounted: 20_000, reasons: ["stopping"] });
    expect(seen.started + seen.skipped).toBe(20_000);
  });
});

describe.skipIf(isWindows)("stopOnSignals (not on Windows: it has no SIGTERM)", { timeout: 3 * PATIENCE_MS }, () => {
  /** Longer than the test: an exit that comes has not waited for it. */
  const long = { grace: "10m", killGrace: "10m" };

  it.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const)("at %s lets a run end, and exits with %i", async (signal, code) => {
    const child = start("signals", { graces: long, runs: ["drains"] });
    await said(child, "ready");
    child.kill(signal);
    const { exitCode, lines } = await finish(child);
    expect({ exitCode, lines }).toEqual({ exitCode: code, lines: ["ready", "stopping", ["drains", "succeeded"]] });
  });

  it.each(["SIGTERM", "SIGINT"] as const)("at a second signal, %s, takes the graces away", async (second) => {
    const child = start("signals", { graces: long, runs: ["deaf", "thread"] });
    await said(child, "ready");
    child.kill("SIGTERM");
    await said(child, "stopping");
    child.kill(second);
    const { exitCode, lines } = await finish(child);
    // The first signal says how it exits.
    expect(exitCode).toBe(143);
    expect(lines).toEqual(
      expect.arrayContaining([
        ["deaf", "abandoned"],
        ["thread", "killed"],
      ]),
    );
  });

  it("lets a process without work exit at once", async () => {
    const child = start("signals", { graces: long, runs: [] });
    await said(child, "ready");
    child.kill("SIGTERM");
    expect(await finish(child)).toEqual({ exitCode: 143, lines: ["ready"] });
  });

  it("waits for a run that waits for a retry no longer than the grace", async () => {
    const child = start("signals", { graces: { grace: "300ms", killGrace: "10m" }, runs: ["retries"] });
    await said(child, "retries retrying");
    await said(child, "ready");
    child.kill("SIGTERM");
    const { exitCode, lines } = await finish(child);
    expect(exitCode).toBe(143);
    expect(lines).toContainEqual(["retries", "killed"]);
  });

  it("can be undone: the signal then ends the process as it would without", async () => {
    const child = start("signals", { graces: long, runs: [], undo: true });
    await said(child, "ready");
    child.kill("SIGTERM");
    expect(await finish(child)).toEqual({ exitCode: null, lines: ["ready"] });
    expect(child.signalCode).toBe("SIGTERM");
  });
});
