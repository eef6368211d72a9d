/** What the page says of each question, and which of its figures are drawn. */
export interface Plot {
  readonly file: string;
  readonly title: string;
  readonly figure: string;
  /** @default every label */
  readonly labels?: RegExp;
}

export interface Chapter {
  /** That of the question. */
  readonly name: string;
  readonly title: string;
  readonly text: string;
  readonly plots: readonly Plot[];
  /** Figures that are not in the table. */
  readonly hidden?: RegExp;
}

function plot(file: string, title: string, figure: string, labels?: RegExp): Plot {
  return { file: `${file}.svg`, title, figure, ...(labels && { labels }) };
}

export const CHAPTERS: readonly Chapter[] = [
  {
    name: "next-time",
    title: "Next fire times",
    text: "How many fire times a second, each asked of the one before: 25 expressions, simple, extended (`L`, `W`, `#`) and rare, in UTC and in zones with changes of the clock. Geometric means over the expressions that a side knows. node-cron can tell the next times from now on only.",
    plots: [plot("next-time", "Next fire times per second", "all: geometric mean, per second")],
    hidden: /^[^a-z]/,
  },
  {
    name: "first-use",
    title: "First use of a zone",
    text: "What the first fire time in a time zone costs, and the first in a further year, in a fresh process.",
    plots: [plot("first-use", "First use of a second zone, ms", "second zone, ms")],
  },
  {
    name: "parse",
    title: "Reading expressions",
    text: "Distinct expressions whose items are known, and one expression again and again.",
    plots: [plot("parse", "Distinct expressions read per second", "distinct, per second")],
  },
  {
    name: "register",
    title: "Registering and removing",
    text: "Time of registering and of removing a job, and heap per job. Peers start their timers when they register; ours has not been started. BullMQ keeps its schedulers in Redis: it registers 200 at a time, and its bytes are those of Redis.",
    plots: [
      plot("register", "Register a job, distinct expressions, µs", "register a job, µs", /distinct/),
      plot("remove", "Remove a job, distinct expressions, µs", "remove a job, µs", /distinct/),
      plot("heap", "Heap per job, distinct expressions, bytes", "heap per job, bytes", /distinct/),
    ],
  },
  {
    name: "burst",
    title: "Bursts",
    text: "Many jobs due at the same whole second, each second anew. From the second's begin to the last start of its jobs, and the longest time for which the event loop did nothing else. Starts before their second, twice or never are faults.",
    plots: [
      plot("burst", "Due to last start, first burst, ms", "due → last start, first burst of the process, ms"),
      plot("burst-later", "Due to last start, median of later bursts, ms", "the same, median of the later ones, ms"),
      plot("block", "Longest block of the event loop, ms", "longest block of the event loop, ms"),
    ],
  },
  {
    name: "lateness",
    title: "Lateness",
    text: "How much later than its fire time each of 1,000 jobs starts. Under load the process also computes for 2 ms in every 10.",
    plots: [plot("lateness", "Lateness, p99, ms", "p99, ms")],
  },
  {
    name: "worker-runs",
    title: "Trivial runs on worker threads",
    text: "What a run on a worker thread costs beside bare pools. The atomics of a pool stop the event loop of its threads while they wait, which user code with timers does not survive; the limit is tinypool without.",
    plots: [plot("worker-runs", "Runs per second", "runs per second")],
  },
  {
    name: "cpu-jobs",
    title: "CPU work on worker threads",
    text: "100 jobs of 20 ms each second on two threads, as much as two cores can do: how many are done in time, and how late timers of the main thread ring.",
    plots: [plot("cpu-jobs", "Lag of the main thread, p99, ms", "lag of the main thread, p99, ms")],
  },
  {
    name: "claims",
    title: "Claims",
    text: "The right to start one fire, asked of the store: beside a bare `SET NX PX` and redlock on Redis, and on flock beside the bare system call.",
    plots: [plot("claims", "Claims per second", "claims per second")],
  },
  {
    name: "history",
    title: "History",
    text: "Records per second through the whole way of a run's record, in batches of 500, beside bare prepared inserts of the same columns in transactions of 500 rows.",
    plots: [plot("history", "Records per second", "records per second")],
  },
  {
    name: "idle",
    title: "Idle",
    text: "CPU time and wake-ups of waiting for jobs that are due in days, in 65 s. V8 does without the tidying of its heap (`--no-memory-reducer`) that comes once, some seconds after much was registered: it takes 20 to 40 ms, and where it falls decided who was best.",
    plots: [plot("idle", "CPU time of waiting, ms", "CPU time, ms")],
  },
  {
    name: "memory",
    title: "Memory over a run",
    text: "1,000 jobs each second: the heap after garbage collection, at intervals. Growth is the slope of a straight line through the second half of the samples; it is at most what noise gives when nothing is kept.",
    plots: [plot("memory", "Heap growth, bytes per run", "growth, bytes per run")],
  },
  {
    name: "import-cost",
    title: "Import",
    text: "What `import` costs in a fresh process, and what it loads.",
    plots: [plot("import", "Import, ms", "import, ms")],
  },
  {
    name: "bundle-size",
    title: "Bundle size",
    text: "What a bundled program gains, minified by esbuild and compressed by gzip, with all dependencies. Peers do less: some have no zones, no threads, no overlap rules.",
    plots: [plot("bundle-size", "Minified and compressed, bytes", "minified and gzip, bytes")],
  },
  {
    name: "growth",
    title: "Growth",
    text: "Our costs per unit as something grows tenfold. What is level is flat; a slope of one decade in a decade would be linear growth per unit, that is quadratic in all.",
    plots: [],
  },
];
