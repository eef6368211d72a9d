import fc from "fast-check";
import type { OverlapPolicy } from "punctual";
import type { SimulatedJob, SimulatedWork } from "punctual/testing";
import { expect, it } from "vitest";
import { simulateBy } from "../../src/testing/simulate.js";

const START = Date.UTC(2026, 0, 1);
const SIMULATIONS = 300;

/** A job, and what its runs do, in turn. */
interface Plan {
  readonly job: SimulatedJob;
  readonly works: readonly SimulatedWork[];
}

const work: fc.Arbitrary<SimulatedWork> = fc.record({
  ms: fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 12 }).map((n) => n * 500) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 60 }).map((n) => n * 1_000) },
  ),
  fails: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  deaf: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

const sometimes = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

const options = fc.record({
  spec: fc.constantFrom("@every 5s", "*/10 * * * * *", "@after 3s", "7 * * * * *", "@reboot", "@every 20s"),
  overlap: fc.oneof(
    fc.constantFrom<OverlapPolicy>("skip", "queueOne", "queueAll", "replace", "allow"),
    fc.constant({ queueAll: 2 }),
  ),
  maxConcurrent: sometimes(fc.integer({ min: 1, max: 3 })),
  timeout: sometimes(fc.constantFrom("2s", "4s")),
  killGrace: sometimes(fc.constantFrom(0, "1s")),
  retry: sometimes(fc.constant({ delay: "1s", backoff: "fixed", jitter: "none", pastNextFire: true } as const)),
  pauseAfterFailures: sometimes(fc.integer({ min: 1, max: 3 })),
  jitter: sometimes(fc.constantFrom("3s", "30s")),
  maxRuns: sometimes(fc.integer({ min: 1, max: 9 })),
  priority: sometimes(fc.integer({ min: -1, max: 1 })),
  group: sometimes(fc.constant("db")),
  after: sometimes(fc.constantFrom("success", "failure", "any")),
});

const plans: fc.Arbitrary<Plan[]> = fc
  .array(fc.record({ options, works: fc.array(work, { minLength: 1, maxLength: 5 }) }), { minLength: 1, maxLength: 5 })
  .map((all) =>
    all.map(({ options: { after, ...given }, works }, index) => {
      const { maxConcurrent, ...rest } = Object.fromEntries(
        Object.entries(given).filter(([, value]) => value !== undefined),
      ) as typeof given;
      const limit = given.overlap === "allow" || maxConcurrent === undefined ? {} : { maxConcurrent };
      const link = after === undefined || index === 0 ? {} : { after: { job: `job ${index - 1}`, on: after } };
      return { job: { ...rest, ...limit, ...link, name: `job ${index}` } as SimulatedJob, works };
    }),
  );

/** All that a simulation tells. */
async function told(all: readonly Plan[], shortcuts: boolean, maxConcurrent: number | undefined) {
  const worksOf = new Map(all.map(({ job, works }) => [job.name, works]));
  const simulation = await simulateBy(
    all.map(({ job }) => job),
    {
      from: START,
      to: START + 120_000,
      // By fire time, not in turn: a function of its arguments gives both the same.
      durations: (job, fireTime, attempt) => {
        const works = worksOf.get(job) ?? [];
        return works[(((fireTime ?? 0) - START) / 1_000 + attempt) % works.length] ?? works[0] ?? 0;
      },
      crowd: { scheduler: 2, groups: { db: 1 } },
      scheduler: {
        timezone: "UTC",
        groups: { db: { maxConcurrent: 2 } },
        ...(maxConcurrent !== undefined && { maxConcurrent }),
      },
    },
    shortcuts,
  );
  const { counts, errors, fires, jobs, load, missed, overlaps, peaks, runs, skips } = simulation;
  const { busiestMinutes, busiestSeconds } = simulation;
  return { counts, errors, fires, jobs, load, missed, overlaps, peaks, runs, skips, busiestMinutes, busiestSeconds };
}

it(`shortcuts change nothing (${SIMULATIONS} random simulations)`, { timeout: 120_000 }, async () => {
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(plans, sometimes(fc.constant(2)), async (all, maxConcurrent) => {
      const short = await told(all, true, maxConcurrent);
      runs += short.runs.length;
      expect(short).toEqual(await told(all, false, maxConcurrent));
    }),
    { numRuns: SIMULATIONS },
  );
  expect(runs).toBeGreaterThan(SIMULATIONS * 10);
});
