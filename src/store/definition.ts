import type { HttpCommand } from "../command/http-command.js";
import type { ShellCommand } from "../command/shell-command.js";
import type { WorkerCommand } from "../command/command.js";
import { InvalidOptionError } from "../errors.js";
import type { Duration } from "../schedule/duration.js";
import { plainJson } from "./plain-json.js";

/** A command that is data, or the name of one that `define` was given. */
export type StoredCommand = string | WorkerCommand<never> | ShellCommand<never, unknown> | HttpCommand<never, unknown>;

/** A definition that is plain data; what its options and its command mean is not known here. */
export interface PlainDefinition {
  readonly name: string;
  readonly schedule: string | readonly string[];
  readonly command: StoredCommand;
  readonly options: Readonly<Record<string, unknown>>;
  /** `null` for a job that is not distributed. */
  readonly distributed: Readonly<Record<string, unknown>> | null;
}

/** A definition as it is stored: its parts but the name, as JSON. */
export interface DefinitionText {
  readonly definition: PlainDefinition;
  readonly text: string;
}

/** How long a definition may be as JSON, in UTF-8 bytes. */
const MOST_BYTES = 64 * 1_024;
const LONGEST_NAME = 255;
const KEYS = ["name", "schedule", "command", "options", "distributed"];

/** Checks what is to be saved as far as it is data, and writes it. @throws InvalidOptionError */
export function writeDefinition(given: object): DefinitionText {
  const definition = checkDefinition(given);
  const { name: _, distributed, options, ...rest } = definition;
  const parts = { ...rest, ...(Object.keys(options).length > 0 && { options }), ...(distributed && { distributed }) };
  const text = JSON.stringify(parts);
  const bytes = Buffer.byteLength(text);
  if (bytes > MOST_BYTES) {
    throw new InvalidOptionError("definition", `at most ${MOST_BYTES} bytes of JSON`, `${bytes} bytes`);
  }
  return { definition, text };
}

/** Reads what was saved, by whatever version. @throws InvalidOptionError, SyntaxError */
export function readDefinition(name: string, text: string): PlainDefinition {
  const parts: unknown = JSON.parse(text);
  if (!isObject(parts)) throw new InvalidOptionError("definition", "an object", parts);
  return checkDefinition({ ...parts, name });
}

function checkDefinition(given: object): PlainDefinition {
  if (!isObject(given)) throw new InvalidOptionError("definition", "an object", given);
  for (const key of Object.keys(given)) {
    if (KEYS.includes(key)) continue;
    throw new InvalidOptionError(key, `nothing of that name (there are ${KEYS.join(", ")})`, given[key]);
  }
  const { name, schedule, command, options, distributed } = given;
  return {
    name: checkStoredName(name),
    schedule: checkSchedule(schedule),
    command: checkCommand(command),
    options: checkOptions(options),
    distributed: checkDistributed(distributed),
  };
}

/** A name that every store gives back as it is. @throws InvalidOptionError */
export function checkStoredName(name: unknown): string {
  const fits = typeof name === "string" && name.length >= 1 && name.length <= LONGEST_NAME;
  if (fits && name.trim() === name && !/[\p{Cc}\p{Surrogate}]/u.test(name)) return name;
  const expected = `a text of 1 to ${LONGEST_NAME} characters, none of them a control character, not ending in a blank`;
  throw new InvalidOptionError("name", expected, name);
}

function checkSchedule(given: unknown): string | readonly string[] {
  const texts = (Array.isArray(given) ? given : [given]).map((one) => (one instanceof Date ? isoText(one) : one));
  if (texts.length === 0 || texts.some((text) => typeof text !== "string")) {
    throw new InvalidOptionError("schedule", "a text, a Date or an array of these: what is stored is data", given);
  }
  return Array.isArray(given) ? (texts as string[]) : (texts[0] as string);
}

function isoText(date: Date): string {
  if (Number.isNaN(date.getTime())) throw new InvalidOptionError("schedule", "a valid Date", date);
  return date.toISOString();
}

function checkCommand(given: unknown): StoredCommand {
  if (typeof given === "string") return given;
  if (typeof given === "function") {
    const expected = "worker(...), shell(...), http(...), or the name of a command that define was given";
    throw new InvalidOptionError("command", `${expected}: a function cannot be stored`, given);
  }
  return plainJson(given, "command") as StoredCommand;
}

function checkOptions(given: unknown): PlainDefinition["options"] {
  if (given === undefined) return {};
  if (!isObject(given)) throw new InvalidOptionError("options", "an object", given);
  const { name } = given;
  if (name !== undefined) throw new InvalidOptionError("options.name", "none: the definition has the job's name", name);
  const instants = ["startAt", "endAt"].filter((key) => given[key] instanceof Date);
  const inMs = Object.fromEntries(instants.map((key) => [key, (given[key] as Date).getTime()]));
  return plainJson({ ...given, ...inMs }, "options") as PlainDefinition["options"];
}

function checkDistributed(given: unknown): PlainDefinition["distributed"] {
  if (given === undefined || given === null) return null;
  if (typeof given === "string" || typeof given === "number") return { holdTime: given as Duration };
  if (!isObject(given)) throw new InvalidOptionError("distributed", "an object, or a hold time", given);
  return plainJson(given, "distributed") as PlainDefinition["distributed"];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
