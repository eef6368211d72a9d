import type { ExecFileOptions } from "node:child_process";
import { execFile } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { SystemClock } from "punctual";
import type { FlockDistributedOptions } from "punctual/flock";
import { FlockDistributed } from "punctual/flock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ClaimAnswer, ClaimRequest } from "../../src/distributed/distributed.js";
import { machineBootClock } from "../../src/distributed/flock-boot-clock.js";
import { sharedFileSystem } from "../../src/distributed/flock-directory.js";
import { stateFileName } from "../../src/distributed/flock-name.js";

const LONG_MS = 600_000;
const CONSTRUCT = fileURLToPath(new URL("./fixtures/flock-construct.ts", import.meta.url));

let directory: string;
let opened: FlockDistributed[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "punctual-flock-"));
  opened = [];
});

afterEach(async () => {
  for (const each of opened) await each.close();
  rmSync(directory, { recursive: true, force: true });
});

describe("a state file that was spoilt", () => {
  const ways: readonly (readonly [how: string, spoil: (file: string) => void])[] = [
    ["removed", (file) => rmSync(file)],
    ["emptied", (file) => truncateSync(file)],
    ["cut", (file) => truncateSync(file, 20)],
    ["replaced by an empty one", (file) => replace(file, (path) => writeFileSync(path, ""))],
    ["replaced by garbage", (file) => replace(file, (path) => writeFileSync(path, "x".repeat(70_000)))],
    ["filled with garbage", (file) => writeFileSync(file, "x".repeat(70_000))],
    ["replaced by an old copy", (file) => copyFileSync(`${file}.old`, file)],
    ["renamed over by an old copy", (file) => replace(file, (path) => copyFileSync(`${file}.old`, path))],
  ];

  test.each(ways)("%s: cannot tell about what was until now, and goes on", async (_how, spoil) => {
    const [a, b] = [open(), open()];
    const file = join(directory, stateFileName("service"));
    const early = granted(await claim(a, Date.now() - 9_000));
    copyFileSync(file, `${file}.old`);
    const last = granted(await claim(a, Date.now() - 2_000));
    expect(await claim(b, Date.now() - 2_500)).toMatchObject({ reason: "claimed" });
    spoil(file);
    await expect(claim(a, Date.now() - 1_000)).rejects.toMatchObject({ code: "DISTRIBUTED_UNAVAILABLE" });
    // Made anew: neither does a node that has seen the one before have to doubt, nor can an old fire come again.
    expect(await claim(b, Date.now() - 1_000)).toMatchObject({ granted: false, reason: "claimed" });
    expect(await claim(open(), Date.now() - 1_000)).toMatchObject({ granted: false, reason: "claimed" });
    const next = granted(await claim(b, Date.now() + 1_000));
    expect([early < last, last < next]).toEqual([true, true]);
  });

  test.each(ways)("%s: a fire to come is decided, and leases that were seen stay", async (_how, spoil) => {
    const [a, b] = [open(), open()];
    const file = join(directory, stateFileName("service"));
    granted(await claim(a, Date.now() - 9_000));
    copyFileSync(file, `${file}.old`);
    const answer = await claim(a, Date.now() - 1_000, { leaseMs: LONG_MS });
    expect(await claim(b, Date.now())).toMatchObject({ reason: "held", holder: "node" });
    spoil(file);
    expect(await claim(b, Date.now() + 1_000)).toMatchObject({ granted: false, reason: "held", holder: "node" });
    const lease = answer.granted ? answer.lease : null;
    expect(await lease?.renew(LONG_MS)).toBe(true);
    await lease?.release();
    granted(await claim(b, Date.now() + 1_000));
  });

  test("by nobody who knew: a newcomer's new file is not trusted by who knows the old one", async () => {
    const a = open();
    granted(await claim(a, Date.now() - 1_000));
    rmSync(join(directory, stateFileName("service")));
    granted(await claim(open(), Date.now() - 5_000));
    await expect(claim(a, Date.now() - 2_000)).rejects.toMatchObject({ code: "DISTRIBUTED_UNAVAILABLE" });
    expect(await claim(a, Date.now() - 2_000)).toMatchObject({ reason: "claimed" });
  });

  test("before it was ever seen: garbage is not a new service", async () => {
    writeFileSync(join(directory, stateFileName("service")), "garbage");
    const a = open();
    await expect(claim(a, Date.now() - 1)).rejects.toMatchObject({ code: "DISTRIBUTED_UNAVAILABLE" });
    granted(await claim(a, Date.now() + 1_000));
  });

  test("neither elects nor leases when it cannot tell, and does so when asked again", async () => {
    const a = open();
    const file = join(directory, stateFileName("service"));
    await a.select("service", "node", LONG_MS);
    truncateSync(file);
    await expect(a.select("service", "node", LONG_MS)).rejects.toMatchObject({ code: "DISTRIBUTED_UNAVAILABLE" });
    expect(await open().select("service", "other", LONG_MS)).toBe("node");
    truncateSync(file);
    const request = { serviceName: "service", appId: "node", leaseMs: LONG_MS };
    await expect(a.lease(request)).rejects.toMatchObject({ code: "DISTRIBUTED_UNAVAILABLE" });
    expect(await a.lease(request)).toMatchObject({ granted: true });
  });
});

