/**
 * The scripts say what service-state.ts says. The time is the test's: the line by which the scripts ask for the server's is
 * replaced on the way to the server.
 */
import fc from "fast-check";
import type { ClaimAnswer, ClaimRequest, Lease, LeaseAnswer } from "punctual";
import type { RedisLike } from "punctual/redis";
import { RedisDistributed } from "punctual/redis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TIME_LINE } from "../../src/distributed/redis-script.js";
import type { Decision, ServiceState } from "../../src/distributed/service-state.js";
import {
  afterRefusal,
  decideClaim,
  decideLease,
  decideSelect,
  NEW_SERVICE,
  released,
  renewed,
} from "../../src/distributed/service-state.js";
import { RedisServer } from "../support/redis-server.js";
import type { OpenClient } from "./fixtures/redis-store.js";
import { openIoredis } from "./fixtures/redis-store.js";

const START_MS = 1_800_000_000_000;
const SKEW_MS = 2_000;
const NODES = ["a", "b"];

let server: RedisServer;
let opened: OpenClient;
beforeAll(async () => {
  server = await RedisServer.start();
  opened = await openIoredis(server);
});
afterAll(async () => {
  opened.close();
  await server[Symbol.asyncDispose]();
});

/** A time that only the test moves on. */
class TestTime {
  nowMs = START_MS;

  over(client: RedisLike): RedisLike {
    return {
      call: async (command, ...args) => {
        // Makes the driver send the whole script.
        if (command === "EVALSHA") throw new Error("NOSCRIPT");
        const [script = "", ...rest] = args;
        if (!script.includes(TIME_LINE)) throw new Error("no line that reads the time");
        const timed = script.replace(TIME_LINE, "local time = {ARGV[#ARGV - 1], ARGV[#ARGV]}");
        const [seconds, microseconds] = [Math.floor(this.nowMs / 1_000), (this.nowMs % 1_000) * 1_000];
        return await client.call(command, timed, ...rest, String(seconds), String(microseconds));
      },
    };
  }
}

/** The rule, with the state of one service; what has been granted is kept, to be renewed and released. */
class Model {
  state: ServiceState = NEW_SERVICE;
  readonly #time: TestTime;

  constructor(time: TestTime) {
    this.#time = time;
  }

  claim(request: ClaimRequest): unknown {
    const decision = this.#take(decideClaim(this.state, request, this.#at()));
    if (!decision.granted) this.state = afterRefusal(this.state, request, decision, this.#at());
    return plain(decision);
  }

  lease(appId: string, leaseMs: number): unknown {
    const { granted, token, holder, retryAfterMs } = plain(
      this.#take(decideLease(this.state, { appId, leaseMs }, this.#at())),
    );
    return granted === true ? { granted, token } : { granted, holder, retryAfterMs };
  }

  select(appId: string, holdTimeMs: number): string | null {
    this.state = decideSelect(this.state, appId, holdTimeMs, this.#at());
    return this.state.holder;
  }

  renew(token: number, leaseMs: number): boolean {
    const state = renewed(this.state, token, leaseMs, this.#time.nowMs);
    this.state = state ?? this.state;
    return state !== null;
  }

  release(token: number, finished: boolean): void {
    this.state = released(this.state, token, finished, this.#time.nowMs);
  }

  #take(decision: Decision): Decision {
    if (decision.granted) this.state = decision.state;
    return decision;
  }

  #at() {
    return { nowMs: this.#time.nowMs, maxClockSkewMs: SKEW_MS, isDead: () => false };
  }
}

type Step =
  | { readonly kind: "wait"; readonly ms: number }
  | {
      readonly kind: "claim";
      readonly node: number;
      readonly request: ClaimRequest;
      readonly unlessLast: number | null;
    }
  | { readonly kind: "lease" | "select"; readonly node: number; readonly ms: number }
  | { readonly kind: "renew" | "release"; readonly which: number; readonly ms: number };

const spanMs = fc.constantFrom(0, 1, 400.5, 1_000, 3_000, 1e9);
const node = fc.nat({ max: NODES.length - 1 });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("wait"), ms: fc.constantFrom(1, 400, 500, 1_000, 3_000) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("claim"),
      node,
      unlessLast: fc.option(fc.constantFrom(-1, 0, 1)),
      request: fc.record({
        serviceName: fc.constant("service"),
        appId: fc.constantFrom("a", "b"),
        fireTime: fc.integer({ min: -4, max: 16 }).map((n) => START_MS + n * 500.25),
        claimId: fc.integer({ min: 1, max: 12 }).map((n) => `claim-${n}`),
        holdTimeMs: spanMs,
        leaseMs: spanMs,
        maxAttempts: fc.integer({ min: 1, max: 3 }),
        unlessFinished: fc.constant(null),
      }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("lease"), node, ms: spanMs.filter((ms) => ms > 0) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("select"), node, ms: spanMs }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("renew"), which: fc.nat(3), ms: spanMs.filter((ms) => ms > 0) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("release"), which: fc.nat(3), ms: fc.constantFrom(0, 1) }) },
) as fc.Arbitrary<Step>;

