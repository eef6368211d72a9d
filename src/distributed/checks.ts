import { InvalidOptionError } from "../errors.js";
import type { Duration } from "../schedule/duration.js";
import { parseDuration } from "../schedule/duration.js";
import type { ClaimRequest, LeaseRequest } from "./distributed.js";

const DEFAULT_SKEW_MS = 2_000;
/** As long as any name that people give, and short enough for a store's keys and records. */
const LONGEST_NAME = 1_024;

/** The driver option `maxClockSkew` in milliseconds. @throws InvalidOptionError */
export function skewMs(maxClockSkew: Duration | undefined): number {
  return maxClockSkew === undefined ? DEFAULT_SKEW_MS : parseDuration(maxClockSkew, "maxClockSkew");
}

/** @throws InvalidOptionError */
export function checkSelect(serviceName: string, appId: string, holdTimeMs: number): void {
  checkText(serviceName, "serviceName");
  checkText(appId, "appId");
  checkMs(holdTimeMs, "holdTimeMs");
}

/** @throws InvalidOptionError */
export function checkClaim(request: ClaimRequest): void {
  checkSelect(request.serviceName, request.appId, request.holdTimeMs);
  checkText(request.claimId, "claimId");
  if (!Number.isFinite(request.fireTime))
    throw new InvalidOptionError("fireTime", "epoch milliseconds", request.fireTime);
  checkMs(request.leaseMs, "leaseMs");
  const { maxAttempts, unlessFinished } = request;
  if (!Number.isInteger(maxAttempts) || maxAttempts < 1)
    throw new InvalidOptionError("maxAttempts", "a whole number, 1 or more", maxAttempts);
  if (unlessFinished !== null && !Number.isFinite(unlessFinished))
    throw new InvalidOptionError("unlessFinished", "a token, or null", unlessFinished);
}

/** @throws InvalidOptionError */
export function checkLease({ serviceName, appId, leaseMs }: LeaseRequest): void {
  checkText(serviceName, "serviceName");
  checkText(appId, "appId");
  checkLeaseMs(leaseMs);
}

/** @throws InvalidOptionError */
export function checkLeaseMs(leaseMs: number): void {
  if (!(leaseMs > 0 && Number.isFinite(leaseMs))) throw new InvalidOptionError("leaseMs", "more than 0 ms", leaseMs);
}

function checkText(value: unknown, path: string): void {
  const fits = typeof value === "string" && value !== "" && value.length <= LONGEST_NAME;
  if (!fits) throw new InvalidOptionError(path, `a text of 1 to ${LONGEST_NAME} characters`, value);
  // In UTF-8 they are all the same: different names would be one.
  if (/\p{Surrogate}/u.test(value)) throw new InvalidOptionError(path, "a text without halves of characters", value);
}

function checkMs(value: unknown, path: string): void {
  if (typeof value === "number" && value >= 0 && Number.isFinite(value)) return;
  throw new InvalidOptionError(path, "milliseconds, 0 or more", value);
}
