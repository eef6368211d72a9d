import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CommandError } from "../../src/command/command-error.js";
import { describeCommand } from "../../src/command/describe.js";
import type { OutputListener } from "../../src/command/shell.js";
import { ShellExecutor } from "../../src/command/shell.js";
import type { ShellOptions, ShellResult } from "../../src/command/shell-command.js";
import { isShellCommand, shell } from "../../src/command/shell-command.js";
import { InvalidOptionError, PunctualError } from "../../src/errors.js";
import { executorRun, messageOf, neverRings, realTimer } from "../support/executor-run.js";

type Work = string | readonly string[];

const executor = new ShellExecutor({ setTimer: realTimer });
let folder = "";
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "punctual-shell-")));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(
  work: Work,
  options: ShellOptions = {},
  changes: Record<string, unknown> = {},
): Promise<ShellResult> {
  return (await executor.execute(shell(work, options), executorRun(changes)).result) as ShellResult;
}

async function failure(work: Work, options: ShellOptions = {}, changes = {}): Promise<CommandError> {
  const error = await run(work, options, changes).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(CommandError);
  return error as CommandError;
}

/** The lines that were given to the executor's listener. */
async function heard(work: Work, then?: OutputListener): Promise<string[]> {
  const lines: string[] = [];
  const onOutput: OutputListener = (its, stream, line) => {
    lines.push(`${its.id} ${stream} ${line}`);
    return then?.(its, stream, line);
  };
  await new ShellExecutor({ setTimer: realTimer, onOutput }).execute(shell(work), executorRun()).result;
  return lines;
}

describe("shell()", () => {
  it("is plain data that JSON can hold, and does not share the caller's objects", () => {
    const env = { A: "1" };
    const words = ["echo", "hi"];
    const command = shell(words, { env, inheritEnv: ["PATH"], successCodes: [0, 1], killSignal: "SIGINT" });
    env.A = "2";
    words.push("there");
    const data = {
      kind: "shell",
      command: ["echo", "hi"],
      env: { A: "1" },
      inheritEnv: ["PATH"],
      successCodes: [0, 1],
      killSignal: "SIGINT",
    };
    expect(command).toEqual(data);
    expect(JSON.parse(JSON.stringify(command))).toEqual(data);
    for (const part of [command, command.command, command.env, command.inheritEnv, command.successCodes]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
    expect(Object.keys(shell("true", { cwd: undefined as never }))).toEqual(["kind", "command"]);
  });

  it("is known again, also after it was stored", () => {
    expect(isShellCommand(shell("true"))).toBe(true);
    expect(isShellCommand(JSON.parse(JSON.stringify(shell("true"))))).toBe(true);
    for (const other of [null, undefined, "true", () => {}, {}, { kind: "worker" }, { kind: "shell" }]) {
      expect(isShellCommand(other)).toBe(false);
    }
  });

  it.each<[string, () => unknown, path: string]>([
    ["an empty text", () => shell(""), "command"],
    ["a blank text", () => shell(" \n"), "command"],
    ["a text with NUL", () => shell("echo \0"), "command"],
    ["no text", () => shell(7 as never), "command"],
    ["an empty list", () => shell([]), "command"],
    ["a list with an empty program", () => shell(["", "a"]), "command[0]"],
    ["a list of other things", () => shell(["echo", 1 as never]), "command[1]"],
    ["a list with NUL", () => shell(["echo", "a\0b"]), "command[1]"],
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
    ["a list with a hole", () => shell(["echo", , "b"] as never), "command[1]"],
    ["options that are none", () => shell("true", null as never), "options"],
    ["options that are a list", () => shell("true", [] as never), "options"],
    ["an unknown option", () => shell("true", { timeout: 5 } as never), "timeout"],
    ["an inherited option's name", () => shell("true", { toString: 5 } as never), "toString"],
    ["an empty cwd", () => shell("true", { cwd: "" }), "cwd"],
    ["a cwd with NUL", () => shell("true", { cwd: "/\0" }), "cwd"],
    ["an env that is none", () => shell("true", { env: "A=1" as never }), "env"],
    ["an env value that is no text", () => shell("true", { env: { A: 1 as never } }), "env.A"],
    ["an env value with NUL", () => shell("true", { env: { A: "\0" } }), "env.A"],
    ["an env name with =", () => shell("true", { env: { "A=B": "1" } }), "env"],
    ["an empty env name", () => shell("true", { env: { "": "1" } }), "env"],
    ["an inheritEnv that is no list", () => shell("true", { inheritEnv: "PATH" as never }), "inheritEnv"],
    ["an inheritEnv of other things", () => shell("true", { inheritEnv: [1 as never] }), "inheritEnv[0]"],
    ["a stdin that is no text", () => shell("true", { stdin: Buffer.from("") as never }), "stdin"],
    ["an empty shell", () => shell("true", { shell: "" }), "shell"],
    ["a shell for a list", () => shell(["true"], { shell: "/bin/sh" }), "shell"],
    ["a negative output", () => shell("true", { output: -1 }), "output"],
    ["an output that is too large", () => shell("true", { output: 2 ** 27 }), "output"],
    ["no success codes", () => shell("true", { successCodes: [] }), "successCodes"],
    ["a success code below 0", () => shell("true", { successCodes: [0, -1] }), "successCodes[1]"],
    ["a success code that is not whole", () => shell("true", { successCodes: [0.5] }), "successCodes[0]"],
    ["no signal's name", () => shell("true", { killSignal: "TERM" as never }), "killSignal"],
    ["a signal's number", () => shell("true", { killSignal: 9 as never }), "killSignal"],
  ])("refuses %s", (_what, make, path) => {
    expect(make).toThrow(InvalidOptionError);
    expect(make).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path }));
  });

  it("shows no value of a variable and no input in its errors", () => {
    const secrets: readonly (() => unknown)[] = [
      () => shell("true", { env: { A: "secret\0" } }),
      () => shell("true", { stdin: ["secret"] as never }),
      () => shell("true", { pasword: "secret" } as never),
    ];
    for (const make of secrets) expect(messageOf(make)).not.toContain("secret");
  });
});