let runs = 0;

test("the scripts and the rule give the same answers", { timeout: 60_000 }, async () => {
  const answers = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const time = new TestTime();
      const model = new Model(time);
      const prefix = `rule-${++runs}:`;
      const nodes = NODES.map(() => new RedisDistributed(time.over(opened.client), { prefix, maxClockSkew: SKEW_MS }));
      const leases: Lease[] = [];
      for (const each of steps) {
        const [given, expected] = await perform(each, { time, model, nodes, leases });
        expect(given, JSON.stringify(each)).toEqual(expected);
        const kind = `${each.kind} ${kindOf(given)}`;
        answers.set(kind, (answers.get(kind) ?? 0) + 1);
      }
    }),
    { numRuns: 1_000, endOnFailure: true },
  );
  // Every kind of answer has been compared.
  const rare = ["claim granted", "claim claimed", "claim held", "claim skew", "lease granted", "lease refused"];
  for (const kind of [...rare, "renew true", "renew false"]) expect(answers.get(kind), kind).toBeGreaterThan(5);
});

interface World {
  readonly time: TestTime;
  readonly model: Model;
  readonly nodes: readonly RedisDistributed[];
  readonly leases: Lease[];
}

/** What the driver answers, and what the rule says. */
async function perform(each: Step, { time, model, nodes, leases }: World): Promise<readonly [unknown, unknown]> {
  switch (each.kind) {
    case "wait":
      time.nowMs += each.ms;
      return [null, null];
    case "claim": {
      const unlessFinished = each.unlessLast === null ? null : (model.state.run?.token ?? 0) + each.unlessLast;
      const request = { ...each.request, unlessFinished };
      const answer = await (nodes[each.node] as RedisDistributed).claim(request);
      if (answer.granted && answer.lease !== null) leases.push(answer.lease);
      return [plain(answer), model.claim(request)];
    }
    case "lease": {
      const appId = NODES[each.node] as string;
      const answer = await (nodes[each.node] as RedisDistributed).lease({
        serviceName: "service",
        appId,
        leaseMs: each.ms,
      });
      if (answer.granted) leases.push(answer.lease);
      return [plain(answer), model.lease(appId, each.ms)];
    }
    case "select": {
      const appId = NODES[each.node] as string;
      const answer = await (nodes[each.node] as RedisDistributed).select("service", appId, each.ms);
      return [answer, model.select(appId, each.ms)];
    }
    case "renew": {
      const lease = leases.at(-1 - each.which);
      return lease === undefined ? [null, null] : [await lease.renew(each.ms), model.renew(lease.token, each.ms)];
    }
    case "release": {
      const [lease] = leases.splice(leases.length - 1 - each.which, 1);
      if (lease === undefined) return [null, null];
      const finished = each.ms === 1;
      return [await lease.release({ finished }), model.release(lease.token, finished)];
    }
  }
}

/** What can be compared. */
function plain(answer: ClaimAnswer | LeaseAnswer | Decision): Record<string, unknown> {
  const { lease: _lease, state: _state, ...rest } = answer as unknown as Record<string, unknown>;
  return rest;
}

function kindOf(answer: unknown): string {
  if (typeof answer !== "object" || answer === null) return String(answer);
  const { granted, reason } = answer as { readonly granted?: boolean; readonly reason?: string };
  return granted === true ? "granted" : (reason ?? "refused");
}
