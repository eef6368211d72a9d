import type { ClaimAnswer, ClaimRequest, Distributed, Lease, LeaseAnswer, LeaseRequest } from "punctual";
import { DistributedUnavailableError } from "punctual";
import type { ContractCase, DistributedStore } from "punctual/testing";
import { distributedContract, ManualClock } from "punctual/testing";
import { describe, expect, it, test, vi } from "vitest";
import type { StoreParts, Way } from "./memory-store.js";
import { Connection, memoryStore } from "./memory-store.js";
import type { Parts } from "./ruled-distributed.js";
import { RuledDistributed } from "./ruled-distributed.js";
import { WRONG_RULES } from "./wrong-rules.js";

const ALL = { outage: true, crossProcess: true };

/** Connections that are right but for one thing, and the case that has to find it. */
const WRONG_CONNECTIONS: readonly (readonly [fault: string, found: string, connect: StoreParts["connect"]])[] = [
  [
    "knows its own claims alone",
    "gives one fire to one of a hundred",
    (_, way) => new Connection(ruled({})(new ManualClock()), way),
  ],
  [
    "forgets all when it is closed",
    "remembers what was claimed when all nodes have gone",
    (...at) => new Clearing(...at),
  ],
  ["closes what others have", "is closed twice, and cannot tell any more", (...at) => new Clearing(...at)],
  ["answers when it is closed", "is closed twice, and cannot tell any more", (...at) => new Open(...at)],
  ["takes an outage for a refusal", "cannot tell while the store is down", (...at) => new Refusing(...at)],
  ["takes silence for a refusal", "cannot tell while the store does not answer", (...at) => new Refusing(...at)],
  [
    "fails by another error",
    "cannot tell while the store is down",
    (...at) => new Failing(...at, () => new Error("down")),
  ],
  [
    "does not say why",
    "cannot tell while the store is down",
    (...at) => new Failing(...at, () => new DistributedUnavailableError("")),
  ],
  ["waits for ever", "cannot tell while the store does not answer", (...at) => new Waiting(...at)],
  ["stays broken", "works again after the store was down", (...at) => new Breaking(...at)],
  ["keeps questions for later", "works again after the store did not answer", (...at) => new Queueing(...at)],
  ["swallows an asking", "gives the answer that an outage swallowed", (...at) => new Swallowing(...at)],
  ["gives back in vain", "gives a lease back that an outage kept from it", (...at) => new GivingBackOnce(...at)],
];

describe("distributedContract", () => {
  const wrong = [
    ...WRONG_RULES.map(([fault, found, parts]) => [fault, found, { share: ruled(parts) } as StoreParts] as const),
    ...WRONG_CONNECTIONS.map(
      ([fault, found, connect]) => [fault, found, { share: ruled({}), connect } as StoreParts] as const,
    ),
  ];

  it.each(wrong)("finds a driver that %s: %s", async (_fault, found, parts) => {
    const cases = distributedContract({ name: "wrong", create: () => memoryStore(parts), capabilities: ALL });
    const named = cases.filter(({ name }) => name === `wrong ${found}`);
    expect(named).toHaveLength(1);
    const failure = await failureOf(named[0] as ContractCase);
    expect(failure).toMatchObject({ name: expect.stringMatching(/^AssertionError|^DistributedUnavailableError/) });
  });

  it("has no case that nothing fails", () => {
    const cases = distributedContract({ name: "a", create: () => memoryStore(), capabilities: ALL });
    const found = new Set(wrong.map(([, name]) => `a ${name}`));
    expect(cases.map(({ name }) => name).filter((name) => !found.has(name))).toEqual([]);
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  });

  it("skips what it is told to, and what the store cannot do, and prints why", async () => {
    const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    const create = (): never => {
      throw new Error("made");
    };
    const skip = [{ reason: "no clock", cases: ["gives a fire that is ahead by less than maxClockSkew"] }];
    const capabilities = { outage: false, crossProcess: false };
    const cases = distributedContract({ name: "a", create, skip, capabilities });
    const written = write.mock.calls.map(([text]) => String(text));
    write.mockRestore();
    const skipped = cases.filter((each) => each.skipped !== null);
    expect(written).toEqual(skipped.map(({ name, skipped: reason }) => `not run: ${name}: ${reason}\n`));
    const reasons = skipped.map((each) => each.skipped);
    expect(reasons.filter((reason) => reason === "no clock")).toHaveLength(1);
    expect(reasons.filter((reason) => reason === "the store has not: crossProcess")).toHaveLength(1);
    expect(reasons.filter((reason) => reason === "the store has not: outage")).toHaveLength(6);
    expect(skipped).toHaveLength(8);
    for (const each of skipped) await each.run();
    await expect((cases[0] as ContractCase).run()).rejects.toThrow("made");
  });

  it("refuses to skip what is not there", () => {
    const skip = [{ reason: "why not", cases: ["does everything"] }];
    expect(() => distributedContract({ name: "a", create: () => memoryStore(), skip, capabilities: ALL })).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", path: "skip[0].cases" }),
    );
  });

  it("closes every connection before its store, also after a failure", async () => {
    const left: string[] = [];
    const create = async (): Promise<DistributedStore> => {
      let open = 0;
      const store = await memoryStore({
        connect: (shared, way) => {
          open++;
          return new Counting(shared, way, () => open--);
        },
      });
      return { ...store, close: async () => void left.push(`${open} open`) };
    };
    const cases = distributedContract({ name: "a", create, capabilities: ALL });
    for (const { run } of cases) await run().catch(() => {});
    expect(left).toEqual(cases.map(() => "0 open"));
  });
});

