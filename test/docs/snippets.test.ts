/**
 * Compiles and runs every code block of the README and the docs. A comment before a block that cannot run by itself says
 * what is done instead: `snippet: compile`, or `snippet: skip REASON`. A first line such as `// report.ts` names the
 * block's file, for other blocks of the page to import.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
/** Inside the repository, so that a snippet finds `punctual` as a user's program does: by name, built. */
const FOLDER = fileURLToPath(new URL("../.tmp-snippets", import.meta.url));
const RUN_TIMEOUT_MS = 20_000;
const COMPILE_TIMEOUT_MS = 60_000;

const MARK = /^<!--\s*snippet:\s*(.*?)\s*-->$/;
const FENCE = /^\s*(`{3,}|~{3,})\s*(\w*)/;
const FILE_NAME = /^\/\/ ([\w-]+\.[mc]?[jt]s)$/;
/** The languages of blocks that are ours to check, with the ending of their files. */
const ENDINGS: Readonly<Record<string, string>> = { ts: "ts", typescript: "ts", js: "js", javascript: "js" };

interface Snippet {
  readonly page: string;
  /** Of the block's first line of code in the page, from 1. */
  readonly line: number;
  readonly code: string;
  /** Where it is written to, in FOLDER. */
  readonly file: string;
  readonly mode: "run" | "compile" | "skip";
  /** Why it is skipped. */
  readonly reason: string;
}

const pages = ["README.md", ...readdirSync(join(REPOSITORY, "docs")).map((name) => `docs/${name}`)].filter(
  (page) => page.endsWith(".md") && existsSync(join(REPOSITORY, page)),
);
const snippets = pages.flatMap((page) => snippetsOf(page, readFileSync(join(REPOSITORY, page), "utf8")));
const kept = snippets.filter((snippet) => snippet.mode !== "skip");
let faults: ReadonlyMap<string, readonly string[]> = new Map();

beforeAll(() => {
  writeAll(FOLDER, kept);
  faults = compile(FOLDER, kept);
}, COMPILE_TIMEOUT_MS);

afterAll(() => rmSync(FOLDER, { recursive: true, force: true, maxRetries: 5 }));

describe.each([...new Set(snippets.map((snippet) => snippet.page))])("%s", (page) => {
  const own = snippets.filter((snippet) => snippet.page === page);

  for (const snippet of own) {
    const title = `line ${snippet.line}`;
    if (snippet.mode === "skip") {
      console.info(`${page}, ${title}: skipped: ${snippet.reason}`);
      test.skip(`${title}: ${snippet.reason}`, () => {});
      continue;
    }
    test(`${title} compiles`, () => expect(faults.get(snippet.file)).toEqual([]));
    if (snippet.mode === "compile") continue;
    test(`${title} runs`, () => runs(FOLDER, snippet), RUN_TIMEOUT_MS + 5_000);
  }
});

describe("the checks", () => {
  const fenced = (code: string, language = "ts"): string => `\`\`\`${language}\n${code}\n\`\`\`\n`;
  const folder = join(FOLDER, "checks");

  test("find the blocks, their lines, their names and their marks", () => {
    const page = [
      "# Title\n",
      fenced("// report.ts\nexport {};"),
      fenced("npm ci", "sh"),
      "<!-- snippet: compile -->\n",
      fenced("a();"),
      "<!-- snippet: skip needs a server -->",
      fenced("b();", "js"),
      fenced("const c = require('c');", "js"),
      fenced("// report.ts\nexport {};"),
    ];
    expect(
      snippetsOf("docs/a.md", page.join("\n")).map(({ line, file, mode, reason }) => [line, file, mode, reason]),
    ).toEqual([
      [4, "docs-a-1/report.ts", "run", ""],
      [15, "docs-a-1/snippet-2.ts", "compile", ""],
      [20, "docs-a-1/snippet-3.js", "skip", "needs a server"],
      [24, "docs-a-1/snippet-4.cjs", "run", ""],
      [28, "docs-a-2/report.ts", "run", ""],
    ]);
  });

  test.each([
    ["a mark that means nothing", "<!-- snippet: later -->\n```ts\n```\n"],
    ["a skip without a reason", "<!-- snippet: skip -->\n```ts\n```\n"],
    ["a mark without a block", "<!-- snippet: compile -->\n\nText.\n"],
    ["a block without an end", "```ts\na();\n"],
  ])("refuse %s", (_what, page) => expect(() => snippetsOf("docs/a.md", page)).toThrow(/^docs\/a\.md:\d/));

  test(
    "find what does not compile",
    () => {
      const [good, bad] = snippetsOf("a.md", fenced("const n: number = 1;") + fenced('const n: number = "1";')) as [
        Snippet,
        Snippet,
      ];
      writeAll(folder, [good, bad]);
      const found = compile(folder, [good, bad]);
      expect(found.get(good.file)).toEqual([]);
      expect(found.get(bad.file)).toEqual([expect.stringContaining("a.md:5: Type 'string' is not assignable")]);
    },
    COMPILE_TIMEOUT_MS,
  );

  test("find what fails when it runs", async () => {
    const [bad] = snippetsOf("a.md", fenced('throw new Error("oh");')) as [Snippet];
    writeAll(folder, [bad]);
    await expect(runs(folder, bad)).rejects.toThrow("Error: oh");
  });
});

