/** Rules that are right but for one thing, and the case of the contract that has to find it. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { ClaimRequest } from "punctual";
import type { Circumstances, Decision, RunEntry, ServiceState } from "../../src/distributed/service-state.js";
import type { Parts } from "./ruled-distributed.js";
import { RIGHT } from "./ruled-distributed.js";

type WrongRule = readonly [fault: string, found: string, parts: Partial<Parts>];
type Ask = (state: ServiceState, request: ClaimRequest, at: Circumstances) => Decision;

const NEVER = Number.POSITIVE_INFINITY;
const { decideClaim, decideLease, decideSelect, renewed, released } = RIGHT;

/** A rule that takes the state for another, before it decides. */
const sees = (
  change: (state: ServiceState, request: ClaimRequest, at: Circumstances) => Partial<ServiceState>,
): Partial<Parts> => ({
  decideClaim: (state, request, at) => decideClaim({ ...state, ...change(state, request, at) }, request, at),
});
/** A rule that takes the request for another. */
const hears = (change: (request: ClaimRequest, state: ServiceState) => Partial<ClaimRequest>): Partial<Parts> => ({
  decideClaim: (state, request, at) => decideClaim(state, { ...request, ...change(request, state) }, at),
});
/** A rule that changes what was decided. */
const says = (
  change: (decision: Decision, state: ServiceState, request: ClaimRequest, ask: Ask, at: Circumstances) => Decision,
): Partial<Parts> => ({
  decideClaim: (state, request, at) => change(decideClaim(state, request, at), state, request, decideClaim, at),
});
const marksRefused = (reason: string): Partial<Parts> =>
  says((decision, state, { fireTime }) =>
    !decision.granted && decision.reason === reason
      ? ({ ...decision, state: { ...state, markMs: fireTime } } as Decision)
      : decision,
  );
const isOver = ({ run }: ServiceState, { nowMs }: Circumstances): boolean =>
  run === null || run.finished || run.untilMs <= nowMs;
const changeRun = (run: RunEntry | null, change: Partial<RunEntry>): { run: RunEntry | null } => ({
  run: run && { ...run, ...change },
});

const CLAIMS: readonly WrongRule[] = [
  ["gives no tokens", "gives a fire to who asks for it", says((d) => (d.granted ? { ...d, token: 0 } : d))],
  [
    "grants a fire twice",
    "gives a fire once, and refuses all others as claimed",
    sees(({ markMs }, { fireTime }) => (markMs === fireTime ? { markMs: fireTime - 1 } : {})),
  ],
  ["reads and writes in two steps", "gives one fire to one of a hundred", { gap: () => nextTurn() }],
  [
    "grants older fires",
    "refuses older fires, and gives later ones",
    sees(({ markMs }, { fireTime }) => (markMs !== null && fireTime < markMs ? { markMs: null } : {})),
  ],
  [
    "forgets a mark with its hold",
    "keeps a fire claimed whatever time goes by",
    sees(({ heldUntilMs }, _request, { nowMs }) => (heldUntilMs < nowMs ? { markMs: null } : {})),
  ],
  ["ignores skew", "refuses a fire an hour ahead, and is not poisoned by it", { maxClockSkewMs: NEVER }],
  ["is poisoned by skew", "refuses a fire an hour ahead, and is not poisoned by it", marksRefused("skew")],
  ["allows no skew", "gives a fire that is ahead by less than maxClockSkew", { maxClockSkewMs: 0 }],
  [
    "answers again with another token",
    "gives one asking one answer, however often it is asked",
    says((decision, { run, token }, { claimId }) =>
      decision.granted && run?.claimId === claimId
        ? {
            ...decision,
            token: token + 1,
            state: { ...decision.state, token: token + 1, run: { ...run, token: token + 1 } },
          }
        : decision,
    ),
  ],
  [
    "knows no asking again",
    "gives one asking one answer, however often it is asked",
    sees(({ run }) => changeRun(run, { claimId: null })),
  ],
  [
    "counts a lease from the first asking",
    "makes a lease last from when it was asked for again",
    says((decision, state, { claimId }) =>
      decision.granted && state.run?.claimId === claimId ? { ...decision, state } : decision,
    ),
  ],
  ["takes tokens from the clock", "gives tokens that grow, whatever comes between", sees(() => ({ token: 0 }))],
  [
    "gives leases the tokens of claims",
    "gives tokens that grow, whatever comes between",
    {
      decideLease: (state, request, at) =>
        decideLease({ ...state, token: state.token - 1 }, request, { ...at, nowMs: 0 }),
    },
  ],
];

