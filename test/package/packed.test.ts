/** What a user gets: the tarball, installed into a fresh project, and used from there in every way that it can be. */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const TIMEOUT_MS = 120_000;
const RUN_TIMEOUT_MS = 20_000;

const run = promisify(execFile);

/** A worker module; `punctual/worker` is what it has of the package. */
const WORKER_JS = `
import { transfer } from "punctual/worker";

export function double(run) {
  const bytes = new Uint8Array([run.data * 2]);
  return transfer(bytes, [bytes.buffer]);
}
`;

const WORKER_TS = WORKER_JS.replace(
  "export function double(run)",
  `import type { RunContext, Transfer } from "punctual/worker";
export function double(run: RunContext<number>): Transfer<Uint8Array>`,
);

/** Jobs in this thread and on another; a clock that is moved by hand; and no call of stop: the process ends by itself. */
const USE = `
const ended = [];
const scheduler = new Scheduler({ workers: { maxThreads: 1 } });
scheduler.on("run:finished", ({ run }) => ended.push([run.jobName, run.outcome, String(run.result)].join(" ")));
const soon = new Date(Date.now() + 1_000); // a slow machine needs a while to get to the lines below
scheduler.addCronCommand(soon, async () => "here", { name: "function" });
scheduler.addCronCommand(soon, WORKER, { name: "worker", data: 21 });
scheduler.start();

const clock = new ManualClock();
const manual = new Scheduler({ clock });
manual.addCronCommand("@minutely", () => ended.push("manual"));
manual.start();
void clock.advance(60_000);

process.on("exit", () => console.log(ended.sort().join(", ")));
`;
const PRINTED = "function succeeded here, manual, worker succeeded 42";

const IMPORTS = `
import { Scheduler, worker } from "punctual";
import { ManualClock } from "punctual/testing";
`;
const REQUIRES = `
const { join } = require("node:path");
const { Scheduler, worker } = require("punctual");
const { ManualClock } = require("punctual/testing");
const { transfer } = require("punctual/worker");
if (typeof transfer !== "function") throw new Error("no transfer");
`;
const BY_URL = 'worker(new URL("./jobs.mjs", import.meta.url), "double")';
const BY_PATH = 'worker(join(__dirname, "jobs.mjs"), "double")';

/** The two types that a user writes: the worker's module, and what no initialiser tells. */
function typed(program: string, attributes: string): string {
  const module = `worker<typeof import("./jobs.mjs"${attributes})>`;
  return program.replace(/\bworker\((?=new|join)/, `${module}(`).replace("const ended =", "const ended: string[] =");
}

const FILES: Readonly<Record<string, string>> = {
  "package.json": '{ "name": "consumer", "private": true }',
  "js/jobs.mjs": WORKER_JS,
  "js/esm.mjs": IMPORTS + USE.replace("WORKER", BY_URL),
  "js/cjs.cjs": REQUIRES + USE.replace("WORKER", BY_PATH),
  "ts/jobs.mts": WORKER_TS,
  "ts/esm.mts": IMPORTS + typed(USE.replace("WORKER", BY_URL), ""),
  "ts/cjs.cts": `import { join } from "node:path";${IMPORTS}${typed(
    USE.replace("WORKER", BY_PATH),
    ', { with: { "resolution-mode": "import" } }',
  )}`,
  "ts/wrong.mts": `${IMPORTS}new Scheduler().addCronCommand("@daily", ${typed(BY_URL, "")}, { data: "21" });\n`,
};

let folder = "";
let packed: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "punctual-packed-"));
  const { stdout } = await npm(["pack", "--json", "--ignore-scripts", "--pack-destination", folder], REPOSITORY);
  const [tarball] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  packed = tarball.files.map((file) => file.path);
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  // What CI runs with every version of Node that is supported.
  cpSync(fileURLToPath(new URL("smoke", import.meta.url)), join(folder, "smoke"), { recursive: true });
  await npm(["install", "--no-audit", "--no-fund", "--ignore-scripts", `./${tarball.filename}`], folder);
}, TIMEOUT_MS);

afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