/** The code blocks of a page. A name that comes again begins another folder, as another program. */
function snippetsOf(page: string, text: string): Snippet[] {
  const found: Snippet[] = [];
  const lines = text.split("\n");
  let mark = "";
  let group = 1;
  for (let index = 0; index < lines.length; index++) {
    const line = (lines[index] as string).trim();
    const fence = FENCE.exec(line);
    if (fence === null) {
      if (mark !== "" && line !== "")
        throw new Error(`${page}:${index + 1}: the mark before is not followed by a block`);
      mark = MARK.exec(line)?.[1] ?? mark;
      continue;
    }
    const end = lines.findIndex((other, at) => at > index && other.trim() === fence[1]);
    if (end < 0) throw new Error(`${page}:${index + 1}: the block has no end`);
    const ending = ENDINGS[fence[2] ?? ""];
    if (ending !== undefined) {
      const code = `${lines.slice(index + 1, end).join("\n")}\n`;
      const name = nameOf(code, ending, found.length + 1);
      const folder = (): string => `${page.replace(/\.md$/, "").replaceAll("/", "-")}-${group}`;
      if (found.some((other) => other.file === `${folder()}/${name}`)) group++;
      const at = { page, line: index + 2, code, file: `${folder()}/${name}` };
      found.push({ ...at, ...modeOf(mark, `${page}:${index + 1}`) });
    }
    mark = "";
    index = end;
  }
  return found;
}

function nameOf(code: string, ending: string, number: number): string {
  const given = FILE_NAME.exec(code.split("\n", 1)[0] ?? "")?.[1];
  const isCommonJs = ending === "js" && /\brequire\(/.test(code) && !/^import /m.test(code);
  return given ?? `snippet-${number}.${isCommonJs ? "cjs" : ending}`;
}

function modeOf(mark: string, where: string): Pick<Snippet, "mode" | "reason"> {
  if (mark === "") return { mode: "run", reason: "" };
  if (mark === "compile") return { mode: "compile", reason: "" };
  const reason = /^skip\s+(\S.*)$/.exec(mark)?.[1];
  if (reason === undefined) throw new Error(`${where}: expected "compile" or "skip REASON", given "${mark}"`);
  return { mode: "skip", reason };
}

function writeAll(folder: string, all: readonly Snippet[]): void {
  for (const { file, code } of all) {
    mkdirSync(join(folder, file, ".."), { recursive: true });
    writeFileSync(join(folder, file), code);
  }
}

/** What the compiler finds in each snippet, by file. An example may leave a name unused. */
function compile(folder: string, all: readonly Snippet[]): Map<string, string[]> {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(REPOSITORY, "tsconfig.all.json"),
    {},
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
        throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"));
      },
    },
  );
  const unused = { noUnusedLocals: false, noUnusedParameters: false };
  const options = {
    ...config?.options,
    ...unused,
    allowJs: true,
    checkJs: true,
    moduleDetection: ts.ModuleDetectionKind.Force,
  };
  const paths = all.map((snippet) => join(folder, snippet.file));
  const program = ts.createProgram(paths, options);
  return new Map(
    all.map((snippet, index) => {
      const source = program.getSourceFile(paths[index] as string);
      return [snippet.file, ts.getPreEmitDiagnostics(program, source).map((found) => describeFault(snippet, found))];
    }),
  );
}

function describeFault(snippet: Snippet, { file, start, messageText }: ts.Diagnostic): string {
  const line = file?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0;
  return `${snippet.page}:${snippet.line + line}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
}

/** Runs a snippet in a process of its own, which must end by itself and well. */
async function runs(folder: string, snippet: Snippet): Promise<void> {
  const options = { cwd: REPOSITORY, timeout: RUN_TIMEOUT_MS };
  await promisify(execFile)(process.execPath, ["--import", "tsx", join(folder, snippet.file)], options);
}