describe("another start of the machine", () => {
  test("ends holds and leases, and keeps the mark and the tokens", async () => {
    const now = Date.now();
    const before = open({ bootClock: { bootId: "first", nowMs: () => 5_000_000 } });
    const first = granted(await claim(before, now, { holdTimeMs: LONG_MS, leaseMs: LONG_MS }));
    const after = open({ bootClock: { bootId: "second", nowMs: () => 100 } });
    expect(await claim(after, now)).toMatchObject({ granted: false, reason: "claimed" });
    expect(granted(await claim(after, now + 1, { appId: "other" }))).toBeGreaterThan(first);
  });

  test("leaves a fire to those who recover it", async () => {
    const now = Date.now();
    const before = open({ bootClock: { bootId: "first", nowMs: () => 5_000_000 } });
    granted(await claim(before, now, { leaseMs: LONG_MS, maxAttempts: 2 }));
    const after = open({ bootClock: { bootId: "second", nowMs: () => 100 } });
    expect(await claim(after, now, { maxAttempts: 2 })).toMatchObject({ granted: true, attempt: 2 });
  });
});

describe("the machine's boot clock", () => {
  test("is the same in another process", async () => {
    const ours = machineBootClock(new SystemClock());
    const module = fileURLToPath(new URL("../../src/distributed/flock-boot-clock.ts", import.meta.url));
    const code = `import { machineBootClock } from ${JSON.stringify(module)};
      const { bootId, nowMs } = machineBootClock({ now: () => 0 });
      console.log(JSON.stringify({ bootId, nowMs: nowMs() }));`;
    const before = ours.nowMs();
    const theirs = JSON.parse(await node(["--import", "tsx", "--input-type=module", "-e", code])) as typeof ours & {
      nowMs: number;
    };
    expect(theirs.bootId).toBe(ours.bootId);
    expect(theirs.nowMs).toBeGreaterThan(before);
    expect(theirs.nowMs).toBeLessThan(ours.nowMs());
  });

  test("ends holds and leases by itself", async () => {
    const a = open();
    granted(await claim(a, Date.now(), { leaseMs: 1_000 }));
    expect(await claim(a, Date.now() + 1)).toMatchObject({ reason: "held" });
    await delay(1_050);
    granted(await claim(a, Date.now() + 1));
  });
});

