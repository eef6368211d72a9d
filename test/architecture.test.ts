import { readFileSync, readdirSync } from "node:fs";
import { join, posix, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const SRC = fileURLToPath(new URL("../src/", import.meta.url));

/** What each room may import besides itself. A file that lies in no folder is a room of its own. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  "errors.ts": [],
  clock: [],
  // What this process and its machine are.
  machine: [],
  schedule: ["errors.ts"],
  timetable: ["clock", "errors.ts"],
  command: ["errors.ts"],
  history: ["schedule", "clock", "machine", "errors.ts"],
  distributed: ["schedule", "clock", "machine", "errors.ts"],
  // history: how SQL is built and performed, for tables of its own; distributed: how a client of Redis is taken.
  store: ["history", "distributed", "schedule", "clock", "command", "errors.ts"],
  scheduler: ["store", "distributed", "timetable", "schedule", "clock", "command", "history", "errors.ts"],
  explain: ["schedule", "clock", "errors.ts"],
  metrics: ["scheduler", "errors.ts"],
  otel: ["scheduler", "command", "errors.ts"],
  diagnostics: ["scheduler", "command", "history", "errors.ts"],
  // And the files that index.ts exports from.
  testing: ["clock", "history", "distributed", "store", "errors.ts"],
  "driver.ts": ["distributed"],
  "history.ts": ["history"],
  "flock.ts": ["distributed", "errors.ts"],
  "redis.ts": ["store", "distributed", "errors.ts"],
  "worker.ts": ["command"],
  "store.ts": ["store", "history"],
  "index.ts": [
    "store",
    "distributed",
    "scheduler",
    "timetable",
    "schedule",
    "clock",
    "command",
    "history",
    "errors.ts",
  ],
};

/** Which file may import a package. `lazy` is when first needed: by `import()` or `createRequire()()`, or for types. */
const PACKAGES: Readonly<Record<string, Readonly<Record<string, "any" | "lazy">>>> = {
  "@opentelemetry/api": { "otel/run-context.ts": "any", "otel/trace-runs.ts": "any" },
  "cron-parser": { "schedule/cron-expression.ts": "any" },
  cronstrue: { "explain/sentence.ts": "lazy" },
  "es-module-lexer": { "command/worker-module.ts": "any" },
  ioredis: { "distributed/redis-connect.ts": "lazy" },
  koffi: { "distributed/flock-koffi.ts": "lazy" },
  kysely: { "history/sql/kysely.ts": "any" },
  libsql: { "history/sql/sqlite-engine.ts": "lazy" },
  leven: { "schedule/suggest.ts": "any" },
  "prom-client": { "metrics/prom-client.ts": "lazy" },
  eventemitter3: { "scheduler/events.ts": "any" },
  tinypool: { "command/worker.ts": "lazy" },
  tsx: { "command/worker-thread.dev.mjs": "any" },
};

/** Rooms of pure functions, which neither read nor write anything outside. */
const PURE_ROOMS = ["schedule", "timetable", "clock"];

const SYSTEM_CLOCK = "clock/system-clock.ts";
const MANUAL_CLOCK = "testing/manual-clock.ts";

/** Where a name that gives time may stand. */
const TIME_NAMES: Readonly<Record<string, readonly string[]>> = {
  "Date.now": [SYSTEM_CLOCK],
  "new Date()": [SYSTEM_CLOCK],
  performance: [SYSTEM_CLOCK],
  hrtime: ["distributed/flock-boot-clock.ts"],
  setTimeout: [SYSTEM_CLOCK],
  setInterval: [SYSTEM_CLOCK],
  setImmediate: [SYSTEM_CLOCK, MANUAL_CLOCK],
};
const TIME_MODULES = ["timers", "timers/promises", "perf_hooks"];

/** A file of src: its path from there, with slashes, and its text. */
interface SourceText {
  readonly path: string;
  readonly text: string;
}

interface Import {
  readonly specifier: string;
  /** Leaves nothing behind in the compiled file. */
  readonly typeOnly: boolean;
  readonly lazy: boolean;
}

describe("src", () => {
  const files = readSources(SRC);

  test("is read", () => {
    expect(files.length).toBeGreaterThan(30);
    expect(files.map((file) => file.path)).toContain("scheduler/scheduler.ts");
  });

  test("has arrows between rooms that point one way", () => expect(wrongArrows(files)).toEqual([]));
  test("has no cycle of value imports", () => expect(cycles(files)).toEqual([]));
  test("imports each package at one place", () => expect(wrongPackages(files)).toEqual([]));
  test("takes time from the clock only", () => expect(wrongTime(files)).toEqual([]));
  test("reads every option that it offers", () => {
    const program = ts.createProgram(
      files.map((file) => join(SRC, file.path)),
      { ...compilerOptions(), allowJs: true },
    );
    const { offered, unread } = optionUse(program, (path) => path.includes("/src/"));
    expect(offered).toEqual(expect.arrayContaining(["SchedulerOptions.timezone", "WorkerOptions.idleTimeout"]));
    expect(unread).toEqual([]);
  });
});

describe("a wrong arrow", () => {
  const wrong: readonly (readonly [from: string, to: string])[] = [
    ["schedule/a.ts", "clock/b.ts"],
    ["schedule/a.ts", "scheduler/b.ts"],
    ["timetable/a.ts", "schedule/b.ts"],
    ["clock/a.ts", "errors.ts"],
    ["command/a.ts", "clock/b.ts"],
    ["command/a.ts", "scheduler/b.ts"],
    ["history/a.ts", "scheduler/b.ts"],
    ["scheduler/a.ts", "testing/b.ts"],
    ["scheduler/a.ts", "index.ts"],
    ["testing/a.ts", "scheduler/b.ts"],
    ["worker.ts", "scheduler/b.ts"],
    ["errors.ts", "clock/b.ts"],
  ];
  test.each(wrong)("%s -> %s is found", (from, to) => {
    const specifier = posix.relative(posix.dirname(from), to).replace(/\.ts$/, ".js");
    const text = `import type { X } from "${specifier.startsWith(".") ? specifier : `./${specifier}`}";`;
    const files = [
      { path: from, text },
      { path: to, text: "" },
    ];
    expect(wrongArrows(files)).toEqual([`${from} -> ${to}`]);
  });

  test.each([
    ["export from", 'export { x } from "../clock/b.js";'],
    ["import type", 'import type { X } from "../clock/b.js";'],
    ["import()", 'const x = await import("../clock/b.js");'],
    ["a type's import()", 'type X = import("../clock/b.js").X;'],
    ["require", 'const x = require("../clock/b.js");'],
    ["import for effect", 'import "../clock/b.js";'],
  ])("is found in %s", (_form, text) => {
    const files = [
      { path: "schedule/a.ts", text },
      { path: "clock/b.ts", text: "" },
    ];
    expect(wrongArrows(files)).toEqual(["schedule/a.ts -> clock/b.ts"]);
  });

  test("is a room that no rule names", () => {
    expect(wrongArrows([{ path: "cellar/a.ts", text: "" }])).toEqual(["cellar: no such room; add it to ROOMS"]);
  });

  test("is an import of a file that is not there", () => {
    const file = { path: "schedule/a.ts", text: 'import { b } from "./b.js";' };
    expect(wrongArrows([file])).toEqual(["schedule/a.ts -> schedule/b.js, which is not there"]);
  });

  test("is not one to a public file, from testing", () => {
    const files = [
      { path: "testing/a.ts", text: 'import { run } from "../scheduler/run.js";' },
      { path: "scheduler/run.ts", text: "" },
      { path: "index.ts", text: 'export { run } from "./scheduler/run.js";' },
    ];
    expect(wrongArrows(files)).toEqual([]);
  });
});

describe("a cycle", () => {
  const ring = (first: string): SourceText[] => [
    { path: "clock/a.ts", text: first },
    { path: "clock/b.ts", text: 'export * from "./c.js";' },
    { path: "clock/c.ts", text: 'const a = import("./a.js");' },
    { path: "clock/d.ts", text: 'import "./a.js";' },
  ];

  test("of value imports is found", () => {
    expect(cycles(ring('import { b } from "./b.js";'))).toEqual([
      "clock/a.ts -> clock/b.ts -> clock/c.ts -> clock/a.ts",
    ]);
  });

  test("of one file is found", () => {
    expect(cycles([{ path: "clock/a.ts", text: 'import { a } from "./a.js";' }])).toEqual(["clock/a.ts -> clock/a.ts"]);
  });

  test("may be closed by a type-only import, but not by one that the compiler keeps", () => {
    expect(cycles(ring('import type { B } from "./b.js";'))).toEqual([]);
    expect(cycles(ring('import { type B } from "./b.js";'))).toHaveLength(1);
  });
});

describe("a package", () => {
  test.each([
    ["scheduler/a.ts", 'import type { Tinypool } from "tinypool";'],
    ["command/worker.ts", 'import { Tinypool } from "tinypool";'],
    ["command/a.ts", 'const { Tinypool } = createRequire(import.meta.url)("tinypool");'],
    ["schedule/parse.ts", 'import { CronExpressionParser } from "cron-parser";'],
    ["scheduler/a.ts", 'import { EventEmitter } from "eventemitter3";'],
    ["command/a.ts", 'import { parse } from "es-module-lexer/js";'],
    ["scheduler/a.ts", 'import _ from "lodash";'],
    ["scheduler/a.ts", 'import { readFileSync } from "fs";'],
    ["schedule/a.ts", 'import { readFileSync } from "node:fs";'],
  ])("at the wrong place is found: %s, %s", (path, text) => expect(wrongPackages([{ path, text }])).toHaveLength(1));

  test.each([
    ["command/worker.ts", 'import type { Tinypool } from "tinypool"; const pool = await import("tinypool");'],
    ["command/worker-module.ts", 'import { parse } from "es-module-lexer/js";'],
    ["scheduler/a.ts", 'import { randomUUID } from "node:crypto";'],
  ])("at its own place is not: %s, %s", (path, text) => expect(wrongPackages([{ path, text }])).toEqual([]));
});

describe("time that is not the clock's", () => {
  test.each([
    "const now = Date.now();",
    "const { now } = Date;",
    'const now = Date["now"]();',
    "const now = new Date();",
    "const now = new Date;",
    "const now = Date();",
    "const now = performance.now();",
    "const now = process.hrtime.bigint();",
    "setTimeout(() => {}, 1);",
    "globalThis.setTimeout(() => {}, 1);",
    "const set = setInterval;",
    "setImmediate(() => {});",
    'import { setTimeout as delay } from "node:timers/promises";',
    'const { performance: p } = await import("node:perf_hooks");',
  ])("is found: %s", (text) => expect(wrongTime([{ path: "scheduler/a.ts", text }])).not.toEqual([]));

  test.each([
    ["scheduler/a.ts", "const day = new Date(0); const utc = Date.UTC(2026, 0, 1); if (x instanceof Date) throw x;"],
    ["scheduler/a.ts", "/** Not setTimeout, not Date.now(). */ clock.setTimer(1, ring); clock.now();"],
    [SYSTEM_CLOCK, "Date.now(); performance.now(); setTimeout(ring, 1); setImmediate(ring);"],
    [MANUAL_CLOCK, "setImmediate(resolve);"],
  ])("is no false alarm: %s, %s", (path, text) => expect(wrongTime([{ path, text }])).toEqual([]));

  test("is found in the manual clock too", () => {
    expect(wrongTime([{ path: MANUAL_CLOCK, text: "setTimeout(resolve, 1);" }])).toHaveLength(1);
  });
});

describe("an option", () => {
  const offer = "export interface AOptions { readonly kill?: boolean; readonly keep?: boolean }\n";
  const other = "interface Other { kill: boolean }\n";

  test.each([
    "export function f(options: AOptions, o: Other) { return [options.keep, o.kill]; }",
    "export function f(options: AOptions) { const { keep } = options; return [keep, { ...options }]; }",
    'export const KEYS = ["kill", "keep"]; export const f = ({ keep }: AOptions) => keep;',
  ])("that is not read is found: %s", (use) => {
    expect(optionUse(programOf(offer + other + use), () => true).unread).toEqual(["AOptions.kill"]);
  });

  test.each([
    "export const f = (options: AOptions) => [options.keep, options.kill];",
    "export const f = ({ keep = true, kill: end }: AOptions) => [keep, end];",
    'export const f = (options: AOptions) => { const { keep } = options; return [keep, options["kill"]]; };',
  ])("that is read is not: %s", (use) => expect(optionUse(programOf(offer + use), () => true).unread).toEqual([]));
});

function readSources(root: string): SourceText[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.m?[jt]s$/.test(name))
    .map((name) => ({ path: name.split(sep).join("/"), text: readFileSync(join(root, name), "utf8") }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function parse({ path, text }: SourceText): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}

/** Every node of a tree, comments left out. */
function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  for (const child of node.getChildren()) if (!ts.isJSDoc(child)) yield* nodesOf(child);
}

function importsOf(file: SourceText): Import[] {
  return [...nodesOf(parse(file))].flatMap((node) => importOf(node) ?? []);
}

function importOf(node: ts.Node): Import | undefined {
  if (ts.isImportDeclaration(node)) {
    const typeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    return importFrom(node.moduleSpecifier, { typeOnly });
  }
  if (ts.isExportDeclaration(node)) return importFrom(node.moduleSpecifier, { typeOnly: node.isTypeOnly });
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return importFrom(node.argument.literal, { typeOnly: true });
  }
  if (!ts.isCallExpression(node)) return undefined;
  const { expression: callee } = node;
  const made = ts.isCallExpression(callee) && callee.expression.getText() === "createRequire";
  const lazy = callee.kind === ts.SyntaxKind.ImportKeyword || made;
  return lazy || callee.getText() === "require" ? importFrom(node.arguments[0], { lazy }) : undefined;
}

