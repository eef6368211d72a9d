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
}

/** @throws InvalidOptionError */
export function checkLease({ serviceName, appId, leaseMs }: LeaseRequest): void {
  checkText(serviceName, "serviceName");
  checkText(appId, "appId");
  if (!(leaseMs > 0 && Number.isFinite(leaseMs))) throw new InvalidOptionError("leaseMs", "more than 0 ms", leaseMs);
}

function checkText(value: unknown, path: string): void {
  if (typeof value === "string" && value !== "" && value.length <= LONGEST_NAME) return;
  throw new InvalidOptionError(path, `a text of 1 to ${LONGEST_NAME} characters`, value);
}

function checkMs(value: unknown, path: string): void {
  if (typeof value === "number" && value >= 0 && Number.isFinite(value)) return;
  throw new InvalidOptionError(path, "milliseconds, 0 or more", value);
}
