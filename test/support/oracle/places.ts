/** Changes of the clock of every kind, and expressions that meet them. */
import { civilDay, civilTime, dayNumber } from "./civil.js";
import { readExpression } from "./expression.js";
import { nextFire, previousFire } from "./far.js";
import { POLICIES, type PlainSchedule, firesOf } from "./oracle.js";
import { type Transition, transitionsOf } from "./transitions.js";
import { WallClock } from "./wall-clock.js";

export interface Place {
  readonly zone: string;
  readonly date: string;
  readonly transition: Transition;
}

/** Zone, and the date of the change, in UTC. */
const DATES: readonly (readonly [zone: string, ...dates: string[]])[] = [
  ["America/New_York", "2026-03-08", "2026-11-01"],
  ["Europe/London", "2026-03-29"],
  ["Australia/Lord_Howe", "2026-04-04", "2026-10-03"], // by half an hour
  ["America/Havana", "2026-03-08", "2026-11-01"], // at midnight
  ["Africa/Cairo", "2026-04-23", "2026-10-29"], // at midnight
  ["Africa/Casablanca", "2026-02-15"], // Ramadan
  ["Pacific/Apia", "2011-12-30"], // forward by a day
  ["America/Juneau", "1867-10-19"], // back by a day
  ["Pacific/Kwajalein", "1969-09-30"], // back by 23 hours
  ["Antarctica/Troll", "2026-03-29", "2026-10-25"], // by two hours
  ["America/Santiago", "2026-09-06"],
  ["Asia/Tehran", "2022-09-21"],
  ["Asia/Beirut", "2026-03-28"],
  ["Europe/Paris", "1911-03-10"], // by 9 minutes and 21 seconds
  ["Africa/Monrovia", "1972-01-07"], // by 44 minutes and 30 seconds
  ["Asia/Kathmandu", "1985-12-31"], // by a quarter of an hour
];

export const PLACES: readonly Place[] = DATES.flatMap(([zone, ...dates]) => dates.map((date) => place(zone, date)));

function place(zone: string, date: string): Place {
  const transition = transitionsOf(zone, Number(date.slice(0, 4))).find(
    ({ at }) => new Date(at * 1_000).toISOString().slice(0, 10) === date,
  );
  if (transition === undefined) throw new Error(`${zone} does not change its clock on ${date}`);
  return { zone, date, transition };
}

/** Every shape, about the hours at which clocks change; the last ones name the very readings. */
export function expressionsAt({ transition: { at, offsetBefore, offsetAfter } }: Place): string[] {
  const edges = [at + offsetBefore, at + offsetAfter];
  const middle = Math.floor((Math.min(...edges) + Math.max(...edges)) / 2);
  const { year, month, day } = civilDay(dayNumber(middle));
  const { hour, minute, second } = civilTime(middle);
  return [
    "* * * * *",
    "*/30 * * * *",
    "0 * * * *",
    "*/20 0-3 * * *",
    "0 22-3 * * *",
    "30 1,2 * * *",
    "0,15,45 0/1 ? * SUN-SAT",
    "*/10 59 * * * *",
    "50-10/20 0-30/10 0-23 * * *",
    "0 5 0 LW,1W,L * +*",
    "@daily",
    `${minute} ${hour} * * *`,
    `${second} ${minute} ${hour} ${day} ${month} ? ${year}`,
    `${minute}/7 ${hour} ${day} * +*`,
  ];
}

export interface Expected {
  readonly text: string;
  readonly zone: string;
  readonly plain: PlainSchedule;
  /** Epoch milliseconds, in order: every fire of the window, and the one before and after it where there is one. */
  readonly fires: readonly number[];
}

/** Each expression under each policy, with what the oracle says of it from `from` to `to`, epoch seconds. */
export function expectedAt(place: Place, from: number, to: number): Expected[] {
  const clock = new WallClock(place.zone, from, to);
  return expressionsAt(place).flatMap((text) => {
    const expression = readExpression(text === "@daily" ? "0 0 * * *" : text);
    return POLICIES.map((policy) => {
      const plain = { expression, policy };
      const before = previousFire(place.zone, plain, from * 1_000);
      const after = nextFire(place.zone, plain, to * 1_000 - 1);
      const fires = [before, ...firesOf(clock, plain), after].filter((fire) => typeof fire === "number");
      return { text: `CRON_DST=${policy} ${text}`, zone: place.zone, plain, fires };
    });
  });
}
