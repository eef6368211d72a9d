/** The fields of an expression, and which numbers an item of one names. */
export interface FieldSpec {
  readonly min: number;
  readonly max: number;
  /** How many different values there are before it goes round. */
  readonly cycle: number;
  /** Where a step of `*` begins. */
  readonly stepsFrom: number;
  readonly names: readonly string[];
}

const field = (min: number, max: number, more: Partial<FieldSpec> = {}): FieldSpec => ({
  min,
  max,
  cycle: max - min + 1,
  stepsFrom: min,
  names: [],
  ...more,
});

export const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
export const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

export const FIELDS = {
  second: field(0, 59),
  minute: field(0, 59),
  hour: field(0, 23),
  day: field(1, 31),
  month: field(1, 12, { names: MONTHS }),
  // 0 and 7 are both Sunday: there are eight values, and seven days.
  weekday: field(0, 7, { names: WEEKDAYS, cycle: 7 }),
  year: field(1, 9_999, { stepsFrom: 1_970 }),
} as const;

/** A number or a name, as a number. */
export function numberOf(text: string, { names, min }: FieldSpec): number {
  const named = names.indexOf(text);
  return named === -1 ? Number(text) : named + min;
}

/** The numbers of `*`, a value or a range, with or without a step; each at most once round. */
export function numbersOf(item: string, spec: FieldSpec): number[] {
  const [base = "", step] = item.split("/");
  const [first, last] = bounds(base, step !== undefined, spec);
  const numbers: number[] = [];
  for (let value = first; value <= last; value += Number(step ?? 1)) {
    numbers.push(value > spec.max ? value - spec.cycle : value);
  }
  return numbers;
}

function bounds(base: string, hasStep: boolean, spec: FieldSpec): [first: number, last: number] {
  if (base === "*" || base === "?") return [hasStep ? spec.stepsFrom : spec.min, spec.max];
  const [first = 0, last] = base.split("-").map((text) => numberOf(text, spec));
  if (last === undefined) return [first, hasStep ? spec.max : first];
  return [first, last < first ? last + spec.cycle : last];
}
