/** How busy each hour of the day is, midnight first. */
const HOURLY_LOAD = [3, 2, 1.5, 1, 1, 1.5, 3, 6, 9, 11, 12, 12, 11, 12, 12, 11, 10, 10, 11, 13, 14, 12, 8, 5];
const DAY_LOAD = HOURLY_LOAD.reduce((sum, load) => sum + load, 0);
const LOAD_BEFORE = HOURLY_LOAD.map((_, hour) => HOURLY_LOAD.slice(0, hour).reduce((sum, load) => sum + load, 0));

/**
 * The second, from the first midnight on, by which `share` (0 to 1) of the requests of `days` days have come: so that
 * requests numbered in order are dense by day and sparse by night.
 */
export function secondAt(share: number, days: number): number {
  const day = Math.min(days - 1, Math.floor(share * days));
  const load = (share * days - day) * DAY_LOAD;
  let hour = 23;
  while (hour > 0 && (LOAD_BEFORE[hour] as number) > load) hour--;
  const inHour = (load - (LOAD_BEFORE[hour] as number)) / (HOURLY_LOAD[hour] as number);
  return day * 86_400 + hour * 3_600 + Math.min(3_599, Math.floor(inHour * 3_600));
}

const FIRST_DAY = Date.UTC(2026, 2, 2);
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (value: number): string => String(value).padStart(2, "0");

/** The second as a log line writes it: `02/Mar/2026:13:55:36 +0100`. */
export function logTime(second: number): string {
  const at = new Date(FIRST_DAY + second * 1_000);
  const date = `${two(at.getUTCDate())}/${MONTHS[at.getUTCMonth()]}/${at.getUTCFullYear()}`;
  return `${date}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0100`;
}