function importFrom(node: ts.Node | undefined, kind: { typeOnly?: boolean; lazy?: boolean }): Import | undefined {
  if (node === undefined || !ts.isStringLiteralLike(node)) return undefined;
  return { specifier: node.text, typeOnly: kind.typeOnly ?? false, lazy: kind.lazy ?? false };
}

/** The file that a relative import means: its path, or, if it is not there, what was asked for. */
function targetOf(from: string, specifier: string, known: ReadonlySet<string>): string {
  const asked = posix.join(posix.dirname(from), specifier);
  const source = asked.replace(/\.js$/, ".ts");
  return known.has(source) ? source : asked;
}

/** The imports of one file that mean a file of src, by path. */
function arrowsOf(file: SourceText, known: ReadonlySet<string>): (Import & { readonly to: string })[] {
  return importsOf(file)
    .filter(({ specifier }) => specifier.startsWith("."))
    .map((found) => ({ ...found, to: targetOf(file.path, found.specifier, known) }));
}

function roomOf(path: string): string {
  return path.split("/")[0] ?? path;
}

function wrongArrows(files: readonly SourceText[]): string[] {
  const known = new Set(files.map((file) => file.path));
  const index = files.find((file) => file.path === "index.ts");
  const published = index === undefined ? [] : arrowsOf(index, known).map(({ to }) => to);
  return files.flatMap((file) => {
    const room = roomOf(file.path);
    const allowed = ROOMS[room];
    if (allowed === undefined) return [`${room}: no such room; add it to ROOMS`];
    return arrowsOf(file, known).flatMap(({ to }) => {
      if (!known.has(to)) return [`${file.path} -> ${to}, which is not there`];
      const fine =
        roomOf(to) === room || allowed.includes(roomOf(to)) || (room === "testing" && published.includes(to));
      return fine ? [] : [`${file.path} -> ${to}`];
    });
  });
}

