import fc from "fast-check";

const field = (min: number, max: number): fc.Arbitrary<string> => {
  const value = fc.integer({ min, max });
  const range = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const step = fc.integer({ min: 1, max: max - min + 1 });
  const item = fc.oneof(
    { weight: 4, arbitrary: value.map(String) },
    { weight: 2, arbitrary: range },
    { weight: 1, arbitrary: fc.tuple(range, step).map(([text, by]) => `${text}/${by}`) },
    { weight: 1, arbitrary: step.map((by) => `*/${by}`) },
  );
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant("*") },
    { weight: 5, arbitrary: fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => items.join(",")) },
  );
};
/** Random 5-field expressions of every shape that plain-cron.ts reads, none of which is impossible. */
export const expressions: fc.Arbitrary<string> = fc
  .tuple(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 7))
  .map((fields) => fields.join(" "))
  .filter((text) => {
    const [, , day = "", month = "", weekday = ""] = text.split(" ");
    // Days that never come are refused, as another test shows.
    return weekday !== "*" || day === "*" || month === "*" || /(^|,)(\*|1?\d\b)/.test(day);
  });
