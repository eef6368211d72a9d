import type { Transferable } from "node:worker_threads";

// Registered, so that the ESM and the CommonJS build of the package know each other's marks.
const MARK: symbol = Symbol.for("punctual.transfer");

/** A value with the objects in it that shall change threads by hand-over instead of by copy. */
export interface Transfer<Value = unknown> {
  readonly value: Value;
  readonly list: readonly Transferable[];
}

/**
 * Marks objects of `value` (array buffers, message ports, streams) for hand-over to the other thread: no copy is made, and
 * they are unusable here afterwards. For the data of `runNow` and the result of a worker's function.
 */
export function transfer<Value>(value: Value, list: readonly Transferable[]): Transfer<Value> {
  return Object.freeze({ value, list, [MARK]: true });
}

/** The value and its hand-over list, whether it was marked or not. */
export function unwrapTransfer(given: unknown): Transfer {
  return isTransfer(given) ? given : { value: given, list: [] };
}

export function isTransfer(value: unknown): value is Transfer {
  return typeof value === "object" && value !== null && MARK in value;
}
