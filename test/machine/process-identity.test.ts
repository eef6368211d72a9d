import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import type { LifeSigns, ProcessIdentity } from "../../src/machine/process-identity.js";
import { hasEnded, machineUpMs, probeProcess, thisProcess } from "../../src/machine/process-identity.js";

const HERE: ProcessIdentity = { host: "a pid:[1]", bootId: "boot-2", pid: 10, startedAt: "500" };
const THERE: ProcessIdentity = { ...HERE, pid: 20, startedAt: "700" };
const UP_MS = 3_600_000;
const HEARD_LATELY = 5_000;

describe("whether a process has ended", () => {
  const alive = (startedAt: string | null) => ({ alive: true, startedAt });
  const dead = { alive: false, startedAt: null };
  const cases: readonly [
    what: string,
    owner: Partial<ProcessIdentity>,
    ReturnType<LifeSigns["probe"]>,
    boolean | null,
  ][] = [
    ["is there, with its start", {}, alive("700"), false],
    ["is not there", {}, dead, true],
    ["has ended, and nobody has asked for its end", {}, alive("ended"), true],
    ["has a number that was used again", {}, alive("900"), true],
    ["is there, and its start is not to be had", {}, alive(null), null],
    ["is there, and its start was not to be had", { startedAt: null }, alive("700"), null],
    ["is not there, and its start was not to be had", { startedAt: null }, dead, true],
    ["is of another host", { host: "b pid:[1]" }, dead, null],
    ["is of another container", { host: "a pid:[2]" }, alive("700"), null],
    ["is of another host with another start", { host: "b pid:[1]", bootId: "boot-1" }, dead, null],
    ["is of a machine that does not tell its starts", { bootId: null }, alive("700"), false],
    ["is of such a machine, and not there", { bootId: null }, dead, true],
  ];
  it.each(cases)("where it %s", (_what, owner, probed, expected) => {
    const signs = { probe: () => probed, silentMs: HEARD_LATELY, upMs: UP_MS };
    expect(hasEnded({ ...THERE, ...owner }, HERE, signs)).toBe(expected);
  });

  it.each([
    ["before this one, which it has not survived", UP_MS + 1, true],
    ["of another machine of that name, when it was heard of since", HEARD_LATELY, null],
  ])("where it is of another start of the machine: %s", (_what, silentMs, expected) => {
    const probe = (): never => {
      throw new Error("asked for a number of another start");
    };
    expect(hasEnded({ ...THERE, bootId: "boot-1" }, HERE, { probe, silentMs, upMs: UP_MS })).toBe(expected);
  });
});

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

async function spawned(program: string, ...args: string[]): Promise<ChildProcess & { pid: number }> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  await once(child, "spawn");
  return child as ChildProcess & { pid: number };
}

function endedHere(pid: number, startedAt: string | null): boolean | null {
  const owner = { ...thisProcess(), pid, startedAt };
  return hasEnded(owner, thisProcess(), { probe: probeProcess, silentMs: 0, upMs: machineUpMs() });
}

describe("a real process", () => {
  it("is itself", () => {
    const { pid, startedAt } = thisProcess();
    expect([thisProcess(), endedHere(pid, startedAt)]).toEqual([
      thisProcess(),
      process.platform === "win32" ? null : false,
    ]);
    expect(machineUpMs()).toBeGreaterThan(1_000);
  });

  it("is there, and then it is not", async () => {
    const child = await spawned(process.execPath, "-e", "setTimeout(() => {}, 60_000)");
    const { alive, startedAt } = probeProcess(child.pid);
    expect([alive, endedHere(child.pid, startedAt)]).toEqual([true, process.platform === "win32" ? null : false]);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect([probeProcess(child.pid), endedHere(child.pid, startedAt)]).toEqual([
      { alive: false, startedAt: null },
      true,
    ]);
  });

  it.skipIf(process.platform !== "linux")(
    "that nobody here has started is there: the first one (elsewhere than on Linux: perhaps none)",
    () => {
      const { alive, startedAt } = probeProcess(1);
      expect([alive, startedAt]).toEqual([true, expect.stringMatching(/^\d+$/)]);
      expect([endedHere(1, startedAt), endedHere(1, "another")]).toEqual([false, true]);
    },
  );

  it.skipIf(process.platform === "win32")(
    "has ended when its parent has not asked for that (Windows has no such)",
    async () => {
      // `exec` leaves the child to a program that asks for no ends.
      const parent = await spawned("sh", "-c", "sleep 0.2 & echo $!; exec sleep 60");
      const [line] = (await once(parent.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
      const pid = Number(line.toString());
      const { startedAt } = probeProcess(pid);
      expect(endedHere(pid, startedAt)).toBe(false);
      for (let tries = 0; probeProcess(pid).startedAt !== "ended" && tries < 100; tries++) await delay(20);
      expect([probeProcess(pid), endedHere(pid, startedAt)]).toEqual([{ alive: true, startedAt: "ended" }, true]);
    },
  );
});

describe.skipIf(process.platform === "win32")("where ps tells of processes (Windows has none)", () => {
  const { platform } = process;
  const env: { TZ?: string } = process.env;
  const zone = env.TZ;
  afterEach(() => {
    Object.defineProperty(process, "platform", { value: platform });
    if (zone === undefined) delete env.TZ;
    else env.TZ = zone;
  });

  it("a start is the same in every zone, and that of one that has ended is nobody's", async () => {
    Object.defineProperty(process, "platform", { value: "darwin" });
    const starts = ["Asia/Tokyo", "America/New_York", "UTC"].map((name) => {
      env.TZ = name;
      return probeProcess(process.pid).startedAt;
    });
    expect(starts).toEqual([expect.stringMatching(/\d\d:\d\d:\d\d \d{4}$/), starts[0], starts[0]]);
    // It ends when its parent is a program that does not ask for its end: the shell might.
    const parent = await spawned("sh", "-c", "sleep 0.5 & echo $!; exec sleep 60");
    const [line] = (await once(parent.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
    const ended = { alive: true, startedAt: "ended" };
    await expect.poll(() => probeProcess(Number(line.toString())), { timeout: 10_000 }).toEqual(ended);
  });
});