const HOLDS: readonly WrongRule[] = [
  [
    "elects who asks last",
    "elects the first that asks, for all that ask",
    { decideSelect: (state, ...asked) => decideSelect({ ...state, holder: null }, ...asked) },
  ],
  ["elects in two steps", "elects one of many that ask at once", { gap: () => nextTurn() }],
  [
    "elects for ever",
    "elects another when the hold is over",
    { decideSelect: (state, appId, holdTimeMs, at) => decideSelect(state, appId, holdTimeMs > 0 ? NEVER : 0, at) },
  ],
  [
    "lets anybody resign",
    "lets the elected one alone give its office up",
    {
      decideSelect: (state, appId, holdTimeMs, at) =>
        holdTimeMs === 0 ? { ...state, heldUntilMs: 0 } : decideSelect(state, appId, holdTimeMs, at),
    },
  ],
  [
    "lets nobody resign",
    "lets the elected one alone give its office up",
    { decideSelect: (state, appId, holdTimeMs, at) => decideSelect(state, appId, holdTimeMs || 1_000, at) },
  ],
  ["forgets the hold", "refuses other nodes while one holds the service", sees(() => ({ heldUntilMs: 0 }))],
  ["claims what is held", "refuses other nodes while one holds the service", marksRefused("held")],
  [
    "holds against its own node",
    "lets the holder go on",
    hears(({ appId }) => ({ appId: `${appId}${Math.random()}` })),
  ],
  [
    "never shortens a hold",
    "lets the holder go on",
    says((d, { heldUntilMs }) =>
      d.granted ? { ...d, state: { ...d.state, heldUntilMs: Math.max(heldUntilMs, d.state.heldUntilMs) } } : d,
    ),
  ],
  [
    "holds for ever",
    "gives a fire that was held when the hold is over",
    says((d) => (d.granted ? { ...d, state: { ...d.state, heldUntilMs: NEVER } } : d)),
  ],
  [
    "forgets what a hold has kept from starting",
    "puts a fire that was held before newer ones",
    { afterRefusal: (state) => state },
  ],
  [
    "owes the holder's fires to who asked",
    "lets the holder go on",
    { afterRefusal: (state, { fireTime }) => ({ ...state, owed: [fireTime] }) },
  ],
  [
    "does not ask who was elected",
    "lets an elected node refuse the others' claims",
    {
      decideSelect: (state, appId, holdTimeMs, at) => ({
        ...decideSelect(state, appId, holdTimeMs, at),
        heldUntilMs: 0,
      }),
    },
  ],
];

const LEASES: readonly WrongRule[] = [
  [
    "lets a node in twice",
    "gives a free lease, and refuses it to everybody while it lasts",
    {
      decideLease: (state, request, at) =>
        decideLease({ ...state, ...(state.run?.appId === request.appId && { run: null }) }, request, at),
    },
  ],
  ["gives leases in two steps", "gives one lease to one of a hundred", { gap: () => nextTurn() }],
  [
    "gives leases to all",
    "loses no increment made under a lease",
    { decideLease: (state, ...asked) => decideLease({ ...state, run: null }, ...asked) },
  ],
  ["frees nothing", "gives a lease that was given back, ten times over", { released: (state) => state }],
  [
    "never ends a lease",
    "gives a lease that has ended by itself",
    {
      decideLease: (state, request, at) =>
        decideLease({ ...state, ...changeRun(state.run, { untilMs: NEVER }) }, request, at),
    },
  ],
  [
    "frees whatever is there",
    "leaves the next lease alone when an ended one is given back",
    { released: (state, token, ...how) => released(state, state.run?.token ?? token, ...how) },
  ],
  [
    "renews what has ended",
    "renews no lease that has ended",
    { renewed: (state, token, leaseMs) => renewed(state, token, leaseMs, 0) },
  ],
  [
    "does not renew for so long",
    "renews a lease beyond its first end",
    { renewed: (state, token, leaseMs, nowMs) => renewed(state, token, leaseMs / 100, nowMs) },
  ],
  [
    "never shortens a lease",
    "renews a lease beyond its first end",
    {
      renewed: (state, token, leaseMs, nowMs) =>
        renewed(state, token, Math.max(leaseMs, (state.run?.untilMs ?? 0) - nowMs), nowMs),
    },
  ],
  [
    "renews whatever is there",
    "renews and frees one acquisition, not all of its node",
    { renewed: (state, token, ...how) => renewed(state, state.run?.token ?? token, ...how) },
  ],
  [
    "frees whatever is there",
    "renews and frees one acquisition, not all of its node",
    { released: (state, token, ...how) => released(state, state.run?.token ?? token, ...how) },
  ],
  [
    "renews what was given back",
    "gives a lease back twice without harm, and renews it no more",
    { handle: (token, calls) => ({ token, renew: calls.renew, release: () => calls.release(true) }) },
  ],
  [
    "claims while a run goes on",
    "refuses every claim while a run goes on",
    sees(({ run }) => changeRun(run, { finished: true })),
  ],
  [
    "lets its own node claim while a run goes on",
    "refuses every claim while a run goes on",
    sees(({ run }, { appId }) => (run?.appId === appId ? { run: null } : {})),
  ],
  [
    "does not see claimed runs",
    "refuses a lease while a claimed run goes on",
    {
      decideLease: (state, request, at) =>
        decideLease({ ...state, ...(state.run?.fireTime !== null && { run: null }) }, request, at),
    },
  ],
];

