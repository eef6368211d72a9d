import { InvalidOptionError } from "../errors.js";
import { FIRST_DAY, LAST_DAY, packedDateFromDays } from "./civil.js";

/** A rule for a wall clock: what a zone turns into instants. All numbers are local seconds. */
export interface LocalRule {
  /** Fires at the end of a gap that has swallowed a match. */
  readonly fillsGap: boolean;
  /** Does not fire at a reading that the clock has shown before. */
  readonly firstPassOnly: boolean;
  /** The first matching local time at or after `from`, or NEVER. */
  nextLocal(from: number): number;
}

/** No time: later than every time. */
export const NEVER: number = Number.POSITIVE_INFINITY;

/** A span of time in which a zone's offset does not change. All numbers are seconds. */
export interface Segment {
  /** First instant of the span. */
  readonly start: number;
  /** First instant after it. */
  readonly end: number;
  /** Local time is the instant plus this. */
  readonly offset: number;
  /** The first local time of the span that no earlier span has shown: later than its start in an overlap. */
  readonly fresh: number;
}

const DAY = 86_400;
const QUARTER_HOUR = 900;
/** Two changes of offset closer than this could hide one another; the closest known pair is 7 days apart (Boa Vista 2000). */
const SAMPLE_STEP = 6 * DAY;
/** How far back a change may lie and still make local times of a chunk repeat: a zone once went back a whole day. */
const LOOK_BACK = 2 * DAY;
/** How much time is looked through at once: a third of a year, so that a job that fires once a year pays for little. */
const CHUNK = 128 * DAY;
/** No zone's offset is as far from UTC as this, so a span that begins this much earlier is never too late. */
const WIDEST_OFFSET = 2 * DAY;

/** Midnight of the first day that a schedule names. */
const FIRST_LOCAL = FIRST_DAY * DAY;

const UTC = "UTC";
const zones = new Map<string, Zone>();
let systemZoneName: string | undefined;

/** One time zone: its offsets, read from Intl a chunk at a time on first use and kept, and the rule for gaps and overlaps. */
export class Zone {
  /** As it was given: Intl's own name of Asia/Kathmandu is still Asia/Katmandu. */
  readonly name: string;
  /** Intl's name, the same for every alias. */
  readonly canonicalName: string;
  readonly #format: Intl.DateTimeFormat | null;
  /** Shared with the zone's aliases. */
  readonly #chunks: Map<number, readonly Segment[]>;
  #last: Segment;

  /** A zone without a format is UTC. */
  private constructor(name: string, format: Intl.DateTimeFormat | null, same?: Zone) {
    this.name = name;
    this.canonicalName = format === null ? UTC : format.resolvedOptions().timeZone;
    this.#format = format;
    this.#chunks = same === undefined ? new Map() : same.#chunks;
    const always = { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY, offset: 0 };
    const fixed = this.canonicalName === UTC;
    this.#last = fixed ? { ...always, fresh: always.start } : { start: 0, end: 0, offset: 0, fresh: 0 };
  }

  /**
   * The zone of that name, in any case.
   * @throws InvalidOptionError with code `INVALID_TIMEZONE` when Intl does not know it
   */
  static of(name: string, path = "timezone"): Zone {
    const known = zones.get(name);
    if (known !== undefined) return known;
    // The first format of a process takes Intl a dozen milliseconds: a server in UTC need not wait for it.
    if (name === UTC) return Zone.#keep(new Zone(UTC, null), name);
    const format = zoneFormat(name, path);
    const canonical = format.resolvedOptions().timeZone;
    const properName = canonical.toLowerCase() === name.toLowerCase() ? canonical : name;
    return Zone.#keep(zones.get(properName) ?? new Zone(properName, format, zones.get(canonical)), name);
  }

