import { civilTime, dayNumber, readingOf } from "./civil.js";

const SAMPLE_SECONDS = 1_800;
/** A clock that goes back by a day shows no new reading for a day: begin well before. */
const LEAD_SECONDS = 2 * 86_400;

/** Tells a zone's offset (seconds to add to UTC) at an instant (epoch seconds), from nothing but Intl. */
export type OffsetReader = (instant: number) => number;

const readers = new Map<string, OffsetReader>();

export function offsetReader(timeZone: string): OffsetReader {
  const known = readers.get(timeZone);
  if (known !== undefined) return known;
  const numeric = { year: "numeric", month: "numeric", day: "numeric" } as const;
  const time = { hour: "numeric", minute: "numeric", second: "numeric", hourCycle: "h23" } as const;
  const format = new Intl.DateTimeFormat("en-US", { timeZone, era: "short", ...numeric, ...time });
  const reader: OffsetReader = (instant) => {
    const text = format.format(instant * 1_000);
    const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = text.split(/\D+/).map(Number);
    return readingOf(text.includes("B") ? 1 - year : year, month, day, hour, minute, second) - instant;
  };
  readers.set(timeZone, reader);
  return reader;
}

/** The first instant in (from, to] at which the offset is no longer that of `from`; they differ at `to`. */
export function bisect(offsetAt: OffsetReader, from: number, to: number): number {
  const before = offsetAt(from);
  let low = from;
  let high = to;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

/** A stretch of time, `to` excluded, without a change of offset; epoch seconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly offset: number;
  /** The latest reading that the clock had shown before it; -Infinity where that is not known. */
  readonly shown: number;
}

/** One minute of the wall clock, or as much of it as was shown: the instants [from, to), epoch seconds. */
export interface ShownMinute {
  readonly from: number;
  readonly to: number;
  /** The reading of its second 0, which may not be among those shown. */
  readonly reading: number;
  readonly dayNumber: number;
  readonly hour: number;
  readonly minute: number;
  readonly span: Span;
}

/** What the wall clock of a zone showed in a window of time; epoch seconds. */
export class WallClock {
  readonly from: number;
  readonly to: number;
  readonly spans: readonly Span[];
  /** In order of time, and without a hole; the first one may begin before `from`. */
  readonly minutes: readonly ShownMinute[];

  constructor(timeZone: string, from: number, to: number) {
    this.from = from;
    this.to = to;
    this.spans = spansOf(offsetReader(timeZone), from - LEAD_SECONDS, to);
    this.minutes = minutesOf(this.spans, from);
  }

  /** Which of the minutes was shown at an instant of the window. */
  indexAt(instant: number): number {
    let low = 0;
    let high = this.minutes.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.minutes[middle] as ShownMinute).from <= instant) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function minutesOf(spans: readonly Span[], from: number): ShownMinute[] {
  const minutes: ShownMinute[] = [];
  for (const span of spans) {
    for (let at = Math.max(span.from, from); at < span.to; ) {
      const reading = Math.floor((at + span.offset) / 60) * 60;
      const begin = Math.max(span.from, reading - span.offset);
      const to = Math.min(span.to, reading - span.offset + 60);
      minutes.push({ from: begin, to, reading, dayNumber: dayNumber(reading), ...civilTime(reading), span });
      at = to;
    }
  }
  return minutes;
}

function spansOf(offsetAt: OffsetReader, from: number, to: number): Span[] {
  const spans: Span[] = [];
  let shown = Number.NEGATIVE_INFINITY;
  let begin = from;
  const end = (until: number): void => {
    const offset = offsetAt(begin);
    spans.push({ from: begin, to: until, offset, shown });
    shown = Math.max(shown, until - 1 + offset);
    begin = until;
  };
  let sampled = offsetAt(from);
  for (let at = from; at < to; at += SAMPLE_SECONDS) {
    const next = Math.min(at + SAMPLE_SECONDS, to);
    const before = sampled;
    sampled = offsetAt(next);
    if (sampled !== before) end(bisect(offsetAt, at, next));
  }
  if (begin < to) end(to);
  return spans;
}
