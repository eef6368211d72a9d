import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CLASSES } from "./classes.js";
import { Comparison, PEER_NAMES } from "./comparison.js";
import { ExpressionWriter } from "./expressions.js";
import { ours, PEERS } from "./peers.js";
import type { PlainExpression } from "./plain-reader.js";
import { readPlainly } from "./plain-reader.js";
import { Random } from "./random.js";
import { WINDOWS } from "./windows.js";

const { DIFFERENTIAL_SEED = "20261121", DIFFERENTIAL_EXPRESSIONS = "1000" } = process.env;
const SEED = Number(DIFFERENTIAL_SEED);
const EXPRESSIONS = Number(DIFFERENTIAL_EXPRESSIONS);
const TIMEOUT_MS = 60_000 + 60 * EXPRESSIONS;
const WINDOWS_EACH = 3;
const DAY = 86_400_000;
const NAMED = PEER_NAMES.flatMap((peer) => CLASSES[peer].map((one) => ({ peer, ...one })));

describe("random expressions", () => {
  const comparison = new Comparison();

  it("differ from the peers in the named ways only, and docs/cron.md is on our side", { timeout: TIMEOUT_MS }, () => {
    const random = new Random(SEED);
    const writer = new ExpressionWriter(random);
    for (let count = 0; count < EXPRESSIONS; count++) {
      const expression = writer.expression();
      for (let turn = 0; turn < WINDOWS_EACH; turn++) comparison.add(expression, random.pick(WINDOWS));
    }
    console.log(`seed ${SEED}; ${comparison}`);
    expect(comparison.unexplained.slice(0, 20)).toEqual([]);
    expect(comparison.wrong.slice(0, 20)).toEqual([]);
    for (const peer of PEER_NAMES) expect(comparison.cases.get(peer)).toBeGreaterThan(EXPRESSIONS);
  });

  it("are refused only where they never fire", () => {
    for (const expression of comparison.impossible) {
      expect({ expression, fires: anyDay(readPlainly(expression)) }).toEqual({ expression, fires: undefined });
    }
  });
});

/** A day from 2000 to 2027 on which an expression fires, whatever the time; these years hold each calendar there is. */
function anyDay({ fields: { day, month, weekday, year }, bothDays }: PlainExpression): string | undefined {
  const { matches } = readPlainly(`* * * ${day} ${month} ${bothDays ? "+" : ""}${weekday} ${year}`);
  for (let time = Date.UTC(2000, 0, 1); time < Date.UTC(2028, 0, 1); time += DAY) {
    if (matches(time)) return new Date(time).toISOString();
  }
  return undefined;
}

describe.each(NAMED)("$id", ({ id, peer, example }) => {
  it("still occurs", () => {
    const { expression, timezone, after, ours: mine, theirs } = example;
    const next = (read: typeof ours): string | null => {
      const time = read(expression, timezone)(Date.parse(after));
      return time === null ? null : new Date(time).toISOString().replace(".000", "");
    };
    expect({ ours: next(ours), theirs: next(PEERS[peer]) }).toEqual({ ours: mine, theirs });
  });

  it("has its row in docs/cron.md", () => {
    const docs = readFileSync(new URL("../../docs/cron.md", import.meta.url), "utf8");
    const rows = docs.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
    const { expression, timezone, after, ours: mine, theirs } = example;
    expect(rows.find((cells) => cells[1] === `\`${id}\``)?.slice(2, 6)).toEqual([
      `\`${expression}\``,
      `${timezone}, ${shortly(after)}`,
      shortly(mine),
      shortly(theirs),
    ]);
  });
});

/** Without what is 0: `2026-03-08 06:00`, in UTC. */
function shortly(instant: string | null): string {
  return instant === null ? "never" : instant.replace("T", " ").replace(/(?::00)?Z$/, "");
}
