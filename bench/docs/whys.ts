/** Why a target is missed, as far as it is known. */
interface Why {
  readonly question: string;
  readonly what: RegExp;
  readonly why: string;
}

const COLD =
  "the first bursts of a process run in V8's interpreter, which takes 15 µs for what compiled code does in 3; it compiles within some 3,000 fires (docs/profiles.md)";
const SMALL =
  "with so few jobs, what is made once weighs on each of them, and the code is not yet compiled; it holds from 10,000 on";

const WHYS: readonly Why[] = [
  { question: "burst", what: /first burst|worst/, why: COLD },
  {
    question: "burst",
    what: /./,
    why: "each fire has a run, a record in the history, limits, policies and events behind it, some 2 µs in all; a bare timer has none",
  },
  {
    question: "lateness",
    what: /whole second/,
    why: `a hundredth of 10,000 starts is part of the first burst: ${COLD}`,
  },
  { question: "register", what: /^1,000 jobs/, why: SMALL },
  {
    question: "register",
    what: /remove/,
    why: "jobs go in a random order, and each step of the heap and of the map of names waits for memory; a bare heap and map take half of it",
  },
  {
    question: "register",
    what: /register, µs/,
    why: "a name is found, and a handle, a state and two entries are made; with as many jobs as this, memory sets the pace",
  },
  {
    question: "history",
    what: /bare batched insert$/,
    why: "the tables have three indexes, a row for the node, counts and statistics; beside an insert with the same indexes it is reached",
  },
  {
    question: "history",
    what: /our indexes$/,
    why: "the row for the node, counts and statistics take the rest, and more with 200,000 records than with 50,000, where it is 0.9",
  },
  {
    question: "idle",
    what: /CPU time/,
    why: "two wake-ups in 65 s; an empty process takes 0.4 to 0.5 ms, and the machine was at work beside",
  },
  {
    question: "import-cost",
    what: /import, ms/,
    why: "cron-parser, which brings luxon along, is more than half of it; loaded on first use it would be out of reach of bundlers",
  },
  {
    question: "cpu-jobs",
    what: /× idle/,
    why: "two threads keep both cores busy, so the main thread waits for one of them; it does beside the bare pool, too",
  },
  {
    question: "claims",
    what: /./,
    why: "a claim is one round trip of a script with four commands, at a server that shares two cores with its client",
  },
  {
    question: "next-time",
    what: /per second/,
    why: "the machine was slower than the one of the target; the ratios to the peers hold",
  },
];

/** What is known of it; `undefined` for nothing. */
export function whyOf(question: string, what: string): string | undefined {
  return WHYS.find((one) => one.question === question && one.what.test(what))?.why;
}
