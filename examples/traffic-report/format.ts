const counts = new Intl.NumberFormat("en-US");
const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/** `1,234,567` */
export function count(value: number): string {
  return counts.format(Math.round(value));
}

/** `12.3 MB`, in powers of 1000. */
export function bytes(value: number): string {
  const power = Math.min(BYTE_UNITS.length - 1, value < 1 ? 0 : Math.floor(Math.log10(value) / 3));
  const scaled = value / 1_000 ** power;
  return `${power === 0 ? scaled : scaled.toFixed(scaled < 10 ? 2 : 1)} ${BYTE_UNITS[power]}`;
}

/** Microseconds as `0.8 ms`, `42 ms` or `1.35 s`. */
export function time(micros: number | null): string {
  if (micros === null) return "-";
  if (micros < 9_950) return `${(micros / 1e3).toFixed(1)} ms`;
  if (micros < 999_500) return `${Math.round(micros / 1e3)} ms`;
  return `${(micros / 1e6).toFixed(2)} s`;
}

/** Milliseconds, to two places. */
export function milliseconds(value: number): string {
  return `${value.toFixed(2)} ms`;
}

export function percent(part: number, whole: number): string {
  return whole === 0 ? "-" : `${((100 * part) / whole).toFixed(1)} %`;
}

/** `1.23 M`, `45.6 k` */
export function rate(value: number): string {
  return value >= 1e6 ? `${(value / 1e6).toFixed(2)} M` : `${(value / 1e3).toFixed(1)} k`;
}

/** At most `width` characters, without any that would move the cursor or change colours. */
export function cut(text: string, width: number): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\uFFFD]/gu, "?");
  return plain.length <= width ? plain : `${plain.slice(0, width - 1)}…`;
}
