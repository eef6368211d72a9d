import { execFile } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import type { RunContext } from "punctual/worker";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { analyse } from "../../examples/traffic-report/analyse.js";
import { chartLines } from "../../examples/traffic-report/chart.js";
import type { Chunk } from "../../examples/traffic-report/chunk.js";
import { chunksOf } from "../../examples/traffic-report/chunk.js";
import { secondAt } from "../../examples/traffic-report/day-curve.js";
import { LogFolder } from "../../examples/traffic-report/folder.js";
import { generate } from "../../examples/traffic-report/generate.js";
import { bucketOf, microsOf, percentile, BUCKETS } from "../../examples/traffic-report/histogram.js";
import { Lines } from "../../examples/traffic-report/lines.js";
import { logFiles } from "../../examples/traffic-report/log-files.js";
import { LogLine, NO_TIME } from "../../examples/traffic-report/log-line.js";
import { MadeUpLog } from "../../examples/traffic-report/made-up-log.js";
import { UsageError, readOptions } from "../../examples/traffic-report/options.js";
import type { Part } from "../../examples/traffic-report/part.js";
import { Random } from "../../examples/traffic-report/random.js";
import { renderReport } from "../../examples/traffic-report/render.js";
import { Report } from "../../examples/traffic-report/report.js";
import { Tally } from "../../examples/traffic-report/tally.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const plain = { bold: String, dim: String, bad: String };
const LINE = '203.0.113.9 - - [10/Oct/2000:13:55:36 -0700] "GET /a/b?c=d HTTP/1.1" 200 2326 "http://x/" "agent" 0.042';

/** The same figures by another way: one regular expression, one line after the other. */
interface Totals {
  lines: number;
  requests: number;
  bytes: number;
  malformed: number;
  statuses: Record<string, number>;
}

const COMBINED =
  /^(\S+) (\S+) (.+) \[\d\d\/[A-Z][a-z]{2}\/\d{4}(:\d\d){3} [+-]\d{4}\] "((?:[^"\\]|\\.)*)" (\d{3}) (\d+|-) "(?:[^"\\]|\\.)*" "(?:[^"\\]|\\.)*"( .*)?$/;

function totalsByRegex(text: string): Totals {
  const totals: Totals = { lines: 0, requests: 0, bytes: 0, malformed: 0, statuses: {} };
  for (const line of text.replace(/\n$/, "").split("\n")) {
    totals.lines++;
    const [, , , , , , status, size] = COMBINED.exec(line) ?? [];
    if (status === undefined) totals.malformed++;
    else {
      totals.requests++;
      totals.bytes += size === "-" ? 0 : Number(size);
      totals.statuses[status] = (totals.statuses[status] ?? 0) + 1;
    }
  }
  return totals;
}

function totalsOf(report: Report): Totals {
  const { lines, requests, bytes, malformed } = report;
  const statuses = Object.fromEntries(report.status.rows().map((row) => [row.key, row.requests]));
  return { lines, requests, bytes, malformed, statuses };
}

function reportOf(...texts: string[]): Report {
  const report = new Report();
  for (const text of texts) {
    const tally = new Tally();
    const lines = new Lines((bytes, start, end) => tally.add(bytes, start, end));
    lines.push(Buffer.from(text));
    lines.finish();
    report.add(tally.part());
  }
  return report;
}

function runOf<Data>(data: Data): RunContext<Data> {
  const signal = new AbortController().signal;
  const times = { fireTime: null, startedAt: 0, latenessMs: 0 };
  const trace = { traceId: "0".repeat(32), traceparent: "" };
  const rest = { attempt: 1, upstream: null, token: null, logger: console, progress: () => {} };
  return { id: "1", jobName: "test", ...times, ...trace, ...rest, data, signal };
}

function madeUp(lines: number, seed: number): string {
  return logFiles("", lines, seed)
    .map((part) => {
      const log = new MadeUpLog(part);
      return Array.from({ length: part.lines }, () => `${log.next()}\n`).join("");
    })
    .join("");
}

