import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const ENTRIES = [
  { entry: "punctual", source: "src/index.ts", built: "dist/index" },
  { entry: "punctual/diagnostics", source: "src/diagnostics/index.ts", built: "dist/diagnostics" },
  { entry: "punctual/driver", source: "src/driver.ts", built: "dist/driver" },
  { entry: "punctual/explain", source: "src/explain/index.ts", built: "dist/explain" },
  { entry: "punctual/flock", source: "src/flock.ts", built: "dist/flock" },
  { entry: "punctual/history", source: "src/history.ts", built: "dist/history" },
  { entry: "punctual/metrics", source: "src/metrics/index.ts", built: "dist/metrics" },
  { entry: "punctual/otel", source: "src/otel/index.ts", built: "dist/otel" },
  { entry: "punctual/redis", source: "src/redis.ts", built: "dist/redis" },
  { entry: "punctual/store", source: "src/store.ts", built: "dist/store" },
  { entry: "punctual/testing", source: "src/testing/index.ts", built: "dist/testing" },
  { entry: "punctual/worker", source: "src/worker.ts", built: "dist/worker" },
] as const;

/** The names that an entry exports, those of types included. */
interface Names {
  readonly values: readonly string[];
  readonly types: readonly string[];
}

describe("the exported names", () => {
  test("of punctual", () => {
    expect(namesOf("src/index.ts").values).toMatchInlineSnapshot(`
      [
        "CommandError",
        "DistributedUnavailableError",
        "InvalidOptionError",
        "InvalidScheduleError",
        "MemoryDistributed",
        "MemoryHistory",
        "MemoryJobStore",
        "PunctualError",
        "RunSkippedError",
        "Scheduler",
        "SystemClock",
        "WorkerError",
        "after",
        "at",
        "between",
        "cron",
        "currentRun",
        "describeCommand",
        "every",
        "except",
        "http",
        "limit",
        "only",
        "parseSchedule",
        "sameSchedule",
        "shell",
        "transfer",
        "union",
        "worker",
      ]
    `);
    expect(namesOf("src/index.ts").types).toMatchInlineSnapshot(`
      [
        "Attempt",
        "BatchWriterStats",
        "Calendar",
        "CalendarOptions",
        "ChainCondition",
        "ClaimAnswer",
        "ClaimRequest",
        "Clock",
        "ClockTimer",
        "Command",
        "CommandErrorCode",
        "CommandFunction",
        "CronOptions",
        "CronSchedule",
        "DayMatch",
        "Distributed",
        "DistributedCronOptions",
        "DstPolicy",
        "Duration",
        "ErrorCode",
        "GrantedClaim",
        "GrantedLease",
        "GroupOptions",
        "GroupStats",
        "History",
        "HistoryEntry",
        "HistoryPage",
        "HistoryQuery",
        "HistoryRecord",
        "HttpCommand",
        "HttpOptions",
        "HttpResult",
        "HttpStatusRange",
        "IntervalAnchor",
        "IntervalOptions",
        "Job",
        "JobCounts",
        "JobOptions",
        "JobStore",
        "JobUpdate",
        "KillMessage",
        "Lease",
        "LeaseAnswer",
        "LeaseRequest",
        "Logger",
        "MemoryDistributedOptions",
        "MemoryHistoryOptions",
        "MisfirePolicy",
        "Outcome",
        "OverlapPolicy",
        "PolicyOptions",
        "PureSchedule",
        "RecordedAttempt",
        "RecordedRun",
        "RecordedSkip",
        "RefusalReason",
        "RefusedClaim",
        "RefusedLease",
        "ReleaseOptions",
        "RetryOptions",
        "Run",
        "RunContext",
        "RunFailure",
        "RunHead",
        "RunNowOptions",
        "RunRecord",
        "RunSource",
        "RunStart",
        "RunSuccess",
        "Schedule",
        "ScheduleOwner",
        "ScheduleSpec",
        "SchedulerEvent",
        "SchedulerEvents",
        "SchedulerListener",
        "SchedulerObserver",
        "SchedulerOptions",
        "SchedulerStats",
        "ShellCommand",
        "ShellOptions",
        "ShellResult",
        "SignalOptions",
        "SkipHead",
        "SkipReason",
        "SkipSource",
        "StopOptions",
        "StopReport",
        "StoreWatch",
        "StoreWatcher",
        "StoredCommand",
        "StoredDistributedOptions",
        "StoredError",
        "StoredJob",
        "StoredJobDefinition",
        "StoredJobOptions",
        "StoredJobs",
        "StoredRow",
        "StoredState",
        "Transfer",
        "UpstreamRun",
        "WaitingStats",
        "WorkerCommand",
        "WorkerOptions",
        "WorkerPoolStats",
      ]
    `);
  });

  test("of punctual/explain", () => {
    expect(namesOf("src/explain/index.ts").values).toMatchInlineSnapshot(`
      [
        "explain",
        "lint",
      ]
    `);
    expect(namesOf("src/explain/index.ts").types).toMatchInlineSnapshot(`
      [
        "ExplainOptions",
        "ExplainedFireTime",
        "Explanation",
        "LintOptions",
        "ScheduleWarning",
        "WarningCode",
      ]
    `);
  });

  test("of punctual/diagnostics", () => {
    expect(namesOf("src/diagnostics/index.ts").values).toMatchInlineSnapshot(`
      [
        "publishDiagnostics",
      ]
    `);
    expect(namesOf("src/diagnostics/index.ts").types).toMatchInlineSnapshot(`
      [
        "DiagnosticsChannel",
        "DiagnosticsMessage",
        "DiagnosticsMessages",
        "FireMessage",
        "JobMessage",
        "RunEndMessage",
        "RunMessage",
      ]
    `);
  });

  test("of punctual/history", () => {
    expect(namesOf("src/history.ts").values).toMatchInlineSnapshot(`
      [
        "SqlHistory",
      ]
    `);
    expect(namesOf("src/history.ts").types).toMatchInlineSnapshot(`
      [
        "BatchProblem",
        "BatchWriterStats",
        "BufferOptions",
        "History",
        "HistoryEntry",
        "HistoryPage",
        "HistoryQuery",
        "HistoryRecord",
        "JobCounts",
        "JobStats",
        "Outcome",
        "Percentiles",
        "RecordedAttempt",
        "RecordedRun",
        "RecordedSkip",
        "RetentionOptions",
        "RunSource",
        "SkipReason",
        "SkipSource",
        "SqlHistoryOptions",
        "SqliteEngine",
        "SqliteHandle",
        "SqliteHistoryOptions",
        "SqliteStatement",
        "StatsQuery",
        "StoredError",
      ]
    `);
  });

  test("of punctual/store", () => {
    expect(namesOf("src/store.ts").values).toMatchInlineSnapshot(`
      [
        "SqlJobStore",
      ]
    `);
    expect(namesOf("src/store.ts").types).toMatchInlineSnapshot(`
      [
        "SqlJobStoreOptions",
        "SqliteEngine",
        "SqliteHandle",
        "SqliteJobStoreOptions",
        "SqliteStatement",
      ]
    `);
  });

  test("of punctual/metrics", () => {
    expect(namesOf("src/metrics/index.ts").values).toMatchInlineSnapshot(`
      [
        "COUNTERS",
        "GAUGES",
        "HISTOGRAMS",
        "TOTALS",
        "collectMetrics",
        "promMetrics",
      ]
    `);
    expect(namesOf("src/metrics/index.ts").types).toMatchInlineSnapshot(`
      [
        "CollectMetricsOptions",
        "CounterName",
        "GaugeName",
        "GaugeReading",
        "HistogramName",
        "MetricDefinition",
        "MetricLabel",
        "MetricLabels",
        "MetricSink",
        "PromClient",
        "PromConfiguration",
        "PromCounter",
        "PromGauge",
        "PromHistogram",
        "PromMetricsOptions",
        "PromRegistry",
        "TotalName",
      ]
    `);
  });

  test("of punctual/otel", () => {
    expect(namesOf("src/otel/index.ts").values).toMatchInlineSnapshot(`
      [
        "traceContextOf",
        "traceRuns",
        "traced",
      ]
    `);
    expect(namesOf("src/otel/index.ts").types).toMatchInlineSnapshot(`
      [
        "TraceRunsOptions",
      ]
    `);
  });

  test("of punctual/driver", () => {
    expect(namesOf("src/driver.ts").values).toMatchInlineSnapshot(`
      [
        "NEW_SERVICE",
        "StateLease",
        "afterRefusal",
        "checkClaim",
        "checkLease",
        "checkSelect",
        "decideClaim",
        "decideLease",
        "decideSelect",
        "released",
        "renewed",
      ]
    `);
    expect(namesOf("src/driver.ts").types).toMatchInlineSnapshot(`
      [
        "Circumstances",
        "Decision",
        "LeaseCalls",
        "LeftFire",
        "Refusal",
        "RunEntry",
        "ServiceState",
      ]
    `);
  });

  test("of punctual/flock", () => {
    expect(namesOf("src/flock.ts").values).toMatchInlineSnapshot(`
      [
        "FlockDistributed",
      ]
    `);
    expect(namesOf("src/flock.ts").types).toMatchInlineSnapshot(`
      [
        "BootClock",
        "FlockDistributedOptions",
        "FlockKind",
      ]
    `);
  });

  test("of punctual/redis", () => {
    expect(namesOf("src/redis.ts").values).toMatchInlineSnapshot(`
      [
        "REDIS_OPTIONS",
        "RedisDistributed",
        "RedisJobStore",
        "fromNodeRedis",
      ]
    `);
    expect(namesOf("src/redis.ts").types).toMatchInlineSnapshot(`
      [
        "FailFastSettings",
        "NewsListener",
        "NodeRedisLike",
        "NodeRedisSubscriber",
        "RedisClientSettings",
        "RedisDistributedOptions",
        "RedisJobStoreOptions",
        "RedisLike",
      ]
    `);
  });

  test("of punctual/testing", () => {
    expect(namesOf("src/testing/index.ts").values).toMatchInlineSnapshot(`
      [
        "ManualClock",
        "distributedContract",
        "historyContract",
        "jobStoreContract",
        "simulate",
      ]
    `);
    expect(namesOf("src/testing/index.ts").types).toMatchInlineSnapshot(`
      [
        "ContractCase",
        "DistributedCapabilities",
        "DistributedContractOptions",
        "DistributedStore",
        "HistoryContractOptions",
        "JobStoreContractOptions",
        "JobStorePlace",
        "SimulateOptions",
        "SimulatedBucket",
        "SimulatedCounts",
        "SimulatedDuration",
        "SimulatedError",
        "SimulatedFailure",
        "SimulatedFire",
        "SimulatedJob",
        "SimulatedJobCounts",
        "SimulatedMiss",
        "SimulatedOverlap",
        "SimulatedPeak",
        "SimulatedRun",
        "SimulatedRush",
        "SimulatedSkip",
        "SimulatedWork",
        "Simulation",
        "SkippedCases",
        "WorkFunction",
      ]
    `);
  });

  test("of punctual/worker", () => {
    expect(namesOf("src/worker.ts").values).toMatchInlineSnapshot(`
      [
        "currentRun",
        "transfer",
      ]
    `);
    expect(namesOf("src/worker.ts").types).toMatchInlineSnapshot(`
      [
        "Logger",
        "RunContext",
        "Transfer",
        "UpstreamRun",
      ]
    `);
  });

  test("are written out one by one", () => {
    expect(() => exportsIn('export * from "./a.js";')).toThrow("by name");
    expect(exportsIn('export { b, a } from "./a.js"; export type { T } from "./a.js";')).toEqual({
      values: ["a", "b"],
      types: ["T"],
    });
  });
});

