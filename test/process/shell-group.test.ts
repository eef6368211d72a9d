import { describe, expect, it } from "vitest";
import type { Execution } from "../../src/command/command.js";
import { ShellExecutor } from "../../src/command/shell.js";
import { shell } from "../../src/command/shell-command.js";
import { executorRun, neverRings, realTimer } from "../support/executor-run.js";
import { groupOf } from "../support/process-group.js";

/** Starts a command whose first line of output is the id of its leader, printed when all is ready. */
async function started(command: string, setTimer = realTimer): Promise<{ execution: Execution; leader: number }> {
  let said: (line: string) => void = () => {};
  const line = new Promise<string>((resolve) => {
    said = resolve;
  });
  const executor = new ShellExecutor({ setTimer, onOutput: (_run, _stream, text) => said(text) });
  const execution = executor.execute(shell(command), executorRun());
  return { execution, leader: Number(await line) };
}

/** A shell's text: a leader that ends at SIGTERM, and beside it what traps the signal, which says when it is ready. */
function withTrap(trap: string, redirect: string): string {
  const beside = `trap '${trap}' TERM; echo $$ >&3; exec 3>&-; while :; do sleep 0.01; done`;
  return `exec 3>&1; (${beside}) ${redirect} & exec 3>&-; exec sleep 1000`;
}

const outcomeOf = (execution: Execution): Promise<unknown> => execution.result.catch((error: unknown) => error);

describe.skipIf(process.platform === "win32")("the process group of a shell command", () => {
  const asked = new Error("end");
  const enough = new Error("enough");

  it("ends at SIGTERM, grandchildren included", async () => {
    const { execution, leader } = await started("(sleep 1000 & sleep 1000) & sleep 1000 & echo $$; wait");
    await expect.poll(() => groupOf(leader).length).toBeGreaterThanOrEqual(4);
    execution.abort(asked);
    expect(await outcomeOf(execution)).toMatchObject({ code: "SHELL_SIGNAL", signal: "SIGTERM" });
    expect(groupOf(leader)).toEqual([]);
  });

  it("is killed by terminate when all of it ignores SIGTERM", async () => {
    const { execution, leader } = await started("trap '' TERM; (sleep 1000 & sleep 1000) & echo $$; wait");
    execution.abort(asked);
    const first = await Promise.race([outcomeOf(execution), new Promise((resolve) => setTimeout(resolve, 300, "on"))]);
    expect(first).toBe("on");
    expect(groupOf(leader).length).toBeGreaterThanOrEqual(3);
    execution.terminate(enough);
    expect(await outcomeOf(execution)).toBe(enough);
    await expect.poll(() => groupOf(leader)).toEqual([]);
  });

  it.each([
    ["holds the output", ""],
    ["does not", ">/dev/null 2>&1"],
  ])("is killed by terminate when its leader ended at SIGTERM, and what ignores it %s", async (_what, redirect) => {
    const { execution, leader } = await started(withTrap("", redirect));
    execution.abort(asked);
    await expect.poll(() => groupOf(leader)).not.toContain(leader);
    const first = await Promise.race([outcomeOf(execution), new Promise((resolve) => setTimeout(resolve, 800, "on"))]);
    expect(first).toBe("on");
    expect(groupOf(leader).length).toBeGreaterThanOrEqual(1);
    execution.terminate(enough);
    expect(await outcomeOf(execution)).toBe(enough);
    await expect.poll(() => groupOf(leader)).toEqual([]);
  });

  it("is killed by terminate when its leader has ended by itself, and the output is waited for", async () => {
    const { execution, leader } = await started("sleep 1000 & echo $$", neverRings);
    await expect.poll(() => groupOf(leader)).not.toContain(leader);
    expect(groupOf(leader)).toHaveLength(1);
    execution.terminate(enough);
    expect(await outcomeOf(execution)).toBe(enough);
    await expect.poll(() => groupOf(leader)).toEqual([]);
  });

  it("ends as a pipeline does", async () => {
    const { execution, leader } = await started("echo $$; yes | sed s/y/z/ | cat >/dev/null");
    await expect.poll(() => groupOf(leader).length).toBeGreaterThanOrEqual(4);
    execution.terminate(enough);
    expect(await outcomeOf(execution)).toBe(enough);
    await expect.poll(() => groupOf(leader)).toEqual([]);
  });

  it("may end by itself after SIGTERM, later than its leader", async () => {
    const { execution, leader } = await started(withTrap("sleep 0.3; exit", ">/dev/null 2>&1"));
    execution.abort(asked);
    expect(await outcomeOf(execution)).toMatchObject({ code: "SHELL_SIGNAL" });
    expect(groupOf(leader)).toEqual([]);
  });
});
