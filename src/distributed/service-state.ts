import type { ClaimRequest, RefusalReason } from "./distributed.js";

/** What a store knows of one service. Times are milliseconds by the store's clock. */
export interface ServiceState {
  /** The latest fire time that was claimed. */
  readonly markMs: number | null;
  /** The last token that was given. */
  readonly token: number;
  /** The node that holds the service, or held it last. */
  readonly holder: string | null;
  readonly heldUntilMs: number;
  /** The last claim or lease that was given. */
  readonly run: RunEntry | null;
  /** The greatest token of a run that has finished. */
  readonly finishedToken: number;
  /** The tokens of runs that have not: their leases ended by themselves, the latest last. */
  readonly cut: readonly number[];
  /** A fire whose node died, and what came after it before anybody recovered it. */
  readonly left: LeftFire | null;
  /** Fires that a hold has kept nodes from starting, earliest first: the mark must not pass them by. */
  readonly owed: readonly number[];
}

/** The run for which the last claim or lease was given. */
export interface RunEntry {
  readonly token: number;
  readonly appId: string;
  /** `null` for a lease without a fire. */
  readonly claimId: string | null;
  readonly fireTime: number | null;
  readonly attempt: number;
  readonly untilMs: number;
  readonly finished: boolean;
}

/** A fire that was left unfinished. */
export interface LeftFire {
  readonly fireTime: number;
  readonly attempt: number;
}

/** What a store is asked, and what it knows beside the service. */
export interface Circumstances {
  readonly nowMs: number;
  readonly maxClockSkewMs: number;
  /** Whether a node is known to be dead, so that nothing of what it had holds any more. */
  isDead(appId: string): boolean;
}

/** An answer, and the state that goes with it; `state` is the old one where nothing has changed. */
export type Decision =
  | { readonly granted: true; readonly token: number; readonly attempt: number; readonly state: ServiceState }
  | Refusal;

/** A refusal; see `RefusedClaim`. */
export interface Refusal {
  readonly granted: false;
  readonly reason: RefusalReason;
  readonly holder: string | null;
  readonly retryAfterMs: number | null;
  readonly runToken: number | null;
  readonly unfinished: number | null;
}

export const NEW_SERVICE: ServiceState = Object.freeze({
  markMs: null,
  token: 0,
  holder: null,
  heldUntilMs: 0,
  run: null,
  finishedToken: 0,
  cut: Object.freeze([]),
  left: null,
  owed: Object.freeze([]),
});

/** How many runs that were cut are known: fires that came due in them wait for their turn. */
export const MOST_CUT = 16;
/** How many fires are owed at most: the earliest ones. */
export const MOST_OWED = 100;
/** How long after its hold a fire is owed: who was to start it asks when that ends, or lives no more. */
export const OWED_FOR_MS = 300_000;

/** Whether a node may start a fire. One rule for every driver; that of Redis says the same in Lua. */
export function decideClaim(state: ServiceState, request: ClaimRequest, at: Circumstances): Decision {
  const { run } = state;
  const { fireTime, appId, claimId, maxAttempts } = request;
  if (run?.claimId === claimId) return again(state, run, request, at);
  const live = isLive(run, at);
  const left = live ? state.left : leftBy(run, state.left);
  const recovers = left?.fireTime === fireTime && left.attempt < maxAttempts && !live;
  if (state.markMs !== null && fireTime <= state.markMs && !recovers) return claimed(state, request, at);
  if (fireTime > at.nowMs + at.maxClockSkewMs) return refuse("skew", null, fireTime - at.nowMs);
  if (run !== null && live) return refuse("held", run.appId, run.untilMs - at.nowMs, run.token);
  const unfinished = left !== null && left.attempt < maxAttempts && left.fireTime < fireTime ? left.fireTime : null;
  if (unfinished !== null) return { ...refuse("held", null, 0), unfinished };
  const { holder, heldUntilMs } = state;
  if (holder !== null && holder !== appId && isHeld(state, at)) return refuse("held", holder, heldUntilMs - at.nowMs);
  const first = owedOf(state, at.nowMs).find((time) => time < fireTime);
  if (first !== undefined && !recovers) return { ...refuse("held", null, 0), unfinished: first };
  if (request.unlessFinished !== null && hasFinished(state, request.unlessFinished))
    return refuse("held", holder, null);
  return grant(state, request, at, recovers ? left.attempt + 1 : 1);
}

/** The state after a refusal: a fire that a hold has kept from starting is owed. The same state when nothing changes. */
export function afterRefusal(
  state: ServiceState,
  { fireTime, leaseMs }: ClaimRequest,
  { reason, runToken, retryAfterMs, unfinished }: Refusal,
  { nowMs }: Circumstances,
): ServiceState {
  // Without leases a fire that its node leaves out, because its run goes on, would come after it.
  const isKept = reason === "held" && runToken === null && unfinished === null && retryAfterMs !== null && leaseMs > 0;
  // One that a dead node has left unfinished is not to be passed by in any case.
  const isNew = state.markMs === null || fireTime > state.markMs;
  const owed = owedOf(state, nowMs);
  if (!isKept || !isNew || owed.includes(fireTime)) return state;
  return { ...state, owed: [...owed, fireTime].sort((a, b) => a - b).slice(0, MOST_OWED) };
}

/** Later runs may have finished since. */
function hasFinished({ run, finishedToken, cut }: ServiceState, token: number): boolean {
  return finishedToken >= token && !cutBy(run, cut).includes(token);
}

/** What is cut, when another run comes after the last one. */
function cutBy(run: RunEntry | null, cut: readonly number[]): readonly number[] {
  return run === null || run.finished ? cut : [...cut, run.token].slice(-MOST_CUT);
}

