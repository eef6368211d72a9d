import { InvalidOptionError } from "../errors.js";

/** Deeper than anybody writes, and far from where recursion ends. */
const DEEPEST = 100;

/**
 * A copy of a value that JSON keeps as it is; members that are `undefined` are left out.
 * @throws InvalidOptionError, with the path of what JSON would lose or change
 */
export function plainJson(value: unknown, path: string): unknown {
  return copy(value, path, 0);
}

function copy(value: unknown, path: string, depth: number): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (depth >= DEEPEST) throw new InvalidOptionError(path, `data that is at most ${DEEPEST} levels deep`, value);
  // By index: methods pass over holes.
  if (Array.isArray(value)) return Array.from(value, (item, index) => copy(item, `${path}[${index}]`, depth + 1));
  if (isPlainObject(value)) return copyMembers(value, path, depth);
  const why = "data that JSON can hold: what is stored is data, also in options such as retry, and never a function";
  throw new InvalidOptionError(path, why, value);
}

function copyMembers(value: object, path: string, depth: number): unknown {
  const members = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(
    members.map(([key, item]) => [key, copy(item, path === "" ? key : `${path}.${key}`, depth + 1)]),
  );
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