  static #keep(zone: Zone, name: string): Zone {
    zones.set(zone.name, zone);
    zones.set(name, zone);
    return zone;
  }

  /** The zone of this machine, as it was when first asked for. */
  static system(): Zone {
    systemZoneName ??= new Intl.DateTimeFormat().resolvedOptions().timeZone;
    return Zone.of(systemZoneName);
  }

  /**
   * The first instant after `afterMs` at which a rule fires, or `null`; both epoch milliseconds. It fires at every matching
   * reading of the wall clock, but for what the rule asks for where the clock jumps.
   */
  nextFireTime(afterMs: number, rule: LocalRule): number | null {
    const after = Math.max(Math.floor(afterMs / 1_000), FIRST_LOCAL - WIDEST_OFFSET);
    if (!(after < LAST_DAY * DAY + WIDEST_OFFSET)) return null;
    const segment = this.segmentAt(after);
    const from = Math.max(after + segment.offset + 1, FIRST_LOCAL);
    const begin = rule.firstPassOnly && from < segment.fresh ? segment.fresh : from;
    return this.#instantOf(segment, begin, rule.nextLocal(begin), rule);
  }

  /** The instant of `local`, the rule's first match from `from` on in `segment`, or in one that comes after it. */
  #instantOf(segment: Segment, from: number, local: number, rule: LocalRule): number | null {
    while (local >= segment.end + segment.offset) {
      // Where neither lies near a span's end, no jump of the clock concerns them: a rare job passes years in one step.
      const far = local - WIDEST_OFFSET >= segment.end && from + WIDEST_OFFSET < segment.end + segment.offset;
      if (far && local === NEVER) return null;
      segment = this.segmentAt(far ? local - WIDEST_OFFSET : segment.end);
      if (far) continue;
      const begin = segment.start + segment.offset;
      if (rule.fillsGap && local < begin && swallows(segment, local, rule)) return segment.start * 1_000;
      const shown = Math.max(rule.firstPassOnly && segment.fresh > begin ? segment.fresh : begin, FIRST_LOCAL);
      // An overlap shows again what lies before `from`; a gap, or an overlap at its second pass, passes `local` over.
      if (shown >= from && local >= shown) continue;
      from = shown;
      local = rule.nextLocal(shown);
    }
    return (local - segment.offset) * 1_000;
  }

  /** What the wall clock shows at an instant (epoch milliseconds), in local seconds. */
  localSecond(ms: number): number {
    const second = Math.floor(ms / 1_000);
    return second + this.segmentAt(second).offset;
  }

  /** The instant when the wall clock next shows `local`, if it runs on as at `ms`; or when its offset changes, if sooner. */
  sameUntil(ms: number, local: number): number {
    const { offset, end } = this.segmentAt(Math.floor(ms / 1_000));
    return Math.min(local - offset, end) * 1_000;
  }

  /** The span that holds an instant (seconds). */
  segmentAt(instant: number): Segment {
    const last = this.#last;
    if (instant >= last.start && instant < last.end) return last;
    for (const segment of this.#segmentsOf(Math.floor(instant / CHUNK))) {
      if (instant < segment.end) {
        this.#last = segment;
        return segment;
      }
    }
    throw new RangeError(`no offset of ${this.name} for the instant ${instant}`);
  }

  /** The spans of one chunk of time. A span that goes on beyond it is cut there. */
  #segmentsOf(chunk: number): readonly Segment[] {
    const known = this.#chunks.get(chunk);
    if (known !== undefined) return known;
    const from = chunk * CHUNK;
    const to = from + CHUNK;
    const segments: Segment[] = [];
    let start = from - LOOK_BACK;
    let offset = this.#offsetAt(start);
    let fresh = Number.NEGATIVE_INFINITY;
    for (const [change, next] of this.#changes(start, to, offset)) {
      if (change > from) segments.push({ start: Math.max(start, from), end: change, offset, fresh });
      fresh = Math.max(fresh, change + offset);
      start = change;
      offset = next;
    }
    segments.push({ start: Math.max(start, from), end: to, offset, fresh });
    this.#chunks.set(chunk, segments);
    return segments;
  }

  /** The instants in (from, to) at which the offset changes, and the new offset; `offset` is the one at `from`. */
  *#changes(from: number, to: number, offset: number): Generator<readonly [change: number, offset: number]> {
    let low = from;
    while (low < to - 1) {
      const high = Math.min(low + SAMPLE_STEP, to - 1);
      if (this.#offsetAt(high) === offset) {
        low = high;
        continue;
      }
      low = this.#firstChange(low, high, offset);
      offset = this.#offsetAt(low);
      yield [low, offset];
    }
  }

  /** The first instant after `low` with another offset than `offset`, which `high` has not. */
  #firstChange(low: number, high: number, offset: number): number {
    const quarter = this.#bisect(low, high, offset, QUARTER_HOUR);
    // Changes of today's rules fall on quarters of an hour; those of old ones may fall on any second.
    if (this.#offsetAt(quarter - 1) === offset) return quarter;
    return this.#bisect(quarter - QUARTER_HOUR, quarter, offset, 1);
  }

  /** As firstChange, on the grid of `step` seconds, rounded up. */
  #bisect(low: number, high: number, offset: number, step: number): number {
    let same = Math.floor(low / step);
    let other = Math.ceil(high / step);
    while (other - same > 1) {
      const middle = Math.floor((same + other) / 2);
      if (this.#offsetAt(middle * step) === offset) same = middle;
      else other = middle;
    }
    return other * step;
  }

  /** Local date and time minus the date and time in UTC. The day of the month suffices: no offset is as long as two days. */
  #offsetAt(instant: number): number {
    if (this.#format === null) return 0;
    const [day, hour, minute, second] = this.#format.format(instant * 1_000).split(/\D+/, 4);
    const today = Math.floor(instant / DAY);
    const local = Number(hour) * 3_600 + Number(minute) * 60 + Number(second);
    return daysBetween(packedDateFromDays(today) & 31, Number(day)) * DAY + local - (instant - today * DAY);
  }
}

/** Whether the gap before a span holds a match, `local` being the first one after the span before it. */
function swallows(segment: Segment, local: number, rule: LocalRule): boolean {
  const begin = segment.start + segment.offset;
  // What an earlier pass has shown is not lost.
  return local >= segment.fresh || rule.nextLocal(segment.fresh) < begin;
}

/** From one day of the month to another, at most one day before or after it: -1, 0 or 1. */
function daysBetween(from: number, to: number): number {
  if (from === to) return 0;
  return to === from + 1 || to < from - 1 ? 1 : -1;
}

function zoneFormat(timeZone: string, path: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch {
    throw new InvalidOptionError(
      path,
      'an IANA time zone such as "Europe/Paris" or "UTC"',
      timeZone,
      "INVALID_TIMEZONE",
    );
  }
}
