import type { RedisScript } from "./redis-script.js";
import { DETECT_LOSS, READ_STATE, redisScript } from "./redis-script.js";

/**
 * decideLease. Its own arguments are 7 appId, 8 leaseMs, 9 a name of this asking: when the answer was lost, asking again by
 * it gets the lease that was given. Answers 1, token, mark, heldUntil, or 0, token, mark, heldUntil, holder, retryAfterMs.
 */
const DECIDE_LEASE = `
local app, untilMs, asking = ARGV[7], now + tonumber(ARGV[8]), "l" .. ARGV[9]
if isLive() and run.claimId == asking then
  run.untilMs = math.max(run.untilMs, untilMs)
  write()
  return answer(1, run.token)
end
if isLive() then return answer(0, s.token, run.appId, text(run.untilMs - now)) end
s.left = left()
cutRun()
s.token = nextToken()
s.run = {token = s.token, appId = app, claimId = asking, attempt = 1, untilMs = untilMs, finished = false}
write()
return answer(1, s.token)
`;

/** decideSelect. Its own arguments are 7 appId, 8 holdTimeMs. Answers 1, token, mark, heldUntil, holder. */
const DECIDE_SELECT = `
local app, hold = ARGV[7], tonumber(ARGV[8])
if not isHeld() or (s.holder == app and hold == 0) then
  s.holder, s.heldUntilMs = app, now + hold
  write()
end
return answer(1, s.token, s.holder)
`;

/** Ends what is asked about a run that is not there any more, or has finished. Argument 2 is its token. */
const ABOUT_RUN = `
if not run or run.token ~= tonumber(ARGV[2]) or run.finished then return 0 end
`;

/** renewed. Its argument 3 is leaseMs. Answers 1, or 0 when it had ended. */
const RENEWED = `
if run.untilMs <= now then return 0 end
run.untilMs = now + tonumber(ARGV[3])
write()
return 1
`;

/** released. Its argument 3 is "1" when the run has finished. */
const RELEASED = `
if ARGV[3] == "1" then
  s.finishedToken, run.finished = run.token, true
else
  run.untilMs = math.min(run.untilMs, now)
end
write()
return 1
`;

/** Asks for a lease without a fire. */
export const LEASE: RedisScript = redisScript(READ_STATE, DETECT_LOSS, DECIDE_LEASE);
/** Elects a node. */
export const SELECT: RedisScript = redisScript(READ_STATE, DETECT_LOSS, DECIDE_SELECT);
/** Makes a lease last longer. */
export const RENEW: RedisScript = redisScript(READ_STATE, ABOUT_RUN, RENEWED);
/** Gives a lease back. */
export const RELEASE: RedisScript = redisScript(READ_STATE, ABOUT_RUN, RELEASED);
