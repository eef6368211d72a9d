import { show } from "../errors.js";
import type { StoredError } from "./record.js";

/** How many UTF-16 code units are kept of a message, and of a stack. */
const MAX_MESSAGE = 8_192;
const MAX_STACK = 16_384;

/** What was thrown, as plain data of bounded size, whatever it is; throws nothing itself. */
export function storedError(thrown: unknown): StoredError {
  try {
    return isErrorLike(thrown) ? fromError(thrown) : { name: typeof thrown, message: cut(textOf(thrown), MAX_MESSAGE) };
  } catch {
    // A getter or a proxy of the user's.
    return { name: typeof thrown, message: "a value that cannot be read" };
  }
}

/** Errors of other realms and libraries too. */
function isErrorLike(value: unknown): value is { readonly message: string } {
  return typeof value === "object" && value !== null && typeof (value as Partial<Error>).message === "string";
}

function fromError(error: { readonly message: string }): StoredError {
  const { message, name, code, stack } = error as { message: string; name?: unknown; code?: unknown; stack?: unknown };
  return {
    name: typeof name === "string" ? cut(name, MAX_MESSAGE) : "Error",
    message: cut(message, MAX_MESSAGE),
    ...((typeof code === "string" || typeof code === "number") && { code: cut(String(code), MAX_MESSAGE) }),
    ...(typeof stack === "string" && { stack: cut(stack, MAX_STACK) }),
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : show(value);
}

/** Not in the middle of a surrogate pair: half of one is no text that can be stored. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
