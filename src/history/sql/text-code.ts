import { createHash } from "node:crypto";

/** How many UTF-16 code units of a name are a key as they are; MySQL and PostgreSQL index no long ones. */
const MAX_KEY = 255;
const KEPT_OF_LONG = 200;

const ESCAPED = { "\0": "\u00010", "\u0001": "\u00011" } as const;

/**
 * A text as every database gives it back: PostgreSQL takes no NUL, and libsql ends a text there. Nor does one end in a
 * blank, which MySQL would not compare. Nearly every text stays as it is; U+0001 escapes.
 */
export function encodeText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is for
  const escaped = /[\0\u0001]/.test(text) ? text.replaceAll(/[\0\u0001]/g, (char) => ESCAPED[char as "\0"]) : text;
  return escaped.endsWith(" ") ? `${escaped}\u0001` : escaped;
}

/** What `encodeText` was given. */
export function decodeText(text: string): string {
  if (!text.includes("\u0001")) return text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is for
  return text.replaceAll(/\u0001([01]?)/g, (_all, code: string) => (code === "" ? "" : code === "0" ? "\0" : "\u0001"));
}

/** A name or tag as something short that an index takes: itself, or, of a long one, its beginning and a hash. */
export function keyOf(text: string): string {
  const encoded = encodeText(text);
  if (encoded.length <= MAX_KEY) return encoded;
  const hash = createHash("sha256").update(text).digest("base64url");
  // No encoded text has "#" after U+0001.
  // Not half of a surrogate pair, nor of an escape.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what this is for
  const kept = encoded.slice(0, KEPT_OF_LONG).replace(/[\uD800-\uDBFF\u0001]$/, "");
  return `${kept}\u0001#${hash}`;
}

/** A node as a label that is no tag's: no key has "@" after U+0001. */
export function nodeLabelOf(node: string): string {
  return `\u0001@${keyOf(node)}`;
}

/** The whole text where its key is not, to be stored beside it. */
export function longTextOf(text: string): string | null {
  return text.length > MAX_KEY || encodeText(text).length > MAX_KEY ? encodeText(text) : null;
}

/** The name of a row. */
export function nameOf(row: { readonly job_name: string; readonly long_job_name: string | null }): string {
  return decodeText(row.long_job_name ?? row.job_name);
}