describe("a line", () => {
  const read = (text: string) => {
    const bytes = Buffer.from(text);
    const line = new LogLine();
    if (!line.read(bytes, 0, bytes.length)) return null;
    const path = bytes.toString("utf8", line.pathStart, line.pathEnd);
    const { status, bytes: size, time, hour } = line;
    return { host: bytes.toString("utf8", 0, line.hostEnd), path, status, bytes: size, time, hour };
  };

  it("is read into its fields, the path without its query", () => {
    const expected = { host: "203.0.113.9", path: "/a/b", status: 200, bytes: 2326, time: 42_000, hour: 2000101013 };
    expect(read(LINE)).toEqual(expected);
  });

  it.each([
    ["seconds with a point", " 1.5", 1_500_000],
    ["microseconds without", " 1500", 1_500],
    ["none", "", NO_TIME],
    ["a dash", " -", NO_TIME],
    ["something else first", ' "10.0.0.1" 0.5', NO_TIME],
    ["something else behind", " 0.5 pipe", 500_000],
  ])("has a response time: %s", (_, tail, time) => {
    expect(read(LINE.replace(" 0.042", tail))?.time).toBe(time);
  });

  it.each([
    ["an IPv6 host", LINE.replace("203.0.113.9", "2001:db8::1"), { host: "2001:db8::1" }],
    ["a user with a space", LINE.replace("- - [", "- John Doe ["), { status: 200 }],
    ["no bytes", LINE.replace("2326", "-"), { bytes: 0 }],
    ["escaped quotes", LINE.replace("agent", 'a \\"b\\" \\\\'), { time: 42_000 }],
    ["a request that is none of HTTP", LINE.replace("GET /a/b?c=d HTTP/1.1", "\\x16\\x03 \\x01"), { path: "" }],
    ["no request", LINE.replace("GET /a/b?c=d HTTP/1.1", "-"), { path: "" }],
    ["no protocol", LINE.replace(" HTTP/1.1", ""), { path: "/a/b" }],
  ])("may have %s", (_, text, fields) => {
    expect(read(text)).toMatchObject(fields);
  });

  it.each([
    ["empty", ""],
    ["cut off", LINE.slice(0, 80)],
    ["of another format", "[error] 1207#0: upstream timed out while reading response header from upstream"],
    ["without an agent", LINE.replace(' "agent" 0.042', "")],
    ["with an unknown month", LINE.replace("Oct", "Okt")],
    ["with an hour of 24", LINE.replace(":13:", ":24:")],
    ["with a status of letters", LINE.replace(" 200 ", " abc ")],
    ["with text glued to the agent", `${LINE.replace(" 0.042", "x")}`],
  ])("is malformed when %s", (_, text) => {
    expect(read(text)).toBeNull();
  });

  it("is never misread when it is cut: each beginning of it is malformed, up to the agent's quote", () => {
    const whole = LINE.lastIndexOf('"') + 1;
    for (let length = 0; length < whole; length++) expect(read(LINE.slice(0, length))).toBeNull();
    for (let length = whole; length <= LINE.length; length++) expect(read(LINE.slice(0, length))).not.toBeNull();
  });
});

describe("lines", () => {
  const split = (text: string, blockLength: number): string[] => {
    const found: string[] = [];
    const lines = new Lines((bytes, start, end) => found.push(Buffer.from(bytes.subarray(start, end)).toString()));
    for (let at = 0; at < text.length; at += blockLength) lines.push(Buffer.from(text.slice(at, at + blockLength)));
    lines.finish();
    return found;
  };

  it.each([1, 2, 3, 5, 100])("are the same whatever the blocks (%i bytes)", (blockLength) => {
    expect(split("one\ntwo\r\n\nfour", blockLength)).toEqual(["one", "two", "", "four"]);
    expect(split("one\n", blockLength)).toEqual(["one"]);
    expect(split("", blockLength)).toEqual([]);
  });

  it("without end are cut, and the next one is found", () => {
    const found = split(`${"x".repeat(3_000_000)}\nnext\n`, 300_000);
    expect(found).toHaveLength(2);
    expect(found[1]).toBe("next");
  });
});