/** The rings of value imports, each once, written from its first file on. */
function cycles(files: readonly SourceText[]): string[] {
  const known = new Set(files.map((file) => file.path));
  const arrows = new Map<string, string[]>();
  for (const file of files) {
    const values = arrowsOf(file, known).filter((found) => !found.typeOnly);
    arrows.set(file.path, [...new Set(values.map(({ to }) => to))]);
  }
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (path: string, way: readonly string[]): void => {
    const start = way.indexOf(path);
    if (start >= 0) found.push([...way.slice(start), path].join(" -> "));
    if (start >= 0 || done.has(path)) return;
    for (const next of arrows.get(path) ?? []) walk(next, [...way, path]);
    done.add(path);
  };
  for (const path of arrows.keys()) walk(path, []);
  return found;
}

function wrongPackages(files: readonly SourceText[]): string[] {
  return files.flatMap((file) =>
    importsOf(file).flatMap(({ specifier, lazy, typeOnly }) => {
      if (specifier.startsWith(".")) return [];
      if (specifier.startsWith("node:")) {
        return PURE_ROOMS.includes(roomOf(file.path)) ? [`${file.path} imports ${specifier}`] : [];
      }
      const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
      const allowed = PACKAGES[name]?.[file.path];
      if (allowed === "any" || (allowed === "lazy" && (lazy || typeOnly))) return [];
      return [`${file.path} imports ${specifier}${allowed === "lazy" ? ", but not lazily" : ""}`];
    }),
  );
}

