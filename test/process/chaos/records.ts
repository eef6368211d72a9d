/** What the processes of a chaos test write down, one JSON value a line, and how it is read. */
import { readFileSync } from "node:fs";
import type { SkipReason } from "../../../src/history/record.js";

/** What a process is told at its start. */
export interface NodeSettings {
  readonly node: string;
  readonly store: { readonly redisUrl: string } | { readonly directory: string };
  /** Where all processes write down what they start. */
  readonly startsPath: string;
  /** Where this one writes down everything else. */
  readonly lifePath: string;
  readonly recover: boolean;
  /** How far ahead its clock is. */
  readonly offsetMs: number;
}

/** One attempt of one fire, written before anything else of it happens. */
export interface Start {
  readonly fireTime: number;
  readonly attempt: number;
  readonly token: number;
  readonly node: string;
  readonly pid: number;
  /** By the machine's clock, as `at` is everywhere. */
  readonly at: number;
}

/** What a process writes down beside its starts; `clock` is what its own clock reads. */
export type LifeLine =
  | { readonly kind: "born"; readonly clock: number; readonly at: number }
  | { readonly kind: "stopping"; readonly clock: number; readonly at: number }
  | { readonly kind: "stopped"; readonly at: number }
  | { readonly kind: "skipped"; readonly fireTime: number; readonly reason: SkipReason; readonly at: number }
  /** The command has come to its end, and its lease has not been given back yet. */
  | { readonly kind: "ended"; readonly fireTime: number; readonly attempt: number; readonly at: number }
  | { readonly kind: "unavailable" | "error"; readonly message: string; readonly at: number };

/** How long all of it goes on: one fire in so many milliseconds. */
export const EVERY_MS = 100;
export const LEASE_MS = 1_000;
export const HOLD_MS = 300;
export const MAX_OFFSET_MS = 2_000;
/** What `recover` allows. */
export const MAX_ATTEMPTS = 3;

/** The whole lines of a file; the last one of a process that was killed may be a part only. */
export function readLines<Line>(path: string): readonly Line[] {
  const text = readFileSync(path, "utf8");
  return text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);
}