describe("the histogram", () => {
  it("is off by at most 5 % between 0.1 ms and 100 s", () => {
    for (let micros = 101; micros < 100_000_000; micros *= 1.013) {
      expect(Math.abs(microsOf(bucketOf(micros)) / micros - 1)).toBeLessThanOrEqual(0.0501);
    }
    expect(bucketOf(0)).toBe(0);
    expect(bucketOf(1e12)).toBe(BUCKETS - 1);
  });

  it("gives percentiles near those of the sorted times, and none of nothing", () => {
    const random = new Random(7);
    const times = Array.from({ length: 10_000 }, () => random.logNormal(40_000, 0.8)).sort((a, b) => a - b);
    const counts = new Uint32Array(BUCKETS);
    for (const time of times) (counts[bucketOf(time)] as number) += 1;
    for (const p of [0.5, 0.95, 0.99]) {
      const exact = times[Math.ceil(p * times.length) - 1] as number;
      expect(Math.abs((percentile(counts, p) as number) / exact - 1)).toBeLessThanOrEqual(0.0501);
    }
    expect(percentile(new Uint32Array(BUCKETS), 0.5)).toBeNull();
  });
});

describe("made-up logs", () => {
  it("depend on the seed alone", () => {
    expect(madeUp(2_000, 3)).toBe(madeUp(2_000, 3));
    expect(madeUp(2_000, 3)).not.toBe(madeUp(2_000, 4));
  });

  it.each([1, 5, 4_001, 600_000])("have exactly as many lines as asked for (%i)", (lines) => {
    const files = logFiles("", lines, 1);
    expect(files.reduce((sum, file) => sum + file.lines, 0)).toBe(lines);
    expect(files.map((file) => file.firstLine)).toEqual(
      files.map((_, index) => files.slice(0, index).reduce((sum, file) => sum + file.lines, 0)),
    );
  });

  it("are in the order of time, busier by day than by night", () => {
    const seconds = Array.from({ length: 1_000 }, (_, index) => secondAt(index / 1_000, 2));
    expect(seconds).toEqual([...seconds].sort((one, other) => one - other));
    const between = (from: number, to: number): number =>
      seconds.filter((second) => second % 86_400 >= from * 3_600 && second % 86_400 < to * 3_600).length;
    expect(between(9, 13)).toBeGreaterThan(4 * between(1, 5));
    expect(Math.max(...seconds)).toBeLessThan(2 * 86_400);
  });

  it("have some malformed lines, and are otherwise read as a regular expression reads them", () => {
    const text = madeUp(20_000, 11);
    const totals = totalsByRegex(text);
    expect(totals.malformed).toBeGreaterThan(5);
    expect(totals.malformed).toBeLessThan(60);
    expect(totalsOf(reportOf(text))).toEqual(totals);
  });
});

describe("a report", () => {
  it("of parts is the report of the whole", () => {
    const lines = madeUp(6_000, 5).trimEnd().split("\n");
    const whole = reportOf(lines.join("\n"));
    const parts = reportOf(...[0, 1, 2].map((n) => lines.slice(n * 2_000, (n + 1) * 2_000).join("\n")));
    expect(totalsOf(parts)).toEqual(totalsOf(whole));
    for (const dimension of ["path", "client", "hour"] as const) {
      const byKey = new Map(parts[dimension].rows().map((row) => [row.key, row]));
      for (const row of whole[dimension].rows()) expect(byKey.get(row.key)).toEqual(row);
      expect(byKey.size).toBe(whole[dimension].distinct);
    }
  });

  it("keeps a bounded number of keys, and shows what the rest came to", () => {
    const tally = new Tally(3);
    for (const path of ["/1", "/2", "/3", "/4", "/5", "/1"]) {
      const bytes = Buffer.from(LINE.replace("/a/b?c=d", path));
      tally.add(bytes, 0, bytes.length);
    }
    const report = new Report();
    report.add(tally.part());
    expect(report.path.rows().map((row) => [row.key, row.requests])).toEqual([
      ["/1", 2],
      ["/2", 1],
      ["/3", 1],
    ]);
    expect(report.path.other()).toMatchObject({ requests: 2, bytes: 4_652 });
    expect(report.requests).toBe(6);
    expect(renderReport(report, plain)).toContain("(other");
  });

  it("fits 100 columns, and lets nothing of a log move the cursor", () => {
    const long = LINE.replace("/a/b", `/${"long".repeat(60)}`);
    const text = renderReport(reportOf(`${madeUp(3_000, 2)}${long}\n\u001b[2Jevil\n`), plain);
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
    expect(text).not.toContain("\u001b");
    expect(text).toContain("?[2Jevil");
  });

  it("of nothing can be shown", () => {
    expect(renderReport(new Report(), plain)).toContain("requests   0");
  });

  it("draws hours as a chart, several to a column when there are many", () => {
    const hours = (length: number) =>
      Array.from({ length }, (_, hour) => {
        const key = `2026-03-${String(1 + Math.floor(hour / 24)).padStart(2, "0")} ${String(hour % 24).padStart(2, "0")}`;
        return { key, requests: hour + 1, bytes: 0, p50: 1_000, p95: 2_000, p99: 3_000 };
      });
    expect(chartLines(hours(4)).map((line) => line.slice(10))).toEqual([
      "         ██",
      "      ▄▄ ██",
      "      ██ ██",
      "   ██ ██ ██",
      "▄▄ ██ ██ ██",
      "██ ██ ██ ██",
      "2026-03-01",
      "██ ██ ██ ██",
      "highest p95: 2.0 ms",
    ]);
    for (const line of chartLines(hours(700))) expect(line.length).toBeLessThanOrEqual(100);
  });
});