// Needs `npm run build`; `npm test` does that first.
describe.each(ENTRIES)("$entry, built", ({ source, built }) => {
  const { values, types } = namesOf(source);

  test("has the values as an ES module", async () => {
    expect(Object.keys(await import(pathToFileURL(inRepository(`${built}.js`)).href)).sort()).toEqual(values);
  });

  test("has the values as CommonJS", () => {
    expect(Object.keys(createRequire(import.meta.url)(inRepository(`${built}.cjs`))).sort()).toEqual(values);
  });

  test.each([".d.ts", ".d.cts"])("declares every name in its %s", (ending) => {
    const declared = exportsIn(read(built + ending));
    expect([...declared.values, ...declared.types].sort()).toEqual([...values, ...types].sort());
  });
});

describe("docs", () => {
  test("errors.md has a row for each code, and no other", () => {
    const codes = unionMembers(read("src/errors.ts"), "ErrorCode");
    expect(codes).toContain("INVALID_OPTION");
    expect(firstColumn(read("docs/errors.md"))).toEqual(codes);
  });

  test("events.md has a row for each event, and no other", () => {
    const events = interfaceKeys(read("src/scheduler/events.ts"), "SchedulerEvents");
    expect(events).toContain("run:finished");
    expect(firstColumn(read("docs/events.md"))).toEqual(events);
  });

  test("are read as they are written", () => {
    const page = "| code | when |\n|---|---|\n| `B` | `X` |\n| `A` | b |\n\nNo row: | `C` |\n";
    expect(firstColumn(page)).toEqual(["A", "B"]);
    expect(unionMembers('export type ErrorCode = | "B" | "A";', "ErrorCode")).toEqual(["A", "B"]);
    expect(interfaceKeys('interface Events { "a:b": 1; error: 2 }', "Events")).toEqual(["a:b", "error"]);
  });
});

