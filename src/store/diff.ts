import type { StoredRow } from "./job-store.js";

/** What leads from the definitions that are applied to those that are stored. */
export interface StoreDiff {
  readonly removed: readonly string[];
  readonly added: readonly StoredRow[];
  readonly changed: readonly StoredRow[];
}

/** Compares by text: what was saved again as it was is in none of the three. */
export function diffStored(
  applied: ReadonlyMap<string, { readonly text: string }>,
  rows: readonly StoredRow[],
): StoreDiff {
  const stored = new Set(rows.map(({ name }) => name));
  return {
    removed: [...applied.keys()].filter((name) => !stored.has(name)),
    added: rows.filter(({ name }) => !applied.has(name)),
    changed: rows.filter(({ name, text }) => applied.has(name) && applied.get(name)?.text !== text),
  };
}