describe("nodes", () => {
  test("show that they live by a file, and take it away when they are closed", async () => {
    const [a, b] = [open(), open()];
    await claim(a, 1, { holdTimeMs: LONG_MS });
    expect(await claim(b, 2, { appId: "other" })).toMatchObject({ reason: "held", holder: "node" });
    expect(nodeFiles()).toHaveLength(2);
    await a.close();
    expect(nodeFiles()).toHaveLength(1);
    granted(await claim(b, 2, { appId: "other" }));
  });

  test("hold what they have although their files were removed, from their next asking on", async () => {
    const [a, b] = [open(), open()];
    await claim(a, 1, { holdTimeMs: LONG_MS });
    rmSync(join(directory, "nodes"), { recursive: true });
    await claim(a, 0);
    expect(await claim(b, 2, { appId: "other" })).toMatchObject({ reason: "held", holder: "node" });
  });

  test("take away the files of those that died, and no others", async () => {
    const living = open();
    await claim(living, 1);
    const dead = "0123456789abcdef".repeat(2);
    for (const name of [dead, "notes.txt"]) writeFileSync(join(directory, "nodes", name), "");
    await claim(open(), 2);
    expect(nodeFiles()).toHaveLength(3);
    expect(nodeFiles()).not.toContain(dead);
    expect(nodeFiles()).toContain("notes.txt");
  });

  test("with the same appId are one node, as long as both live", async () => {
    const [a, b] = [open(), open()];
    granted(await claim(a, 1, { holdTimeMs: LONG_MS }));
    granted(await claim(b, 2, { holdTimeMs: LONG_MS }));
    await a.close();
    expect(await claim(open(), 3, { appId: "other" })).toMatchObject({ reason: "held", holder: "node" });
  });
});

describe("names", () => {
  test("are files of their own in the directory", async () => {
    const names = ["/", ":", "..", ".", "../x", "a/b", "a_b", "\0", "a\0b", "😀", "é", "e\u0301", "A", "a"];
    names.push("x".repeat(1_024), "x".repeat(1_023), "nodes", "con", "日本");
    const a = open();
    for (const serviceName of names) granted(await claim(a, 1, { serviceName }));
    const files = readdirSync(directory);
    expect(new Set(files.map((file) => file.toLowerCase())).size).toBe(names.length + 1);
    for (const file of files) expect(file).toMatch(/^(nodes|[\w-]{1,40}\.[0-9a-f]{64}\.state)$/);
    expect(stateFileName("billing")).toMatch(/^billing\./);
  });
});

describe("descriptors", () => {
  test.each(["koffi", "command"] as const)("are few, and none after closing: %s", async (lock) => {
    const before = openDescriptors();
    const a = open({ lock });
    const count = lock === "koffi" ? 200 : 10;
    for (let index = 0; index < count; index++) await claim(a, 1, { serviceName: `service-${index}` });
    expect(openDescriptors() - before).toBeLessThanOrEqual(65);
    await a.close();
    await a.close();
    expect(openDescriptors()).toBe(before);
    await expect(claim(a, 2)).rejects.toMatchObject({ code: "DISTRIBUTED_UNAVAILABLE" });
  });
});

describe("the options", () => {
  test("make the directory, and all above it", () => {
    open({ directory: join(directory, "a", "b") });
    expect(statSync(join(directory, "a", "b")).isDirectory()).toBe(true);
  });

  test.each([
    ["directory", { directory: "" }],
    ["directory", { directory: 5 as unknown as string }],
    ["directory", { directory: "/proc/self/nothing" }],
    ["directory", { directory: fileURLToPath(import.meta.url) }],
    ["lock", { lock: "fcntl" as "koffi" }],
    ["timeout", { timeout: "soon" }],
    ["maxClockSkew", { maxClockSkew: -1 }],
  ])("are refused by name: %s of %o", (path, options) => {
    expect(() => open(options)).toThrowError(expect.objectContaining({ name: "InvalidOptionError", path }));
  });

  test("refuse a directory that cannot be written to", { timeout: 60_000 }, async () => {
    chmodSync(directory, 0o555);
    expect(await node(["--import", "tsx", CONSTRUCT, directory], {}, nobodyIfRoot())).toMatch(
      /^INVALID_OPTION: directory: .*EACCES/,
    );
  });

  test("refuse file systems that other machines have, too", () => {
    expect([0x6969, 0xff534d42, 0xff534d42 | 0, 0xfe534d42].map(sharedFileSystem)).toEqual([
      "NFS",
      "CIFS",
      "CIFS",
      "SMB2",
    ]);
    expect(sharedFileSystem(statSync(directory).dev)).toBeUndefined();
  });
});

