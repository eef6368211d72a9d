import { InvalidOptionError } from "../errors.js";

/** What may stand in a key as it is: not the sign of an escape, and nothing that ends a hash tag. */
const TO_ESCAPE = /[^\w.:/@+-]/g;

/**
 * The key of a service's state: `punctual:{billing}`. What the braces enclose decides by which node of
 * a Cluster it is kept. No two names have the same key, whatever is in them.
 */
export function keyOf(prefix: string, serviceName: string): string {
  return `${prefix}{${serviceName.replace(TO_ESCAPE, escaped)}}`;
}

/** @throws InvalidOptionError for braces, which would make a hash tag of their own */
export function checkPrefix(prefix: unknown): string {
  if (typeof prefix === "string" && !/[{}]/.test(prefix)) return prefix;
  throw new InvalidOptionError("prefix", "a text without braces", prefix);
}

/** By UTF-16 code units: so half a pair has an escape too. */
function escaped(unit: string): string {
  return `%${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
