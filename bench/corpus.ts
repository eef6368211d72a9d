/** Every side knows these. */
export const SIMPLE: readonly string[] = [
  "* * * * *",
  "*/5 * * * *",
  "*/10 * * * * *",
  "0 9 * * 1-5",
  "15,45 8-18/2 * * *",
  "30 4 1,15 * 5",
  "0 12 1 1,4,7,10 *",
  "5 4 * * 0",
];
/** Not in every grammar; where one is refused it does not count. */
export const EXTENDED: readonly string[] = [
  "0 0 L * *",
  "0 0 LW * *",
  "0 9 15W * *",
  "0 6 1,15W,L * *",
  "0 0 L-3 * *",
  "0 18 * * 5L",
  "0 18 * * FRI#L",
  "0 9 * * 1#2",
  "0 9 * * MON#2",
  "0 9 * JAN-MAR,OCT MON-FRI",
  "0 9 * * FRI-MON",
  "0 22-2 * * *",
  "0 0 12 1 * * 2026-2199",
];
export const LEAP_DAY = "0 0 29 2 *";
/** Most days of most years do not match. */
export const RARE: readonly string[] = [LEAP_DAY, "0 12 29 2 +MON", "0 0 * 2 5#5", "0 0 0 1 1 * 2400"];
export const EXPRESSIONS: readonly string[] = [...SIMPLE, ...EXTENDED, ...RARE];
export const ZONES: readonly string[] = ["America/New_York", "Asia/Tokyo", "Australia/Lord_Howe"];

const DAYS = 28;
const EXPRESSION_COUNT = 60 * 60 * 24 * DAYS;
/** Prime, and so coprime to the count: neighbours differ in every field, and none comes twice. */
const STRIDE = 1_000_003;

interface Parts {
  readonly second: number;
  readonly minute: number;
  readonly hour: number;
  readonly day: number;
}

function parts(index: number): Parts {
  const mixed = (index * STRIDE) % EXPRESSION_COUNT;
  const second = mixed % 60;
  const minute = Math.floor(mixed / 60) % 60;
  const hour = Math.floor(mixed / 3_600) % 24;
  return { second, minute, hour, day: 1 + Math.floor(mixed / 86_400) };
}

/** An expression like no other of up to 2.4 million, made of 172 items. */
export function distinctExpression(index: number): string {
  const { second, minute, hour, day } = parts(index);
  return `${second} ${minute} ${hour} ${day} * *`;
}

/** What `distinctExpression(index)` means in UTC: its first fire time after an instant. */
export function nextOfDistinct(index: number, afterMs: number): number {
  const { second, minute, hour, day } = parts(index);
  const date = new Date(afterMs);
  const thisMonth = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), day, hour, minute, second);
  if (thisMonth > afterMs) return thisMonth;
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, day, hour, minute, second);
}
