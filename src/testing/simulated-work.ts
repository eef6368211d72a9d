import { InvalidOptionError } from "../errors.js";
import { parseDuration } from "../schedule/duration.js";
import { hashOf, SeededRandom } from "./seeded-random.js";
import type {
  SimulatedDuration,
  SimulatedFailure,
  SimulatedWork,
  SimulateOptions,
  WorkFunction,
} from "./simulation-options.js";

/** What an attempt does, checked. */
export interface Work {
  readonly ms: number;
  readonly error: Error | null;
  readonly deaf: boolean;
}

/** Tells what an attempt of one job does; `at` stands for the fire time where there is none. */
export type WorkOfJob = (fireTime: number | null, attempt: number, at: number) => Work;

type Parts<T> = T | Readonly<Record<string, T>> | undefined;

/** Tells what attempts do, by the options `durations`, `failures` and `seed`. */
export class SimulatedWorks {
  readonly #options: SimulateOptions;
  readonly #random: SeededRandom;

  /** @throws InvalidOptionError when an option names no job */
  constructor(options: SimulateOptions, seed: number, jobs: readonly string[]) {
    this.#options = options;
    this.#random = new SeededRandom(seed);
    checkNames("durations", options.durations, jobs);
    checkNames("failures", options.failures, jobs);
  }

  /** @throws InvalidOptionError when the options do not tell of the job */
  of(job: string): WorkOfJob {
    const duration = partOf("durations", this.#options.durations, job) ?? 0;
    const failure = partOf("failures", this.#options.failures, job);
    const constant = constantOf(duration, `durations.${job}`);
    const fails = failure === undefined ? null : failureOf(failure, `failures.${job}`);
    if (constant !== null && fails === null) return () => constant;
    const random = this.#random;
    const hash = hashOf(job);
    return (fireTime, attempt, at) => {
      random.begin(hash, fireTime ?? at, attempt);
      const work = constant ?? workOf((duration as WorkFunction)(job, fireTime, attempt, random.next), job);
      const failed = fails === null ? false : fails(job, fireTime, attempt, random.next);
      return failed === false || work.error !== null ? work : { ...work, error: errorOf(failed, job) };
    };
  }
}

function constantOf(duration: SimulatedDuration, path: string): Work | null {
  if (typeof duration === "function") return null;
  if (typeof duration === "object") return workOf(duration, path);
  return { ms: parseDuration(duration, path), error: null, deaf: false };
}

function workOf(answer: number | SimulatedWork, job: string): Work {
  const { ms, fails = false, deaf = false } = typeof answer === "number" ? { ms: answer } : answer;
  if (!(Number.isFinite(ms) && ms >= 0)) throw new InvalidOptionError(`durations.${job}`, "milliseconds", ms);
  return { ms, error: errorOf(fails, job), deaf };
}

function errorOf(fails: boolean | Error, job: string): Error | null {
  return fails === true ? new Error(`simulated failure of job ${JSON.stringify(job)}`) : fails || null;
}

function failureOf(failure: SimulatedFailure, path: string): Exclude<SimulatedFailure, number> {
  if (typeof failure === "function") return failure;
  if (failure >= 0 && failure <= 1) return (_job, _fireTime, _attempt, random) => random() < failure;
  throw new InvalidOptionError(path, "a share from 0 to 1, or a function", failure);
}

/** Whether it says something of each job by name, and not the same of all. */
function isByName<T>(parts: Parts<T>): parts is Readonly<Record<string, T>> {
  return typeof parts === "object" && parts !== null && typeof (parts as { ms?: unknown }).ms !== "number";
}

function partOf<T>(option: string, parts: Parts<T>, job: string): T | undefined {
  if (!isByName(parts)) return parts;
  if (Object.hasOwn(parts, job)) return parts[job];
  if (Object.hasOwn(parts, "*")) return parts["*"];
  if (option === "failures") return undefined;
  throw new InvalidOptionError(option, `one for job ${JSON.stringify(job)}, or one named "*" for the rest`, parts);
}

function checkNames<T>(option: string, parts: Parts<T>, jobs: readonly string[]): void {
  if (!isByName(parts)) return;
  const known = new Set(jobs);
  for (const name of Object.keys(parts)) {
    if (name === "*" || known.has(name)) continue;
    throw new InvalidOptionError(`${option}.${name}`, "the name of a job that is simulated", name);
  }
}