describe("a folder", () => {
  const directory = mkdtempSync(join(tmpdir(), "punctual-test-folder-"));
  afterAll(() => rmSync(directory, { recursive: true }));
  const path = (name: string): string => join(directory, name);

  it("tells what is new: files, what was appended up to the last line end, and files begun anew", () => {
    const folder = new LogFolder(directory, true);
    writeFileSync(path("a.log"), "one\ntwo\nthr");
    writeFileSync(path("b.gz"), gzipSync("x\n"));
    writeFileSync(path(".hidden"), "x\n");
    writeFileSync(path("empty"), "");
    expect(folder.collect().map(({ start, end, gzip }) => [start, gzip ? "gzip" : end])).toEqual([
      [0, 8],
      [0, "gzip"],
    ]);
    expect(folder.collect()).toEqual([]);
    appendFileSync(path("a.log"), "ee\n");
    expect(folder.collect()).toMatchObject([{ start: 8, end: 14 }]);
    writeFileSync(path("a.log"), "new\n");
    expect(folder.collect()).toMatchObject([{ start: 0, end: 4 }]);
  });

  it("that does not grow is taken to its last byte", () => {
    writeFileSync(path("a.log"), "one\ntwo");
    expect(new LogFolder(directory, false).collect()).toMatchObject([{ end: 7 }, {}]);
  });

  it("is cut into chunks without gap or overlap, gzip files whole and first", () => {
    const file = { path: "a", gzip: false, start: 5, end: 40_000_005 };
    const packed = { path: "b", gzip: true, start: 0, end: 70_000_000 };
    const [first, ...rest] = chunksOf([file, packed], 2);
    expect(first).toEqual(packed);
    expect(rest.length).toBeGreaterThan(3);
    expect(rest.map((chunk) => chunk.start)).toEqual([5, ...rest.slice(0, -1).map((chunk) => chunk.end)]);
    expect(rest.at(-1)?.end).toBe(file.end);
  });
});

describe("analysed in chunks", () => {
  const directory = mkdtempSync(join(tmpdir(), "punctual-test-chunks-"));
  const path = join(directory, "access.log");
  const text = madeUp(1_500, 9);
  beforeAll(() => writeFileSync(path, text));
  afterAll(() => rmSync(directory, { recursive: true }));

  it.each([1, 137, 5_000, 1e9])("of about %i bytes each line is counted once", async (size) => {
    const report = new Report();
    const from = size === 1 ? text.length - 400 : 0;
    const line = text.lastIndexOf("\n", from) + 1;
    for (let start = line; start < text.length; start += size) {
      const chunk: Chunk = { path, gzip: false, start, end: Math.min(text.length, start + size) };
      const { value } = await analyse(runOf(chunk));
      report.add(value as Part);
    }
    expect(totalsOf(report)).toEqual(totalsByRegex(text.slice(line)));
  });
});

