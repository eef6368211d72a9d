import { InvalidOptionError } from "../errors.js";
import type { DayMatch } from "../schedule/cron-options.js";
import { instantMs } from "../schedule/once.js";
import { Zone } from "../schedule/zone.js";
import type { DistributedSettings } from "./distributed-options.js";
import { checkBoolean, checkCount, checkKeys, checkName, checkOneOf } from "./checks.js";
import type { PolicyOptions, PolicySettings } from "./policies.js";
import { POLICY_KEYS, policySettings } from "./policies.js";

/** Options of one job. */
export interface JobOptions<Data = unknown> extends PolicyOptions {
  /** Unique in its scheduler. @default the function's name, or `job-1`, made unique */
  readonly name?: string;
  /** Given to every run as `run.data`. */
  readonly data?: Data;
  /** Zone of the job's cron expression; a `CRON_TZ=` prefix counts before it. @default the scheduler's */
  readonly timezone?: string;
  /** Whether one of day of month and day of week suffices when both are restricted. @default "or" */
  readonly dayMatch?: DayMatch;
  /** How many runs of it may go on at once; not with the overlap policy `allow`, which sets no limit. @default 1 */
  readonly maxConcurrent?: number;
  /** A group of the scheduler's `groups`, whose limit its jobs share. @default none */
  readonly group?: string | null;
  /** Which of several waiting fires starts first: the one with the greater number. @default 0 */
  readonly priority?: number;
  /** No fire time before it counts. A Date or epoch milliseconds. @default none */
  readonly startAt?: Date | number | null;
  /** No fire time at or after it counts. A Date or epoch milliseconds. @default none */
  readonly endAt?: Date | number | null;
  /** After how many runs that its schedule has started it ends. @default no limit */
  readonly maxRuns?: number | null;
  /** Words to find it by. @default none */
  readonly tags?: readonly string[];
  /** What it is for, for those who read a list of jobs. @default "" */
  readonly description?: string;
  /** Whether it begins unpaused. @default true */
  readonly enabled?: boolean;
}

/** What can be changed of a job that is registered: all but its name. */
export type JobUpdate<Data = unknown> = Omit<JobOptions<Data>, "name">;

/** Settings of a job, checked and complete; shared by all jobs that have the same. */
export interface JobSettings extends PolicySettings {
  readonly maxConcurrent: number;
  readonly group: string | null;
  readonly priority: number;
  readonly startAtMs: number | null;
  readonly endAtMs: number | null;
  readonly maxRuns: number | null;
  readonly tags: readonly string[];
  readonly description: string;
  readonly enabled: boolean;
  /** The node that performs it. */
  readonly node: string;
  /** How its nodes agree; `null` for a job that is not distributed. */
  readonly distributed: DistributedSettings | null;
}

/** The options that make a job's settings differ from the scheduler's. */
const SETTING_KEYS = [
  ...POLICY_KEYS,
  "timezone",
  "dayMatch",
  "maxConcurrent",
  "group",
  "priority",
  "startAt",
  "endAt",
  "maxRuns",
  "tags",
  "description",
  "enabled",
] as const;
const JOB_KEYS = ["name", "data", ...SETTING_KEYS];
const NO_TAGS: readonly string[] = Object.freeze([]);

/** Settings of a job without options, from those of the scheduler. @throws InvalidOptionError */
export function defaultJobSettings(
  options: PolicyOptions,
  policies: Omit<PolicySettings, "cron">,
  timezone: string,
  node: string,
): JobSettings {
  const base = { ...policies, cron: { timezone, dayMatch: "or", dst: "vixie" } as const };
  return Object.freeze({
    ...policySettings(options, base),
    maxConcurrent: 1,
    group: null,
    priority: 0,
    startAtMs: null,
    endAtMs: null,
    maxRuns: null,
    tags: NO_TAGS,
    description: "",
    enabled: true,
    node,
    distributed: null,
  });
}

/** Checks the options of a job; what they do not say is taken from `base`. @throws InvalidOptionError */
export function jobSettings(options: JobOptions, base: JobSettings, groups: ReadonlySet<string>): JobSettings {
  checkKeys(options, "options", JOB_KEYS);
  if (options.name !== undefined) checkName(options.name, "name");
  // Nearly every job has the scheduler's policies; a million of them are registered the faster for it.
  if (!SETTING_KEYS.some((key) => options[key] !== undefined)) return base;
  const { maxConcurrent = base.maxConcurrent, priority = base.priority, maxRuns = base.maxRuns } = options;
  checkCount(maxConcurrent, "maxConcurrent", 1);
  if (!Number.isFinite(priority)) throw new InvalidOptionError("priority", "a number", priority);
  if (maxRuns !== null) checkCount(maxRuns, "maxRuns", 1);
  const { description = base.description, enabled = base.enabled } = options;
  if (typeof description !== "string") throw new InvalidOptionError("description", "a text", description);
  checkBoolean(enabled, "enabled");
  const settings = {
    ...policySettings(options, { ...base, cron: cronOf(options, base) }),
    ...windowOf(options, base),
    maxConcurrent,
    group: groupOf(options, base, groups),
    priority,
    maxRuns,
    tags: options.tags === undefined ? base.tags : tagsOf(options.tags),
    description,
    enabled,
    node: base.node,
    distributed: base.distributed,
  };
  refuseContradictions(options, settings);
  return Object.freeze(settings);
}

function cronOf({ timezone, dayMatch }: JobOptions, { cron }: JobSettings): JobSettings["cron"] {
  if (dayMatch !== undefined) checkOneOf(dayMatch, "dayMatch", ["and", "or"]);
  const zone = timezone === undefined ? cron.timezone : Zone.of(timezone).name;
  return { ...cron, timezone: zone, dayMatch: dayMatch ?? cron.dayMatch };
}

function windowOf({ startAt, endAt }: JobOptions, base: JobSettings): Pick<JobSettings, "startAtMs" | "endAtMs"> {
  const startAtMs = startAt === undefined ? base.startAtMs : boundMs(startAt, "startAt");
  const endAtMs = endAt === undefined ? base.endAtMs : boundMs(endAt, "endAt");
  if (startAtMs === null || endAtMs === null || startAtMs < endAtMs) return { startAtMs, endAtMs };
  throw new InvalidOptionError("endAt", "an instant after startAt", endAt);
}

function boundMs(instant: Date | number | null, path: string): number | null {
  return instant === null ? null : instantMs(instant, path);
}

function groupOf({ group }: JobOptions, base: JobSettings, groups: ReadonlySet<string>): string | null {
  if (group === undefined) return base.group;
  if (group === null) return null;
  if (groups.has(group)) return group;
  const known = [...groups].join(", ") || "there is none";
  throw new InvalidOptionError("group", `a group of the scheduler's option groups (${known})`, group);
}

function tagsOf(tags: readonly string[]): readonly string[] {
  if (!Array.isArray(tags)) throw new InvalidOptionError("tags", "an array of texts", tags);
  for (const [index, tag] of tags.entries()) checkName(tag, `tags[${index}]`);
  return Object.freeze([...new Set(tags)]);
}

/** Policies of which one makes another meaningless. */
function refuseContradictions(options: JobOptions, { overlap }: JobSettings): void {
  if (overlap === "allow" && options.maxConcurrent !== undefined) {
    throw new InvalidOptionError(
      "maxConcurrent",
      'none with overlap "allow", which sets no limit',
      options.maxConcurrent,
    );
  }
}