describe("the tarball", () => {
  test("holds the built files and the papers, and nothing else", () => {
    const isBuilt = (path: string): boolean => /^dist\/[\w-]+\.(js|cjs|d\.ts|d\.cts|js\.map|cjs\.map)$/.test(path);
    expect(packed.filter((path) => !isBuilt(path)).sort()).toEqual([
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "package.json",
    ]);
    for (const entry of ["index", "testing", "worker"]) {
      const files = [".js", ".cjs", ".d.ts", ".d.cts"].map((ending) => `dist/${entry}${ending}`);
      expect(packed).toEqual(expect.arrayContaining(files));
    }
    expect(packed).toContain("dist/worker-thread.js");
  });

  test("installs no more packages than it needs", () => {
    const installed = readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith("."));
    // luxon is cron-parser's.
    const needed = ["cron-parser", "es-module-lexer", "eventemitter3", "leven", "luxon", "punctual", "tinypool"];
    expect(installed.sort()).toEqual(needed);
  });
});

describe("in a fresh project, jobs run to the end and the process ends by itself", () => {
  test("from an ES module", () => runsToTheEnd("js/esm.mjs"), TIMEOUT_MS);
  test("from CommonJS", () => runsToTheEnd("js/cjs.cjs"), TIMEOUT_MS);
  test(
    "from TypeScript, compiled to both",
    async () => {
      expect(await compile(["ts/esm.mts", "ts/cjs.cts"])).toBe("");
      await runsToTheEnd("out/esm.mjs");
      await runsToTheEnd("out/cjs.cjs");
    },
    TIMEOUT_MS,
  );
});

test.each([
  ["esm.mjs", "ES modules"],
  ["cjs.cjs", "CommonJS"],
])("in a fresh project, smoke/%s passes", async (file, printed) => {
  const { stdout } = await run(process.execPath, [join("smoke", file)], { cwd: folder, timeout: RUN_TIMEOUT_MS });
  expect(stdout).toMatch(new RegExp(`^${printed}: \\d+ entries, Node ${process.version}\n$`));
});

test(
  "in a fresh project, the types refuse wrong data for a worker",
  async () => {
    expect(await compile(["ts/wrong.mts"])).toContain("ts/wrong.mts(4");
  },
  TIMEOUT_MS,
);

test("in a fresh project, inner files cannot be imported", async () => {
  const program = 'await import("punctual/dist/index.js")';
  const inner = run(process.execPath, ["--input-type=module", "--eval", program], { cwd: folder });
  await expect(inner).rejects.toMatchObject({ stderr: expect.stringContaining("ERR_PACKAGE_PATH_NOT_EXPORTED") });
});

async function runsToTheEnd(file: string): Promise<void> {
  // A process that does not end is killed, and the call then rejects.
  const { stdout, stderr } = await run(process.execPath, [file], { cwd: folder, timeout: RUN_TIMEOUT_MS });
  expect({ stdout: stdout.trim(), stderr }).toEqual({ stdout: PRINTED, stderr: "" });
}

/** Compiles with our own compiler and types of Node, and as strictly as a user can; returns what tsc says. */
async function compile(files: readonly string[]): Promise<string> {
  const modules = join(REPOSITORY, "node_modules");
  const options = ["--module", "NodeNext", "--target", "ES2022", "--strict", "--skipLibCheck", "false"];
  const types = ["--types", "node", "--typeRoots", join(modules, "@types")];
  const tsc = [join(modules, "typescript", "bin", "tsc"), ...options, ...types, "--outDir", "out", "--rootDir", "ts"];
  return run(process.execPath, [...tsc, ...files], { cwd: folder }).then(
    ({ stdout }) => stdout,
    (error: { stdout: string }) => error.stdout,
  );
}

async function npm(args: readonly string[], cwd: string): Promise<{ stdout: string }> {
  // As part of `npm test` the environment holds the outer npm's settings, which are not those of a user.
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^npm_(package|lifecycle|config_local_prefix)/.test(name),
  );
  return run("npm", args, { cwd, env: Object.fromEntries(kept), shell: process.platform === "win32" });
}
