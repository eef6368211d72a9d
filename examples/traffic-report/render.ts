import { chartLines } from "./chart.js";
import { bytes, count, cut, percent, time } from "./format.js";
import { KEYS_A_PART } from "./tally.js";
import type { Merged, Report, Row } from "./report.js";
import type { Screen } from "./screen.js";
import { tableLines } from "./table.js";

const TOP_PATHS = 12;
const TOP_CLIENTS = 8;
const KEY_WIDTH = 40;
const WIDTH = 98;

type Paints = Pick<Screen, "bold" | "dim" | "bad">;

/** The report as text, at most 100 columns wide. */
export function renderReport(report: Report, paints: Paints): string {
  const { path, status, client } = report;
  const statuses = status.rows().sort((one, other) => one.key.localeCompare(other.key));
  const hours = report.hour.rows().sort((one, other) => one.key.localeCompare(other.key));
  const distinct = (rows: Merged): string => `the busiest of ${count(rows.distinct)}`;
  return [
    "",
    ...totals(report, hours, paints),
    ...section("path", distinct(path), [...path.top(TOP_PATHS), ...rest(path)], report.requests, paints),
    ...section("status", "", statuses, report.requests, paints),
    ...section("client", distinct(client), [...client.top(TOP_CLIENTS), ...rest(client)], report.requests, paints),
    ...chart(hours, paints),
    ...malformed(report, paints),
  ].join("\n");
}

function totals(report: Report, hours: readonly Row[], { bold, dim }: Paints): string[] {
  const first = hours[0]?.key;
  const span = first === undefined ? "" : `${first}h to ${hours[hours.length - 1]?.key}h`;
  return [
    bold("Traffic report") + dim(`  ${span}`),
    `  requests   ${count(report.requests)}`,
    `  bytes      ${count(report.bytes)} (${bytes(report.bytes)})`,
    `  lines      ${count(report.lines)}, of them ${count(report.malformed)} malformed`,
  ];
}

function section(name: string, note: string, rows: readonly Row[], requests: number, { bold, dim }: Paints): string[] {
  const lines = tableLines(rows, [
    { title: name, width: KEY_WIDTH, align: "left", text: (row) => cut(row.key, KEY_WIDTH) },
    { title: "requests", width: 11, text: (row) => count(row.requests) },
    { title: "share", width: 7, text: (row) => percent(row.requests, requests) },
    { title: "bytes", width: 9, text: (row) => bytes(row.bytes) },
    { title: "p50", width: 8, text: (row) => time(row.p50) },
    { title: "p95", width: 8, text: (row) => time(row.p95) },
    { title: "p99", width: 8, text: (row) => time(row.p99) },
  ]);
  const [titles = "", ...body] = lines;
  return ["", bold(titles), ...body, ...(note === "" ? [] : [dim(`  ${note}`)])];
}

/** The row of all that had to share one, if there are such; its name says why. */
function rest(rows: Merged): Row[] {
  const other = rows.other();
  return other === null ? [] : [{ ...other, key: `(other: beyond ${count(KEYS_A_PART)} in a chunk)` }];
}

function chart(hours: readonly Row[], { bold, dim }: Paints): string[] {
  if (hours.length === 0) return [];
  return ["", bold("  requests by hour") + dim("  (the clock of the log)"), ...chartLines(hours)];
}

function malformed(report: Report, { bad, dim }: Paints): string[] {
  if (report.malformed === 0) return [];
  const title = `  ${count(report.malformed)} malformed lines`;
  return ["", bad(title) + dim("  such as"), ...report.samples.map((line) => dim(`    ${cut(line, WIDTH - 4)}`))];
}