function wrongTime(files: readonly SourceText[]): string[] {
  return files.flatMap((file) => {
    const names = [...nodesOf(parse(file))].flatMap((node) => timeName(node) ?? []);
    const modules = importsOf(file).filter(({ specifier }) => TIME_MODULES.includes(specifier.replace("node:", "")));
    return [
      ...names.filter((name) => !TIME_NAMES[name]?.includes(file.path)),
      ...modules.map(({ specifier }) => specifier),
    ].map((name) => `${file.path}: ${name}`);
  });
}

/** The entry of TIME_NAMES that a node is. */
function timeName(node: ts.Node): string | undefined {
  if (!ts.isIdentifier(node)) return undefined;
  if (node.text !== "Date") return Object.hasOwn(TIME_NAMES, node.text) ? node.text : undefined;
  const { parent } = node;
  if (ts.isNewExpression(parent) && (parent.arguments?.length ?? 0) === 0) return "new Date()";
  if (ts.isCallExpression(parent) && parent.expression === node) return "new Date()";
  if (ts.isPropertyAccessExpression(parent) && parent.name.text === "now") return "Date.now";
  // What takes the constructor's properties apart may take `now` out.
  const apart = ts.isElementAccessExpression(parent) || ts.isVariableDeclaration(parent);
  return apart && (ts.isElementAccessExpression(parent) || parent.initializer === node) ? "Date.now" : undefined;
}