const RECOVERIES: readonly WrongRule[] = [
  ["recovers nothing", "gives an unfinished fire again, as the next attempt", hears(() => ({ maxAttempts: 1 }))],
  [
    "begins the attempts anew",
    "gives an unfinished fire again, as the next attempt",
    says((d) => (d.granted ? { ...d, attempt: 1 } : d)),
  ],
  ["recovers in two steps", "gives an unfinished fire again to one of many", { gap: () => nextTurn() }],
  ["recovers for all", "gives nothing again to who wants one attempt", hears(() => ({ maxAttempts: 9 }))],
  [
    "takes no late end for an end",
    "gives nothing again that has finished, also late",
    {
      released: (state, token, finished, nowMs) =>
        released(state, token, finished && (state.run?.untilMs ?? 0) > nowMs, nowMs),
    },
  ],
  [
    "takes every end for a good one",
    "gives again at once what was given back unfinished",
    { released: (state, token, _finished, nowMs) => released(state, token, true, nowMs) },
  ],
  [
    "counts one attempt too many",
    "ends attempts at maxAttempts",
    hears(({ maxAttempts }) => ({ maxAttempts: maxAttempts + 1 })),
  ],
  [
    "loses the unfinished fire",
    "does not lose an unfinished fire by a lease in between",
    {
      decideLease: (state, request, at) => {
        const decision = decideLease(state, request, at);
        return decision.granted ? { ...decision, state: { ...decision.state, left: null } } : decision;
      },
    },
  ],
  [
    "gives up what is left while a lease lasts",
    "does not lose an unfinished fire by a lease in between",
    says((d, { left }, { fireTime }) =>
      !d.granted && d.reason === "claimed" && left?.fireTime === fireTime ? { ...d, retryAfterMs: null } : d,
    ),
  ],
  [
    "frees whatever is there",
    "leaves the next attempt alone when the dead node comes back",
    { released: (state, token, ...how) => released(state, state.run?.token ?? token, ...how) },
  ],
  [
    "does not tell when",
    "tells who would recover a fire when to ask again",
    says((d) => (!d.granted && d.reason === "claimed" ? { ...d, retryAfterMs: null } : d)),
  ],
  [
    "tells all to ask again",
    "tells who would recover a fire when to ask again",
    says((d) => (!d.granted && d.reason === "claimed" ? { ...d, retryAfterMs: 5 } : d)),
  ],
  [
    "passes the unfinished by",
    "puts an unfinished fire before newer ones",
    says((d, state, request, ask, at) =>
      !d.granted && d.unfinished !== null ? ask(state, { ...request, maxAttempts: 1 }, at) : d,
    ),
  ],
  [
    "delays all newer fires",
    "delays no newer fire where nobody recovers",
    hears(({ fireTime }, { markMs }) => (fireTime > (markMs ?? NEVER) ? { maxAttempts: 9 } : {})),
  ],
  [
    "never refuses for good",
    "refuses for good a fire that came due in a run that has finished",
    hears(() => ({ unlessFinished: null })),
  ],
  [
    "knows the last end alone",
    "refuses for good a fire that came due in a run that has finished",
    hears(({ unlessFinished }, { finishedToken }) =>
      unlessFinished === finishedToken ? {} : { unlessFinished: null },
    ),
  ],
  [
    "takes a later end for that of a run before",
    "gives a fire that came due in a run whose node died",
    sees(() => ({ cut: [] })),
  ],
  [
    "takes a death for an end",
    "gives a fire that came due in a run whose node died",
    sees((state, _request, at) =>
      isOver(state, at) ? { finishedToken: state.token, ...changeRun(state.run, { finished: true }) } : {},
    ),
  ],
];

const NAMES: readonly WrongRule[] = [
  ["folds case", "keeps apart services with odd names", { nameOf: (name) => name.toLowerCase() }],
  ["trims names", "keeps apart services with odd names", { nameOf: (name) => name.trim() }],
  ["cuts names at NUL", "keeps apart services with odd names", { nameOf: (name) => name.split("\0")[0] as string }],
  ["cuts long names", "keeps apart services with odd names", { nameOf: (name) => name.slice(0, 255) }],
  ["makes paths of names", "keeps apart services with odd names", { nameOf: (name) => name.replaceAll("/", "_") }],
  ["folds accents", "keeps apart services with odd names", { nameOf: (name) => name.normalize() }],
  [
    "keeps nodes in lower case",
    "keeps apart nodes and askings with odd names",
    hears((r) => ({ appId: r.appId.toLowerCase() })),
  ],
  [
    "takes askings of one letter for one",
    "keeps apart nodes and askings with odd names",
    hears((r) => ({ claimId: r.claimId.trim().toLowerCase() })),
  ],
  [
    "counts from 1970",
    "takes fire times from long ago, a millisecond apart",
    hears(({ fireTime }) => ({ fireTime: Math.max(0, fireTime) })),
  ],
  [
    "counts seconds",
    "takes fire times from long ago, a millisecond apart",
    hears(({ fireTime }) => ({ fireTime: Math.floor(fireTime / 1_000) * 1_000 })),
  ],
  ["takes everything", "refuses what makes no sense, and changes nothing by it", { checks: false }],
];

export const WRONG_RULES: readonly WrongRule[] = [...CLAIMS, ...HOLDS, ...LEASES, ...RECOVERIES, ...NAMES];
