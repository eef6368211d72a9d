/** A plain reader of 5-field expressions (numbers, lists, ranges, steps) for the reference; knows no names and no errors. */
export function parseExpression(expression: string): { matches: (wall: number) => boolean; fixed: boolean } {
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = expression.split(" ");
  const minutes = numbers(minute, 0, 59);
  const hours = numbers(hour, 0, 23);
  const days = numbers(day, 1, 31);
  const months = numbers(month, 1, 12);
  const weekdays = new Set([...numbers(weekday, 0, 7)].map((value) => value % 7));
  const either = day !== "*" && weekday !== "*";
  return {
    fixed: !minute.startsWith("*") && !hour.startsWith("*"),
    matches: (wall) => {
      const date = new Date(wall);
      const byDay = days.has(date.getUTCDate());
      const byWeekday = weekdays.has(date.getUTCDay());
      return (
        minutes.has(date.getUTCMinutes()) &&
        hours.has(date.getUTCHours()) &&
        months.has(date.getUTCMonth() + 1) &&
        (either ? byDay || byWeekday : byDay && byWeekday)
      );
    },
  };
}

function numbers(field: string, min: number, max: number): Set<number> {
  const found = new Set<number>();
  for (const item of field.split(",")) {
    const [range = "", step = "1"] = item.split("/");
    const [first = min, last = item.includes("/") ? max : first] =
      range === "*" ? [min, max] : range.split("-").map(Number);
    for (let value = first; value <= last; value += Number(step)) found.add(value);
  }
  return found;
}
