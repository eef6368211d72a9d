import { InvalidScheduleError, PunctualError } from "../errors.js";
import type { DstPolicy } from "./cron-options.js";
import { DST_POLICIES } from "./cron-options.js";
import { suggestNearest } from "./suggest.js";
import { Zone } from "./zone.js";

/** What stands before an expression. */
export interface Prefixes {
  readonly zone: Zone | null;
  readonly dst: DstPolicy | null;
  /** Where the expression itself begins. */
  readonly end: number;
}

const PREFIX = /\s*(CRON_TZ|TZ|CRON_DST)=(\S*)\s*/iy;
const NOTHING: Prefixes = { zone: null, dst: null, end: 0 };

/** Reads `CRON_TZ=`, `TZ=` and `CRON_DST=`, each at most once. @throws InvalidScheduleError */
export function readPrefixes(text: string): Prefixes {
  if (!text.includes("=")) return NOTHING;
  let read = NOTHING;
  for (;;) {
    PREFIX.lastIndex = read.end;
    const match = PREFIX.exec(text);
    if (match === null) return read;
    const [whole, name = "", value = ""] = match;
    const position = match.index + whole.indexOf("=") + 1;
    const end = match.index + whole.length;
    if (name.toUpperCase() === "CRON_DST") {
      if (read.dst !== null) throw new InvalidScheduleError(text, match.index, "DST policy", "is given twice");
      read = { ...read, dst: readPolicy(text, value, position), end };
    } else {
      if (read.zone !== null) throw new InvalidScheduleError(text, match.index, "time zone", "is given twice");
      read = { ...read, zone: readZone(text, value, position), end };
    }
  }
}

function readPolicy(text: string, value: string, position: number): DstPolicy {
  const policy = DST_POLICIES.find((known) => known === value.toLowerCase());
  if (policy !== undefined) return policy;
  const reason = `expected ${DST_POLICIES.join(", ")}, given ${JSON.stringify(value)}`;
  throw new InvalidScheduleError(text, position, "DST policy", reason, suggestNearest(value, DST_POLICIES));
}

function readZone(text: string, name: string, position: number): Zone {
  try {
    return Zone.of(name);
  } catch (error) {
    if (!(error instanceof PunctualError)) throw error;
    const suggestion = suggestNearest(name, Intl.supportedValuesOf("timeZone"));
    const reason = `${JSON.stringify(name)} is not known`;
    throw new InvalidScheduleError(text, position, "time zone", reason, suggestion);
  }
}