function owedOf({ owed, heldUntilMs, markMs }: ServiceState, nowMs: number): readonly number[] {
  if (nowMs > heldUntilMs + OWED_FOR_MS) return [];
  return markMs === null ? owed : owed.filter((time) => time > markMs);
}

/** Whether a node may have a lease without a fire. */
export function decideLease(
  state: ServiceState,
  { appId, leaseMs }: { readonly appId: string; readonly leaseMs: number },
  at: Circumstances,
): Decision {
  const { run } = state;
  if (run !== null && isLive(run, at)) return refuse("held", run.appId, run.untilMs - at.nowMs, run.token);
  const token = nextToken(state, at);
  const entry = {
    token,
    appId,
    claimId: null,
    fireTime: null,
    attempt: 1,
    untilMs: at.nowMs + leaseMs,
    finished: false,
  };
  const known = { cut: cutBy(run, state.cut), left: leftBy(run, state.left) };
  return { granted: true, token, attempt: 1, state: { ...state, ...known, token, run: entry } };
}

/** Who is elected: the holder, or, when there is none, who asks. */
export function decideSelect(state: ServiceState, appId: string, holdTimeMs: number, at: Circumstances): ServiceState {
  const { holder } = state;
  if (isHeld(state, at) && !(holder === appId && holdTimeMs === 0)) return state;
  return { ...state, holder: appId, heldUntilMs: at.nowMs + holdTimeMs };
}

/** The state with a lease renewed, or `null` when it has ended. */
export function renewed(state: ServiceState, token: number, leaseMs: number, nowMs: number): ServiceState | null {
  const { run } = state;
  if (run === null || run.token !== token || run.finished || run.untilMs <= nowMs) return null;
  return { ...state, run: { ...run, untilMs: nowMs + leaseMs } };
}

/** The state with a lease given back; the same state when that changes nothing. */
export function released(state: ServiceState, token: number, finished: boolean, nowMs: number): ServiceState {
  const { run } = state;
  // That it has finished counts also when it comes late: nobody has to do it again.
  if (run === null || run.token !== token || run.finished) return state;
  if (!finished) return { ...state, run: { ...run, untilMs: Math.min(run.untilMs, nowMs) } };
  return { ...state, finishedToken: token, run: { ...run, finished: true } };
}

/** The answer to the first asking was lost. Who asks again trusts the lease from then on, so it lasts from then on. */
function again(state: ServiceState, run: RunEntry, { leaseMs }: ClaimRequest, at: Circumstances): Decision {
  const { token, attempt } = run;
  const untilMs = Math.max(run.untilMs, at.nowMs + leaseMs);
  if (run.finished || untilMs === run.untilMs) return { granted: true, token, attempt, state };
  return { granted: true, token, attempt, state: { ...state, run: { ...run, untilMs } } };
}

function grant(state: ServiceState, request: ClaimRequest, at: Circumstances, attempt: number): Decision {
  const { appId, claimId, fireTime, holdTimeMs, leaseMs } = request;
  const token = nextToken(state, at);
  const untilMs = at.nowMs + leaseMs;
  // Without a lease nobody can know that a run was left unfinished.
  const run = { token, appId, claimId, fireTime, attempt, untilMs, finished: leaseMs === 0 };
  const markMs = Math.max(state.markMs ?? fireTime, fireTime);
  const heldUntilMs = at.nowMs + holdTimeMs;
  const owed = owedOf(state, at.nowMs).filter((time) => time > fireTime);
  // What was left unfinished is this fire, or nobody's to recover any more.
  return {
    granted: true,
    token,
    attempt,
    state: {
      ...state,
      markMs,
      token,
      holder: appId,
      heldUntilMs,
      run,
      cut: cutBy(state.run, state.cut),
      left: null,
      owed,
    },
  };
}

/** Greater than all before, also when what was known of them is lost: no node asks a thousand times in a second for long. */
function nextToken({ token }: ServiceState, { nowMs }: Circumstances): number {
  return Math.max(token + 1, Math.floor(nowMs));
}

/** Whether the hold still counts: a node whose run ended without its doing is dead, or cut off. */
function isHeld({ holder, heldUntilMs, run }: ServiceState, at: Circumstances): boolean {
  const died = run !== null && !run.finished && run.appId === holder && !isLive(run, at);
  return holder !== null && heldUntilMs > at.nowMs && !died && !at.isDead(holder);
}

function isLive(run: RunEntry | null, { nowMs, isDead }: Circumstances): boolean {
  return run !== null && !run.finished && run.untilMs > nowMs && !isDead(run.appId);
}

/** The fire that is left unfinished when a run is over that is not live. */
function leftBy(run: RunEntry | null, before: LeftFire | null): LeftFire | null {
  if (run === null || run.finished || run.fireTime === null) return before;
  return { fireTime: run.fireTime, attempt: run.attempt };
}

function claimed(state: ServiceState, { fireTime, maxAttempts }: ClaimRequest, at: Circumstances): Refusal {
  const { run, left, holder } = state;
  const own = run?.fireTime === fireTime ? run : null;
  const attempt = own?.attempt ?? (left?.fireTime === fireTime ? left.attempt : maxAttempts);
  // Who would recover it asks again when the lease that is in the way is over.
  const standsBy = run !== null && attempt < maxAttempts && isLive(run, at);
  const retryAfterMs = standsBy ? run.untilMs - at.nowMs : null;
  const runToken = isLive(run, at) ? (run?.token ?? null) : null;
  return { ...refuse("claimed", own?.appId ?? holder, retryAfterMs), runToken };
}

function refuse(
  reason: RefusalReason,
  holder: string | null,
  retryAfterMs: number | null,
  runToken: number | null = null,
): Refusal {
  return { granted: false, reason, holder, retryAfterMs, runToken, unfinished: null };
}