describe("describe()", () => {
  it.each<[Work, ShellOptions, string]>([
    ["pg_dump app | gzip > /backup/app.gz", { env: { PGPASSWORD: "secret" }, stdin: "secret" }, ""],
    [["pg_dump", "my app", "--file=a"], {}, 'pg_dump "my app" --file=a'],
    ["  set -e\n\techo a\n\u001b[31m  ", {}, "set -e echo a [31m"],
    [`echo ${"x".repeat(100)}`, {}, `echo ${"x".repeat(72)}...`],
  ])("shows %j", (work, options, text) => {
    expect(describeCommand(shell(work, options))).toBe(text || work);
  });
});

describe.skipIf(process.platform === "win32")("a shell command", () => {
  it("is run by a shell, or without one", async () => {
    const inShell = await run("echo one | tr a-z A-Z; echo two >&2");
    expect(inShell).toEqual({ exitCode: 0, stdout: "ONE\n", stderr: "two\n", truncated: false });
    expect(Object.isFrozen(inShell)).toBe(true);
    expect((await run(["echo", "a | b", "$HOME", ""])).stdout).toBe("a | b $HOME \n");
  });

  it("runs as it was stored", async () => {
    const stored = JSON.parse(JSON.stringify(shell("echo $A", { env: { A: "1" } })));
    expect(await executor.execute(stored, executorRun()).result).toMatchObject({ stdout: "1\n" });
    await executor.close();
  });

  it("starts in the folder that cwd names", async () => {
    expect((await run("pwd -P", { cwd: folder })).stdout).toBe(`${folder}\n`);
    expect((await run("pwd -P")).stdout).toBe(`${realpathSync(process.cwd())}\n`);
  });

  it("is run by the shell that is named", async () => {
    const path = join(folder, "my-shell");
    writeFileSync(path, '#!/bin/sh\necho "$1 $2"\n', { mode: 0o755 });
    expect((await run("hello", { shell: path })).stdout).toBe("-c hello\n");
  });

  it("reads stdin, or nothing", async () => {
    expect((await run("cat", { stdin: "häl\nlo\0" })).stdout).toBe("häl\nlo\0");
    expect((await run("cat")).stdout).toBe("");
    expect((await run("cat", { stdin: "" })).stdout).toBe("");
    expect((await run(["wc", "-c"], { stdin: "x".repeat(5_000_000) })).stdout.trim()).toBe("5000000");
  });

  it("need not read its stdin", async () => {
    expect((await run("exec 0<&-; sleep 0.05; echo ok", { stdin: "x".repeat(5_000_000) })).stdout).toBe("ok\n");
    expect((await run("true", { stdin: "x".repeat(5_000_000) })).exitCode).toBe(0);
  });

  it("succeeds by its success codes only", async () => {
    expect((await run("exit 3", { successCodes: [1, 3] })).exitCode).toBe(3);
    expect(await failure("exit 0", { successCodes: [1] })).toMatchObject({ code: "SHELL_EXIT_CODE", exitCode: 0 });
  });

  it("leads a group and a session of its own", async () => {
    const [pid, group, session] = (await run("ps -o pid=,pgid=,sid= -p $$")).stdout.trim().split(/\s+/);
    expect([group, session]).toEqual([pid, pid]);
    expect(group).not.toBe(String(process.pid));
  });
});

