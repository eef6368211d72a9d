import type { Difference } from "./compare.js";
import type { FieldName, PlainExpression } from "./plain-reader.js";
import { readPlainly } from "./plain-reader.js";
import { shouldFire } from "./should-fire.js";
import type { Transition, WallClock } from "./wall-clock.js";

const DAY = 86_400_000;

/** Where an instant lies to the nearest change of the zone's offset. */
export interface Moment {
  /** `gapEnd`: the first instant after a gap. The passes: those of a reading that comes twice. */
  readonly place: "gapEnd" | "firstPass" | "secondPass" | "elsewhere";
  /** The change nearest to it within a day. */
  readonly change: Transition | undefined;
  /** How long that is, in minutes: above 0 a gap, below 0 an overlap, 0 when there is none. */
  readonly minutes: number;
}

/** One difference, and all that its class is told by. */
export interface Finding {
  readonly difference: Difference;
  readonly expression: PlainExpression;
  readonly clock: WallClock;
  readonly moment: Moment;
}

export function momentOf(clock: WallClock, instant: number): Moment {
  const distance = ({ at }: Transition): number => Math.abs(at - instant);
  const [change] = clock.transitions(instant - DAY, instant + DAY).sort((a, b) => distance(a) - distance(b));
  if (change === undefined) return { place: "elsewhere", change, minutes: 0 };
  const length = change.after - change.before;
  return { place: placeOf(instant - change.at, length), change, minutes: length / 60_000 };
}

function placeOf(distance: number, length: number): Moment["place"] {
  if (length > 0) return distance === 0 ? "gapEnd" : "elsewhere";
  if (distance < 0) return distance >= length ? "firstPass" : "elsewhere";
  return distance < -length ? "secondPass" : "elsewhere";
}

/** Items of a field that a peer takes for others; an empty text is none. */
export type Rewrite = readonly [field: FieldName, item: (item: string) => string];

/** Whether an expression is changed by a peer's rewrites, and the peer answers as ours would then, or after all it makes. */
export function isReadAs(finding: Finding, own: readonly Rewrite[], all: readonly Rewrite[] = own): boolean {
  const { difference, expression, clock } = finding;
  const changed = own.reduce(rewrite, expression);
  if (changed.text === own.reduce((same, [field]) => keep(same, field), expression).text) return false;
  return [changed, all.reduce(rewrite, expression)].some(
    (theirs) => shouldFire(theirs, clock, difference.instant) === (difference.firing === "theirs"),
  );
}

function rewrite(expression: PlainExpression, [field, item]: Rewrite): PlainExpression {
  const items = expression.fields[field].split(",").map(item);
  return readPlainly(expression.with(field, items.filter((text) => text !== "").join() || "*"));
}

/** The same expression, written as a rewritten one is. */
function keep(expression: PlainExpression, field: FieldName): PlainExpression {
  return rewrite(expression, [field, (item) => item]);
}

/** Whether second, minute and hour have one value each, without a step: what croner takes for a fixed time. */
export function isOneTime({ fields }: PlainExpression): boolean {
  return [fields.second, fields.minute, fields.hour].every(
    (field) => !/[*/]/.test(field) && new Set(field.split(/[,-]/).map(Number)).size === 1,
  );
}

/** Whether the offset after the change is that of 1 June, which cronosjs tries first. */
export function isJuneOffset(clock: WallClock, { at, after }: Transition): boolean {
  const june = Date.UTC(new Date(at).getUTCFullYear(), 5, 1);
  return after - at === clock.read(june) - june;
}

export function dateOf(wall: number): string {
  return new Date(wall).toISOString().slice(0, 10);
}
