import type { DistributedCronOptions, ScheduleSpec } from "punctual";

/** How a link carries messages. */
export interface LinkPlan {
  /** How long a message takes, one way. */
  readonly delayMs: readonly [from: number, to: number];
  /** How often one takes up to `slowMs` instead. */
  readonly slowChance: number;
  readonly slowMs: number;
  /** How often a request, and how often a reply, is lost: silently, or with an error at the node. */
  readonly lossChance: number;
}

/** What the command of a job does. */
export interface WorkPlan {
  readonly durationMs: readonly [from: number, to: number];
  readonly failChance: number;
  /** How often it does not heed its signal. */
  readonly deafChance: number;
}

/** What goes wrong, and when; true time. Nodes by their index; `null` for all. */
export type Fault = { readonly atMs: number } & (
  | { readonly kind: "crash"; readonly node: number; readonly backAfterMs: number | null; readonly sameAppId: boolean }
  | {
      readonly kind: "stop";
      readonly node: number;
      readonly graceMs: number;
      readonly backAfterMs: number | null;
      readonly sameAppId: boolean;
    }
  | { readonly kind: "stall"; readonly node: number; readonly forMs: number }
  | { readonly kind: "setClock"; readonly node: number; readonly byMs: number }
  | {
      readonly kind: "outage";
      readonly node: number | null;
      readonly forMs: number;
      readonly how: "fails" | "hangs";
    }
  | { readonly kind: "emptyStore" }
);

/** A schedule for each node. */
export interface NodeSchedules {
  readonly ofNodes: readonly ScheduleSpec[];
}

/** One world: nodes, a job, and what goes wrong. */
export interface WorldPlan {
  readonly seed: number;
  readonly lengthMs: number;
  /** The wall-clock time at which it begins. @default 2026-01-01 */
  readonly origin?: number;
  readonly timezone?: string;
  /** How far each node's clock is off at first. */
  readonly skewsMs: readonly number[];
  readonly timerSlackMs: number;
  /** The same for all nodes, or one for each. */
  readonly schedule: ScheduleSpec | NodeSchedules;
  readonly options: DistributedCronOptions<undefined>;
  readonly link: LinkPlan;
  readonly work: WorkPlan;
  readonly faults: readonly Fault[];
}