/** The keys of every interface `...Options`, and those of them that no code reads. */
function optionUse(program: ts.Program, isOurs: (path: string) => boolean): { offered: string[]; unread: string[] } {
  const checker = program.getTypeChecker();
  const nodes = program
    .getSourceFiles()
    .filter((file) => isOurs(file.fileName) && !file.isDeclarationFile)
    .flatMap((file) => [...nodesOf(file)]);
  const read = new Set(nodes.flatMap((node) => propertyRead(node, checker)?.declarations ?? []));
  const options = nodes.filter(ts.isInterfaceDeclaration).filter((node) => node.name.text.endsWith("Options"));
  const keys = options.flatMap((option) =>
    option.members.map((member) => ({
      name: `${option.name.text}.${member.name?.getText() ?? "?"}`,
      isRead: read.has(member),
    })),
  );
  return {
    offered: keys.map((key) => key.name),
    unread: keys.filter((key) => !key.isRead).map((key) => key.name),
  };
}

function propertyRead(node: ts.Node, checker: ts.TypeChecker): ts.Symbol | undefined {
  if (ts.isPropertyAccessExpression(node)) return checker.getSymbolAtLocation(node.name);
  if (ts.isElementAccessExpression(node)) return checker.getSymbolAtLocation(node.argumentExpression);
  if (!ts.isBindingElement(node) || !ts.isObjectBindingPattern(node.parent)) return undefined;
  const key = node.propertyName ?? node.name;
  return ts.isIdentifier(key) ? checker.getTypeAtLocation(node.parent).getProperty(key.text) : undefined;
}

function compilerOptions(): ts.CompilerOptions {
  const path = fileURLToPath(new URL("../tsconfig.json", import.meta.url));
  const { config } = ts.readConfigFile(path, (name) => readFileSync(name, "utf8"));
  return ts.parseJsonConfigFileContent(config, ts.sys, join(path, "..")).options;
}

/** A program of one file that lies nowhere. */
function programOf(text: string): ts.Program {
  const options: ts.CompilerOptions = { noLib: true, types: [], strict: true, target: ts.ScriptTarget.ES2022 };
  const host = ts.createCompilerHost(options);
  const file = ts.createSourceFile("/a.ts", text, ts.ScriptTarget.ES2022, true);
  host.getSourceFile = (name) => (name === "/a.ts" ? file : undefined);
  return ts.createProgram(["/a.ts"], options, host);
}