describe.skipIf(process.platform === "win32")("the environment of a shell command", () => {
  /** A variable that the process sees beside what a shell makes for itself. */
  async function variables(options: ShellOptions, changes = {}): Promise<Record<string, string>> {
    const { stdout } = await run(["/usr/bin/env"], options, changes);
    const lines = stdout.split("\n").filter(Boolean);
    return Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );
  }
  const ofRun = {
    PUNCTUAL_JOB: "job",
    PUNCTUAL_RUN_ID: "run-1",
    PUNCTUAL_FIRE_TIME: "2026-01-01T00:00:00.000Z",
    PUNCTUAL_ATTEMPT: "1",
  };
  const mine = { PUNCTUAL_TEST_A: "a", PUNCTUAL_TEST_B: "b", PUNCTUAL_DATA: "of another run" };
  beforeAll(() => void Object.assign(process.env, mine));
  afterAll(() => {
    for (const name of Object.keys(mine)) delete process.env[name];
  });

  it("is this process's and the run's by default", async () => {
    const seen = await variables({ output: 1_000_000 });
    const { PUNCTUAL_DATA: _data, ...handedOn } = process.env;
    expect(seen).toEqual({ ...handedOn, ...ofRun });
  });

  it("is the run's alone with inheritEnv: false", async () => {
    expect(await variables({ inheritEnv: false })).toEqual(ofRun);
    expect(await variables({ inheritEnv: [] })).toEqual(ofRun);
    expect(await variables({ inheritEnv: false, env: { A: "1=2" } })).toEqual({ ...ofRun, A: "1=2" });
  });

  it("is what a list allows", async () => {
    const seen = await variables({ inheritEnv: ["PUNCTUAL_TEST_A", "PUNCTUAL_TEST_NONE"] });
    expect(seen).toEqual({ ...ofRun, PUNCTUAL_TEST_A: "a" });
  });

  it("is changed by env, but what is said of the run is not", async () => {
    const env = { PUNCTUAL_TEST_A: "mine", PUNCTUAL_JOB: "no" };
    expect(await variables({ inheritEnv: ["PUNCTUAL_TEST_A", "PUNCTUAL_TEST_B"], env })).toEqual({
      ...ofRun,
      PUNCTUAL_TEST_A: "mine",
      PUNCTUAL_TEST_B: "b",
    });
  });

  it("has the run's traceparent in place of an inherited one, unless env gives another", async () => {
    const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const inherited = { TRACEPARENT: "00-of another trace", TRACESTATE: "of=another" };
    Object.assign(process.env, inherited);
    try {
      const names = ["TRACEPARENT", "TRACESTATE"];
      const all = await variables({ output: 1_000_000 }, { traceparent });
      expect(names.map((name) => all[name])).toEqual([traceparent, undefined]);
      const listed = await variables({ inheritEnv: names }, { traceparent });
      expect(listed).toEqual({ ...ofRun, TRACEPARENT: traceparent });
      expect(await variables({ inheritEnv: false }, { traceparent })).toEqual({ ...ofRun, TRACEPARENT: traceparent });
      const env = { TRACEPARENT: "mine", TRACESTATE: "mine, too" };
      expect(await variables({ inheritEnv: names, env }, { traceparent })).toEqual({ ...ofRun, ...env });
    } finally {
      for (const name of Object.keys(inherited)) delete process.env[name];
    }
  });

  it("tells of the run", async () => {
    const data = { day: "today", nul: "\0" };
    const seen = await variables({ inheritEnv: false }, { jobName: "ä b", fireTime: null, attempt: 3, data });
    expect(seen).toEqual({
      ...ofRun,
      PUNCTUAL_JOB: "ä b",
      PUNCTUAL_FIRE_TIME: "",
      PUNCTUAL_ATTEMPT: "3",
      PUNCTUAL_DATA: JSON.stringify(data),
    });
    expect(await variables({ inheritEnv: false }, { data: null })).toEqual({ ...ofRun, PUNCTUAL_DATA: "null" });
  });

  it.each<[string, unknown, RegExp]>([
    ["a ring", ring(), /the run's data cannot be made JSON: Converting circular structure/],
    ["a bigint", 1n, /the run's data cannot be made JSON: Do not know how/],
    ["a function", () => {}, /the run's data cannot be made JSON: it is a function/],
    ["32 KiB and more", "ä".repeat(16_384), /32770 bytes of JSON, more than the 32768/],
  ])("cannot hold data that is %s", async (_what, data, message) => {
    const error = await failure("true", {}, { data });
    expect(error).toMatchObject({ code: "SHELL_SPAWN_FAILED", exitCode: null, signal: null });
    expect(error.message).toMatch(message);
  });

  it("holds data of just 32 KiB", async () => {
    expect((await run("printf %s $PUNCTUAL_DATA | wc -c", {}, { data: "x".repeat(32_766) })).stdout.trim()).toBe(
      "32768",
    );
  });
});

describe.skipIf(process.platform === "win32")("a shell command that fails", () => {
  it("says its exit code and the last line of stderr", async () => {
    const error = await failure("echo out; echo first >&2; echo 'the reason' >&2; echo >&2; exit 2");
    expect(error).toBeInstanceOf(PunctualError);
    expect(error).toMatchObject({
      name: "CommandError",
      code: "SHELL_EXIT_CODE",
      exitCode: 2,
      signal: null,
      stdout: "out\n",
      stderr: "first\nthe reason\n\n",
      status: null,
      body: "",
    });
    expect(error.message).toMatch(/^echo out; .*: exited with code 2: the reason$/);
    expect((await failure("exit 1")).message).toBe("exit 1: exited with code 1");
  });

  it("has a message that is short, whatever it printed", async () => {
    const { message } = await failure(`printf '%5000s' x >&2; exit 1 # ${"long ".repeat(500)}`);
    expect(message.length).toBeLessThan(400);
  });

  it("says which signal ended it", async () => {
    expect(await failure("echo out; kill -KILL $$")).toMatchObject({
      code: "SHELL_SIGNAL",
      exitCode: null,
      signal: "SIGKILL",
      stdout: "out\n",
      message: "echo out; kill -KILL $$: was ended by SIGKILL",
    });
  });

  it("may not be found", async () => {
    expect(await failure("no-such-program-here")).toMatchObject({ code: "SHELL_EXIT_CODE", exitCode: 127 });
    const error = await failure(["no-such-program-here", "x"]);
    expect(error).toMatchObject({ code: "SHELL_SPAWN_FAILED", exitCode: null, signal: null });
    expect(error.message).toContain("no-such-program-here x: could not be started: spawn no-such-program-here ENOENT");
    expect(error.cause).toMatchObject({ code: "ENOENT" });
    expect(await failure("true", { shell: "/no/shell" })).toMatchObject({ code: "SHELL_SPAWN_FAILED" });
  });

  it("may have no folder to start in", async () => {
    const missing = join(folder, "missing");
    const file = join(folder, "file");
    writeFileSync(file, "");
    for (const cwd of [missing, file]) {
      const error = await failure("true", { cwd });
      expect(error).toMatchObject({ code: "SHELL_SPAWN_FAILED" });
      expect(error.message).toBe(`true: could not be started: there is no folder ${JSON.stringify(cwd)}`);
    }
  });

  it("may not be allowed to run", async () => {
    const path = join(folder, "not-executable");
    writeFileSync(path, "", { mode: 0o644 });
    const error = await failure([path]);
    expect(error).toMatchObject({ code: "SHELL_SPAWN_FAILED", cause: { code: "EACCES" } });
  });

  it("may have a job's name that no variable can hold, which is not shown", async () => {
    const error = await failure("true", { env: { A: "secret" } }, { jobName: "a\0b" });
    expect(error).toMatchObject({ code: "SHELL_SPAWN_FAILED" });
    expect(error.message).not.toContain("secret");
  });

  it("may have more arguments than the system takes", async () => {
    const error = await failure(["echo", "x".repeat(8_000_000)]);
    expect(error).toMatchObject({ code: "SHELL_SPAWN_FAILED", cause: { code: "E2BIG" } });
  });
});

describe.skipIf(process.platform === "win32")("the output of a shell command", () => {
  it("is kept by its end", async () => {
    const result = await run("printf 0123456789; printf abc >&2", { output: 4 });
    expect(result).toEqual({ exitCode: 0, stdout: "6789", stderr: "abc", truncated: true });
    expect(await run("printf abc; printf 0123 >&2", { output: 3 })).toMatchObject({ stderr: "123", truncated: true });
    expect(await run("printf abc", { output: 0 })).toMatchObject({ stdout: "", truncated: true });
    expect(await run("true", { output: 0 })).toMatchObject({ stdout: "", truncated: false });
    expect(await run(["head", "-c", "65536", "/dev/zero"])).toMatchObject({ truncated: false });
    expect(await run(["head", "-c", "65537", "/dev/zero"])).toMatchObject({ truncated: true });
  });

  it("is cut between characters", async () => {
    expect((await run(["printf", "a€€"], { output: 5 })).stdout).toBe("€");
    expect((await run(["printf", "😀😀"], { output: 7 })).stdout).toBe("😀");
  });

  it("is kept by its end in failures, too", async () => {
    const error = await failure("printf 0123456789; printf abcdefghij >&2; exit 1", { output: 4 });
    expect(error).toMatchObject({ stdout: "6789", stderr: "ghij" });
  });

  it("may be gigabytes, which neither fill the memory nor hold up the process", async () => {
    const before = process.memoryUsage().rss;
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss - before)), 20);
    const result = await run("yes | head -c 2000000000; echo end").finally(() => clearInterval(watch));
    expect(result.stdout.length).toBe(65_536);
    expect(result.stdout.endsWith("y\nend\n")).toBe(true);
    expect(most).toBeLessThan(200_000_000);
  }, 60_000);

  it("is heard line by line, before the run ends", async () => {
    const lines = await heard("echo one; echo oops >&2; printf 'two\\r\\nthree'");
    // Two pipes: in which order they are read, nobody promises.
    expect(lines.filter((line) => line.includes("stdout"))).toEqual(
      ["one", "two", "three"].map((it) => `run-1 stdout ${it}`),
    );
    expect(lines.filter((line) => line.includes("stderr"))).toEqual(["run-1 stderr oops"]);
  });

  it("goes to the run's logger where that is wanted", async () => {
    const lines: string[] = [];
    const note = (level: string) => (line: unknown) => void lines.push(`${level} ${line}`);
    const logger = { debug: note("debug"), info: note("info"), warn: note("warn"), error: note("error") };
    const run = executorRun({ logger });
    await new ShellExecutor({ setTimer: realTimer }).execute(shell("echo out; echo err >&2", { log: true }), run)
      .result;
    await new ShellExecutor({ setTimer: realTimer }).execute(shell("echo silent"), run).result;
    expect(lines.sort()).toEqual(["info out", "warn err"]);
    expect(() => shell("x", { log: 1 as never })).toThrow("log: expected true or false");
  });

  it("is heard as it comes", async () => {
    let execution: ReturnType<ShellExecutor["execute"]> | undefined;
    const onOutput: OutputListener = () => execution?.abort(new Error("heard"));
    execution = new ShellExecutor({ setTimer: realTimer, onOutput }).execute(
      shell("echo ready; sleep 1000"),
      executorRun(),
    );
    await expect(execution.result).rejects.toMatchObject({ code: "SHELL_SIGNAL", signal: "SIGTERM" });
  });

  it("is heard in pieces where a line is long", async () => {
    const lines = await heard("head -c 20000 /dev/zero | tr '\\0' x; echo; echo end");
    expect(lines.map((line) => line.length - "run-1 stdout ".length)).toEqual([8_192, 8_192, 3_616, 3]);
  });

  it("is heard by a listener that may throw or reject", async () => {
    const throws: OutputListener = () => {
      throw new Error("listener");
    };
    expect(await heard("echo a; echo b", throws)).toEqual(["run-1 stdout a", "run-1 stdout b"]);
    const rejects = (() => Promise.reject(new Error("listener"))) as unknown as OutputListener;
    expect(await heard("echo a; echo b", rejects)).toEqual(["run-1 stdout a", "run-1 stdout b"]);
  });
});