function inRepository(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}

function read(path: string): string {
  return readFileSync(inRepository(path), "utf8");
}

function parse(text: string): ts.SourceFile {
  return ts.createSourceFile("a.ts", text, ts.ScriptTarget.Latest, true);
}

function namesOf(path: string): Names {
  return exportsIn(read(path));
}

/** The names in the `export { ... }` lists of a file. */
function exportsIn(text: string): Names {
  const values: string[] = [];
  const types: string[] = [];
  for (const statement of parse(text).statements.filter(ts.isExportDeclaration)) {
    const { exportClause } = statement;
    if (exportClause === undefined || !ts.isNamedExports(exportClause)) throw new Error("export each thing by name");
    for (const element of exportClause.elements) {
      (statement.isTypeOnly || element.isTypeOnly ? types : values).push(element.name.text);
    }
  }
  return { values: values.sort(), types: types.sort() };
}

/** The texts that a union type is of. */
function unionMembers(text: string, name: string): string[] {
  const alias = parse(text)
    .statements.filter(ts.isTypeAliasDeclaration)
    .find((node) => node.name.text === name);
  if (alias === undefined || !ts.isUnionTypeNode(alias.type)) throw new Error(`no union ${name}`);
  return alias.type.types.map((type) => type.getText().replaceAll('"', "")).sort();
}

function interfaceKeys(text: string, name: string): string[] {
  const found = parse(text)
    .statements.filter(ts.isInterfaceDeclaration)
    .find((node) => node.name.text === name);
  if (found === undefined) throw new Error(`no interface ${name}`);
  return found.members.map((member) => member.name?.getText().replaceAll('"', "") ?? "?").sort();
}

/** What stands in backticks in the first column of a page's tables. */
function firstColumn(page: string): string[] {
  return [...page.matchAll(/^\|\s*`([^`]+)`\s*\|/gm)].map((row) => row[1] ?? "").sort();
}
