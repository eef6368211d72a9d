import type { Zone } from "../schedule/zone.js";

/** What the wall clock shows at an instant, with its offset: `2026-03-08 03:00:00 -04:00`. */
export function localText(zone: Zone, ms: number): string {
  const local = zone.localSecond(ms);
  const { offset } = zone.segmentAt(Math.floor(ms / 1_000));
  return `${new Date(local * 1_000).toISOString().slice(0, 19).replace("T", " ")} ${offsetText(offset)}`;
}

/** The date that the wall clock shows at an instant. */
export function localDate(zone: Zone, ms: number): string {
  return new Date(zone.localSecond(ms) * 1_000).toISOString().slice(0, 10);
}

/** A time of day of a local second, without seconds where they are 0. */
export function timeText(localSecond: number): string {
  const time = new Date(localSecond * 1_000).toISOString().slice(11, 19);
  return time.endsWith(":00") ? time.slice(0, 5) : time;
}

function offsetText(seconds: number): string {
  const size = Math.abs(seconds);
  const parts = [size / 3_600, (size / 60) % 60, size % 60].map((part) => String(Math.floor(part)).padStart(2, "0"));
  return (seconds < 0 ? "-" : "+") + (parts[2] === "00" ? parts.slice(0, 2) : parts).join(":");
}
