import type { SentError } from "./worker-protocol.js";

const NATIVE: Readonly<Record<string, ErrorConstructor>> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};
/** A chain of causes longer than this is cut: it may be a ring. */
const DEEPEST_CAUSE = 8;

/** What was thrown, as data that can change threads. */
export function packThrown(thrown: unknown, depth = 0): SentError | { readonly thrown: unknown } {
  return thrown instanceof Error ? packError(thrown, depth) : { thrown: cloneable(thrown) };
}

/** As packThrown, for what is known to be an error. */
export function packError(error: Error, depth = 0): SentError {
  const { name, message, stack, cause } = error;
  return {
    name,
    message,
    stack,
    properties: Object.fromEntries(Object.entries(error).map(([key, value]) => [key, cloneable(value)])),
    cause: cause === undefined || depth >= DEEPEST_CAUSE ? undefined : packThrown(cause, depth + 1),
  };
}

/** The thrown value again, with the stack that it had in its own thread. */
export function unpackThrown(sent: SentError | { readonly thrown: unknown }): unknown {
  if ("thrown" in sent) return sent.thrown;
  const error = new (NATIVE[sent.name] ?? Error)(sent.message);
  const hidden = { name: sent.name, stack: sent.stack, ...(sent.cause && { cause: unpackThrown(sent.cause) }) };
  for (const [key, value] of Object.entries(hidden)) {
    Object.defineProperty(error, key, { value, enumerable: false, configurable: true, writable: true });
  }
  return Object.assign(error, sent.properties);
}

/** The value, or where it cannot change threads, its text. */
export function cloneable(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return String(value);
  }
}