test("Windows, which has no flock, is refused", () => {
  const platform = Object.getOwnPropertyDescriptor(process, "platform") as PropertyDescriptor;
  Object.defineProperty(process, "platform", { ...platform, value: "win32" });
  try {
    expect(() => open()).toThrowError(expect.objectContaining({ code: "FLOCK_UNSUPPORTED" }));
  } finally {
    Object.defineProperty(process, "platform", platform);
  }
});

describe("the way to call flock", { timeout: 60_000 }, () => {
  const noKoffi = ["--require", fileURLToPath(new URL("./fixtures/flock-no-koffi.cjs", import.meta.url))];
  const run = (before: readonly string[], lock: readonly string[], env?: NodeJS.ProcessEnv): Promise<string> =>
    node([...before, "--import", "tsx", CONSTRUCT, directory, ...lock], env);

  test("is the command where koffi is not installed", async () => {
    expect(await run(noKoffi, [])).toBe("granted\n");
    expect(await run(noKoffi, ["koffi"])).toMatch(/^PEER_MISSING: .*npm install koffi/);
  });

  test("is koffi where there is no command", async () => {
    expect(await run([], [], { PATH: directory })).toBe("granted\n");
    expect(await run([], ["command"], { PATH: directory })).toMatch(/^FLOCK_UNSUPPORTED: .*flock of util-linux/);
  });

  test("is asked for where there is none", async () => {
    expect(await run(noKoffi, [], { PATH: directory })).toMatch(
      /^FLOCK_UNSUPPORTED: .*npm install koffi.* or .*util-linux/,
    );
  });
});

test("a directory that was removed is not the same as a refusal", async () => {
  const a = open();
  granted(await claim(a, 1));
  rmSync(directory, { recursive: true });
  const asked = claim(a, 2);
  await expect(asked).rejects.toMatchObject({ code: "DISTRIBUTED_UNAVAILABLE", cause: { code: "ENOENT" } });
  expect(existsSync(directory)).toBe(false);
});

test("a release that was asked for before a claim is done before it", async () => {
  const a = open();
  const answer = await claim(a, 1, { leaseMs: LONG_MS });
  const released = answer.granted ? answer.lease?.release() : null;
  granted(await claim(a, 2));
  await released;
});

function open(options: Partial<FlockDistributedOptions> = {}): FlockDistributed {
  const each = new FlockDistributed({ directory, ...options });
  opened.push(each);
  return each;
}

let claims = 0;

function claim(node: FlockDistributed, fireTime: number, more: Partial<ClaimRequest> = {}): Promise<ClaimAnswer> {
  const who = { serviceName: "service", appId: "node", claimId: `${++claims}`, maxAttempts: 1, unlessFinished: null };
  return node.claim({ ...who, fireTime, holdTimeMs: 0, leaseMs: 0, ...more });
}

/** The token. */
function granted(answer: ClaimAnswer): number {
  expect(answer).toMatchObject({ granted: true });
  return answer.granted ? answer.token : Number.NaN;
}

function nodeFiles(): string[] {
  return readdirSync(join(directory, "nodes"));
}

function openDescriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

/** What a process of Node says. */
async function node(args: readonly string[], env: NodeJS.ProcessEnv = {}, user: ExecFileOptions = {}): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, args, { ...user, env: { ...process.env, ...env } });
  return String(stdout);
}

/** Root can write to every directory. */
function nobodyIfRoot(): ExecFileOptions {
  return process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
}

/** By another file of the same name. */
function replace(file: string, fill: (path: string) => void): void {
  fill(`${file}.new`);
  renameSync(`${file}.new`, file);
}
