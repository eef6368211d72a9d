import { InvalidOptionError } from "../errors.js";
import { checkOneOf } from "./checks.js";
import type { JobState } from "./job-state.js";
import type { Outcome } from "./run-record.js";

/** After which runs a job follows: those that succeeded, those that did not, or all. */
export type ChainCondition = "success" | "failure" | "any";

/** A job that is to run after another one. */
export interface ChainLink {
  readonly job: JobState;
  readonly on: ChainCondition;
}

/** Whether a run that ended so sets off the job of a link. */
export function setsOff({ on }: ChainLink, outcome: Outcome): boolean {
  return on === "any" || (on === "success") === (outcome === "succeeded");
}

/** Links a job behind another. @throws InvalidOptionError for a circle, which would run for ever */
export function link(job: JobState, behind: JobState, on: ChainCondition): void {
  checkOneOf(on, "on", ["success", "failure", "any"]);
  const circle = wayBetween(job, behind);
  if (circle !== null) {
    const names = [...circle, job].map(({ name }) => name).join(" -> ");
    throw new InvalidOptionError("after", "a job that does not itself run after this one", names);
  }
  unlink(job, behind);
  behind.followers = [...(behind.followers ?? []), { job, on }];
  job.follows = [...(job.follows ?? []), behind];
}

/** Undoes a link; one that is not there is left alone. */
export function unlink(job: JobState, behind: JobState): void {
  behind.followers = nullIfEmpty(behind.followers?.filter((follower) => follower.job !== job));
  job.follows = nullIfEmpty(job.follows?.filter((other) => other !== behind));
}

/** Undoes all links of a job. */
export function unlinkAll(job: JobState): void {
  for (const behind of [...(job.follows ?? [])]) unlink(job, behind);
  for (const { job: follower } of [...(job.followers ?? [])]) unlink(follower, job);
}

function nullIfEmpty<T>(items: T[] | undefined): T[] | null {
  return items === undefined || items.length === 0 ? null : items;
}

/** The jobs from one to another along the links, or `null` when none lead there. */
function wayBetween(from: JobState, to: JobState): JobState[] | null {
  if (from === to) return [from];
  for (const follower of from.followers ?? []) {
    const way = wayBetween(follower.job, to);
    if (way !== null) return [from, ...way];
  }
  return null;
}