describe("options", () => {
  it("have defaults", () => {
    expect(readOptions([])).toEqual({
      lines: 1_000_000,
      seed: 1,
      logs: null,
      every: "*/2 * * * * *",
      threads: null,
      watch: false,
      compare: true,
      history: null,
      help: false,
    });
  });

  it.each([
    [["--wat"]],
    [["stray"]],
    [["--lines", "many"]],
    [["--lines", "0"]],
    [["--threads", "1.5"]],
    [["--every", "61 * * * * *"]],
    [["--logs", "/no/such/folder"]],
  ])("that cannot be followed are refused: %s", (args) => {
    expect(() => readOptions(args)).toThrow(UsageError);
  });
});

describe("npm run demo", () => {
  const directory = mkdtempSync(join(tmpdir(), "punctual-test-demo-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const demo = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      const command = ["--import", "tsx", "examples/traffic-report/main.ts", "--every", "* * * * * *", ...args];
      const env = { ...process.env, TMPDIR: directory };
      execFile(process.execPath, command, { cwd: root, env }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
      );
    });

  const shown = (stdout: string): Totals => {
    const number = (pattern: RegExp): number => Number(pattern.exec(stdout)?.[1]?.replaceAll(",", ""));
    const rows = stdout.matchAll(/^ {2}(\d{3}) +([\d,]+) +[\d.]+ %/gm);
    return {
      lines: number(/lines +([\d,]+), of them/),
      requests: number(/requests {3}([\d,]+)/),
      bytes: number(/bytes +([\d,]+) \(/),
      malformed: number(/of them ([\d,]+) malformed/),
      statuses: Object.fromEntries([...rows].map(([, status, count]) => [status, Number(count?.replaceAll(",", ""))])),
    };
  };

  it("reports on logs of its own, rightly, compares, cleans up and ends with 0", async () => {
    const { code, stdout, stderr } = await demo("--lines", "4000", "--seed", "5", "--threads", "2");
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(shown(stdout)).toEqual(totalsByRegex(madeUp(4_000, 5)));
    for (const part of [/2 threads .* lines\/s/, /1 thread .* lines\/s/, /speed-up/, /lag of the main thread/]) {
      expect(stdout).toMatch(part);
    }
    expect(stdout).not.toContain("\u001b");
    expect(readdirSync(directory).filter((name) => name.startsWith("punctual"))).toEqual([]);
  });

  it("reports on a folder of logs, gzip too; a broken file is shown and makes it end with 1", async () => {
    const logs = mkdtempSync(join(tmpdir(), "punctual-test-logs-"));
    try {
      for (const file of logFiles(logs, 3_000, 8)) generate(runOf(file));
      const read = (name: string) => readFileSync(join(logs, name));
      const texts = readdirSync(logs).map((name) => (name.endsWith(".gz") ? gunzipSync(read(name)) : read(name)));
      expect(texts.join("")).toBe(madeUp(3_000, 8));
      const whole = await demo("--logs", logs, "--no-compare");
      expect([whole.code, whole.stderr]).toEqual([0, ""]);
      expect(shown(whole.stdout)).toEqual(totalsByRegex(texts.join("")));
      writeFileSync(join(logs, "broken.gz"), gzipSync(texts[1] as Buffer).subarray(0, 900));
      const broken = await demo("--logs", logs, "--no-compare");
      expect(broken.code).toBe(1);
      expect(broken.stdout).toMatch(/failed: .*broken\.gz/);
      expect(shown(broken.stdout)).toEqual(shown(whole.stdout));
    } finally {
      rmSync(logs, { recursive: true });
    }
  });

  it("refuses what it does not know with 2, and explains itself with --help", async () => {
    const unknown = await demo("--wat");
    expect([unknown.code, unknown.stdout]).toEqual([2, ""]);
    expect(unknown.stderr).toContain("--wat");
    const help = await demo("--help");
    expect(help.code).toBe(0);
    expect(help.stdout).toContain("--no-compare");
  });
});
