import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Cell, Measured, Question, Result } from "./question.js";
import { median } from "./statistics.js";

const SIDE_FILE = fileURLToPath(new URL("./side.ts", import.meta.url));
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CHILD_TIMEOUT_MS = 180_000;

interface Found {
  readonly cell: Cell;
  readonly measured: Measured[];
  error: string | undefined;
}

/** Measures each cell `repeats` times, each time in a process of its own, the cells taking turns. */
export async function runCells(
  name: string,
  cells: Cell[],
  repeats: number,
  how: Pick<Question, "together">,
): Promise<Result[]> {
  const found = cells.map((cell): Found => ({ cell, measured: [], error: undefined }));
  for (let turn = 0; turn < repeats; turn++) {
    const asked = found.filter(({ cell, error }) => error === undefined && cell.leftOut === undefined);
    if (how.together) await Promise.all(asked.map((one) => take(name, one)));
    else for (const one of asked) await take(name, one, `(${turn + 1} of ${repeats})`);
  }
  showProgress("");
  return found.map(resultOf);
}

async function take(name: string, one: Found, turn = ""): Promise<void> {
  showProgress(`${name}: ${one.cell.label}, ${one.cell.side} ${turn}`);
  try {
    one.measured.push(await measure(name, one.cell));
  } catch (error) {
    one.error = error instanceof Error ? error.message : String(error);
  }
}

function resultOf({ cell, measured, error }: Found): Result {
  return {
    ...cell,
    figures: combine(
      measured.map(({ figures }) => figures),
      median,
    ),
    faults: combine(
      measured.map(({ faults }) => faults ?? {}),
      (values) => Math.max(...values),
    ),
    answers: measured[0]?.answers ?? {},
    notes: measured[0]?.notes ?? [],
    error,
  };
}

function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

function combine(
  records: readonly Readonly<Record<string, number>>[],
  into: (values: number[]) => number,
): Record<string, number> {
  const names = new Set(records.flatMap((record) => Object.keys(record)));
  const valuesOf = (name: string): number[] => records.flatMap((record) => record[name] ?? []);
  return Object.fromEntries([...names].map((name) => [name, into(valuesOf(name))]));
}

async function measure(name: string, { side, settings, limitMs = CHILD_TIMEOUT_MS }: Cell): Promise<Measured> {
  const flags = ["--expose-gc", "--max-old-space-size=6144", "--import", "tsx"];
  const child = spawn(process.execPath, [...flags, SIDE_FILE, name, side, JSON.stringify(settings)], {
    cwd: ROOT,
    // In UTC, peers that know local time only can take part, and those with zones need none.
    env: { ...process.env, TZ: "UTC" },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: limitMs,
    killSignal: "SIGKILL",
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode, killedBy) => resolve([exitCode, killedBy]));
  });
  if (signal === "SIGKILL") throw new Error(`not done in ${limitMs / 1_000} s`);
  if (code !== 0) throw new Error(`${signal ?? `exit code ${code}`}: ${firstError(err)}`);
  return JSON.parse(out.trim().split("\n").at(-1) ?? "") as Measured;
}

function firstError(text: string): string {
  const lines = text.trim().split("\n");
  return (lines.find((line) => /\w*Error:|FATAL/.test(line)) ?? lines.at(-1) ?? "").trim();
}