describe("the drivers above", () => {
  const share: StoreParts["share"] = (clock) => new RuledDistributed(clock, {});
  for (const each of distributedContract({
    name: "but right",
    create: () => memoryStore({ share }),
    capabilities: ALL,
  })) {
    test(each.name, () => each.run());
  }
});

/** How a case fails; real time passes at once. */
async function failureOf({ run }: ContractCase): Promise<unknown> {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const failure = run().then(
      () => null,
      (error: unknown) => error,
    );
    await vi.advanceTimersByTimeAsync(60_000);
    return await failure;
  } finally {
    vi.useRealTimers();
  }
}

function ruled(parts: Partial<Parts>): (clock: ManualClock) => Distributed {
  return (clock) => new RuledDistributed(clock, parts);
}

/** A connection that fails in another way than it should. */
abstract class Odd extends Connection {
  readonly way: Way;

  constructor(shared: Distributed, way: Way) {
    super(shared, way);
    this.way = way;
  }

  abstract instead<Answer>(ask: () => Promise<Answer>, refusal: unknown): Promise<Answer>;

  override select(...asked: Parameters<Distributed["select"]>): Promise<string> {
    return this.#odd(() => super.select(...asked), "somebody");
  }

  override claim(request: ClaimRequest): Promise<ClaimAnswer> {
    const refusal = { granted: false, reason: "held", holder: null, retryAfterMs: 1, runToken: null, unfinished: null };
    return this.#odd(() => super.claim(request), refusal);
  }

  override lease(request: LeaseRequest): Promise<LeaseAnswer> {
    return this.#odd(() => super.lease(request), { granted: false, holder: null, retryAfterMs: 1 });
  }

  async #odd<Answer>(ask: () => Promise<Answer>, refusal: unknown): Promise<Answer> {
    return this.way.broken ? await this.instead(ask, refusal) : await ask();
  }
}

class Refusing extends Odd {
  override async instead<Answer>(_ask: () => Promise<Answer>, refusal: unknown): Promise<Answer> {
    return refusal as Answer;
  }
}

class Failing extends Odd {
  readonly #failure: () => Error;

  constructor(shared: Distributed, way: Way, failure: () => Error) {
    super(shared, way);
    this.#failure = failure;
  }

  override async instead(): Promise<never> {
    throw this.#failure();
  }
}

class Waiting extends Odd {
  override instead(): Promise<never> {
    return new Promise(() => {});
  }
}

/** Never comes back, once it was broken. */
class Breaking extends Odd {
  override async instead<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    await this.close();
    return await ask();
  }
}

/** Sends, when the store is there again, what it has said to be failed: an old claim then raises the mark. */
class Queueing extends Odd {
  override async instead<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    const { shared } = this;
    await shared.claim({
      ...{ serviceName: "of a", appId: "late", claimId: "late", fireTime: Date.UTC(2026, 0, 1) },
      ...{ holdTimeMs: 0, leaseMs: 0, maxAttempts: 1, unlessFinished: null },
    });
    return await ask();
  }
}

/** Asks in an outage, and makes another asking of it when it is asked again. */
class Swallowing extends Odd {
  override async claim(request: ClaimRequest): Promise<ClaimAnswer> {
    if (!this.way.broken) return await super.claim(request);
    await this.shared.claim({ ...request, claimId: `${request.claimId}, first try` });
    return await super.claim(request);
  }

  override instead<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    return ask();
  }
}

/** Takes a lease for given back when that has failed. */
class GivingBackOnce extends Connection {
  override async lease(request: LeaseRequest): Promise<LeaseAnswer> {
    const answer = await super.lease(request);
    return answer.granted ? { ...answer, lease: this.#once(answer.lease) } : answer;
  }

  #once(lease: Lease): Lease {
    let released = false;
    return {
      token: lease.token,
      renew: (leaseMs) => lease.renew(leaseMs),
      release: async () => {
        if (released) return;
        released = true;
        await lease.release();
      },
    };
  }
}

class Clearing extends Connection {
  override async close(): Promise<void> {
    await super.close();
    await this.shared.close();
  }
}

class Open extends Connection {
  override async close(): Promise<void> {}
}

class Counting extends Connection {
  #closed: () => void;

  constructor(shared: Distributed, way: Way, closed: () => void) {
    super(shared, way);
    this.#closed = closed;
  }

  override async close(): Promise<void> {
    await super.close();
    this.#closed();
    this.#closed = () => {};
  }
}
