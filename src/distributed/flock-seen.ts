import type { StateRecord } from "./flock-record.js";
import type { ServiceState } from "./service-state.js";
import { NEW_SERVICE } from "./service-state.js";

/**
 * What a file's record says. `new`: nobody has asked for this service. `known`: all that was ever agreed on it. `lost`: the
 * record is broken, is gone, or is older than what was seen before, so that it cannot tell what was claimed.
 */
export type Finding = "new" | "known" | "lost";

/** `seen` is what this node read or wrote last. */
export function examine(found: StateRecord | null, isEmpty: boolean, seen: StateRecord | null): Finding {
  if (found === null) return isEmpty && seen === null ? "new" : "lost";
  if (seen === null) return "known";
  if (found.generation === seen.generation) return found.sequence >= seen.sequence ? "known" : "lost";
  return found.remade && found.state.token >= seen.state.token ? "known" : "lost";
}

/** The first record of a service. */
export function firstRecord(generation: string, bootId: string): StateRecord {
  return { generation, remade: false, sequence: 0, bootId, state: NEW_SERVICE };
}

/** What is known, and not less than what was seen: the mark may have lain a little ahead of the clock of who made it anew. */
export function knownRecord(found: StateRecord, seen: StateRecord | null): StateRecord {
  if (seen === null || found.generation === seen.generation) return found;
  return { ...found, state: { ...found.state, markMs: greatest(found.state.markMs, seen.state.markMs) } };
}

/**
 * In place of a lost one: every fire until now counts as claimed, and no run as left unfinished, as others may have gone on
 * with it. What was seen last of holds and leases stays: they end by themselves.
 */
export function remadeRecord(
  found: StateRecord | null,
  seen: StateRecord | null,
  { generation, bootId, wallMs }: { readonly generation: string; readonly bootId: string; readonly wallMs: number },
): StateRecord {
  const old = newer(found, seen) ?? firstRecord(generation, bootId);
  const { run, token, markMs } = old.state;
  const state: ServiceState = {
    ...old.state,
    markMs: greatest(wallMs, markMs, found?.state.markMs, seen?.state.markMs),
    token: Math.max(token, Math.floor(wallMs)),
    run: run && { ...run, fireTime: null },
    finishedToken: Math.max(found?.state.finishedToken ?? 0, seen?.state.finishedToken ?? 0),
    cut: [],
    left: null,
    owed: [],
  };
  const sequence = Math.max(found?.sequence ?? 0, seen?.sequence ?? 0);
  return { generation, remade: true, sequence, bootId: old.bootId, state };
}

function newer(found: StateRecord | null, seen: StateRecord | null): StateRecord | null {
  if (found === null || seen === null) return found ?? seen;
  return found.state.token > seen.state.token ? found : seen;
}

function greatest(...times: readonly (number | null | undefined)[]): number | null {
  const known = times.filter((time) => time !== null && time !== undefined);
  return known.length === 0 ? null : Math.max(...known);
}
