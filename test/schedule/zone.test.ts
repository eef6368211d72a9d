import { describe, expect, it } from "vitest";
import { Zone } from "../../src/schedule/zone.js";

/** The changes of offset within a span, by walking it day by day and then minute by minute with Intl alone. */
function changesByWalking(timeZone: string, from: number, to: number): number[] {
  const format = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
  const offset = (ms: number): string => format.format(ms).split(", ")[1] ?? "";
  const changes: number[] = [];
  for (let day = from; day < to; day += 86_400_000) {
    if (offset(day) === offset(day + 86_400_000)) continue;
    for (let ms = day; ms < day + 86_400_000; ms += 60_000)
      if (offset(ms) !== offset(ms + 60_000)) changes.push(ms + 60_000);
  }
  return changes;
}

function changesOf(zone: Zone, from: number, to: number): number[] {
  const changes: number[] = [];
  for (let segment = zone.segmentAt(from / 1_000); segment.end * 1_000 < to; ) {
    const next = zone.segmentAt(segment.end);
    if (next.offset !== segment.offset) changes.push(next.start * 1_000);
    segment = next;
  }
  return changes;
}

describe("Zone", () => {
  it.each([
    ["America/New_York", 2024, 2027],
    ["Australia/Lord_Howe", 2024, 2027],
    ["Africa/Casablanca", 2024, 2031],
    ["America/Boa_Vista", 1999, 2001], // a summer time of one week
    ["Pacific/Apia", 2009, 2013],
    ["Africa/Cairo", 2010, 2016], // four changes a year
    ["Asia/Tokyo", 2024, 2026],
  ])("%s: knows every change from %d to %d", (name, from, to) => {
    const span = [Date.UTC(from, 0, 1), Date.UTC(to, 0, 1)] as const;
    expect(changesOf(Zone.of(name), ...span)).toEqual(changesByWalking(name, ...span));
  });

  it("knows offsets of seconds, from before standard time", () => {
    expect(Zone.of("America/New_York").segmentAt(Date.UTC(1880, 0, 1) / 1_000).offset).toBe(-(4 * 3_600 + 56 * 60 + 2));
  });

  it("answers the same in any order of questions", () => {
    const zone = Zone.of("Europe/Berlin");
    const instants = [1_800_000_000, 1_700_000_000, 1_790_000_000, 1_800_000_000, 0, 200_000_000_000];
    const offsets = instants.map((instant) => zone.segmentAt(instant).offset);
    expect([...instants].reverse().map((instant) => zone.segmentAt(instant).offset)).toEqual([...offsets].reverse());
  });

  it("is one object per zone, whatever the spelling", () => {
    expect(Zone.of("europe/paris")).toBe(Zone.of("Europe/Paris"));
    const alias = Zone.of("Etc/UTC");
    expect([alias.name, alias.canonicalName, Zone.of("Etc/UTC")]).toEqual(["Etc/UTC", "UTC", alias]);
    expect(() => Zone.of("Mars/Olympus")).toThrow(expect.objectContaining({ code: "INVALID_TIMEZONE" }));
    expect(() => Zone.of("")).toThrow(expect.objectContaining({ code: "INVALID_TIMEZONE" }));
  });
});