describe.skipIf(process.platform === "win32")("a shell command that is ended", () => {
  const reason = new Error("enough");
  const left: number[] = [];
  afterEach(() => {
    for (const pid of left.splice(0)) process.kill(pid, "SIGKILL");
  });

  it("by abort gets the signal, and fails by it", async () => {
    const execution = executor.execute(shell("sleep 1000"), executorRun());
    execution.abort(reason);
    execution.abort(new Error("again"));
    const error: unknown = await execution.result.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "SHELL_SIGNAL", signal: "SIGTERM", cause: reason });
  });

  it("by abort gets the signal that was asked for", async () => {
    // Without a shell: while one starts, it may lose a SIGINT.
    const execution = executor.execute(shell(["sleep", "1000"], { killSignal: "SIGINT" }), executorRun());
    execution.abort(reason);
    await expect(execution.result).rejects.toMatchObject({ signal: "SIGINT" });
  });

  it("by abort may end well", async () => {
    let ready = (): void => {};
    const isReady = new Promise<void>((resolve) => {
      ready = resolve;
    });
    const command = shell("trap 'echo saved; exit 0' TERM; echo ready; while :; do sleep 0.01; done");
    const execution = new ShellExecutor({ setTimer: realTimer, onOutput: () => ready() }).execute(
      command,
      executorRun(),
    );
    await isReady;
    execution.abort(reason);
    expect(await execution.result).toMatchObject({ exitCode: 0, stdout: "ready\nsaved\n" });
  });

  it("by terminate fails with the reason, also without an abort before", async () => {
    const execution = executor.execute(shell("trap '' TERM; sleep 1000"), executorRun());
    execution.terminate(reason);
    execution.terminate(new Error("again"));
    await expect(execution.result).rejects.toBe(reason);
  });

  it("before it was started, as far as that goes", async () => {
    for (const how of ["abort", "terminate"] as const) {
      const missing = executor.execute(shell(["no-such-program-here"]), executorRun());
      missing[how](reason);
      const expected = how === "terminate" ? reason : expect.objectContaining({ code: "SHELL_SPAWN_FAILED" });
      await expect(missing.result).rejects.toEqual(expected);
    }
  });

  it("after its end is not touched", async () => {
    const execution = executor.execute(shell("echo done"), executorRun());
    const result = await execution.result;
    execution.abort(reason);
    execution.terminate(reason);
    expect(await execution.result).toBe(result);
  });

  it("is not waited for in the background, and lives on there", async () => {
    const pipes = (): number => process.getActiveResourcesInfo().filter((name) => name === "PipeWrap").length;
    const before = pipes();
    const started = performance.now();
    const { stdout } = await run("sleep 1000 & echo $!");
    expect(performance.now() - started).toBeLessThan(5_000);
    // 0 would be the group of this process.
    expect(Number(stdout)).toBeGreaterThan(1);
    left.push(Number(stdout));
    expect(process.kill(Number(stdout), 0)).toBe(true);
    await expect.poll(pipes).toBe(before);
  });

  it("has output that comes late read, within bounds", async () => {
    // Bounds that are never reached: a busy machine may take longer than the real ones.
    const patient = new ShellExecutor({ setTimer: neverRings });
    const { result } = patient.execute(shell("(sleep 0.1; echo late) & echo early"), executorRun());
    expect(await result).toMatchObject({ stdout: "early\nlate\n" });
  });
});

function ring(): object {
  const made: { self?: unknown } = {};
  made.self = made;
  return made;
}
