import { show } from "../../errors.js";

/** How many bytes of JSON are kept of a result. */
const MAX_BYTES = 65_536;
/** How many UTF-16 code units are kept of what is larger, or no JSON; in JSON each is six bytes at most. */
const MAX_PREVIEW = 8_192;

/** A result as JSON of bounded size; of one that is too large, or cannot be JSON, a preview as a JSON text. */
export function resultJson(result: unknown): string | null {
  if (result === undefined || result === null) return null;
  const json = jsonOf(result);
  if (json === undefined) return previewOf(() => show(result));
  // A code unit is a byte at least.
  const isSmall = json.length <= MAX_BYTES && Buffer.byteLength(json) <= MAX_BYTES;
  return isSmall ? json : previewOf(() => json);
}

/** `undefined` when it cannot be. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    // A bigint, a circle, or a `toJSON` that throws.
    return undefined;
  }
}

function previewOf(text: () => string): string {
  try {
    const whole = text();
    return JSON.stringify(whole.length > MAX_PREVIEW ? `${whole.slice(0, MAX_PREVIEW - 1)}…` : whole);
  } catch {
    return JSON.stringify("a value that cannot be read");
  }
}
