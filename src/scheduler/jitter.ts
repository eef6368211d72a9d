/**
 * How much later than its fire time a fire starts: 0 to `jitterMs`, by a hash of job and fire time, so that every machine
 * spreads it the same; never as late as the next fire time.
 */
export function jitterOf(jobName: string, fireTime: number, next: number | null, jitterMs: number): number {
  if (jitterMs === 0) return 0;
  const spread = Math.floor((hash(`${jobName}\n${fireTime}`) / 2 ** 32) * (jitterMs + 1));
  return next === null ? spread : Math.max(0, Math.min(spread, next - fireTime - 1));
}

/** FNV-1a over UTF-16 units, mixed at the end as in MurmurHash3: alike texts differ in their high bits, too. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
