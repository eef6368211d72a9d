import { MOST_OWED, OWED_FOR_MS } from "./service-state.js";
import type { RedisScript } from "./redis-script.js";
import { DETECT_LOSS, READ_STATE, redisScript } from "./redis-script.js";

/**
 * decideClaim. Its own arguments are 7 appId, 8 fireTime, 9 claimId, 10 holdTimeMs, 11 leaseMs, 12 maxAttempts,
 * 13 unlessFinished. Answers 1, token, mark, heldUntil, attempt, or 0, token, mark, heldUntil, reason, holder, retryAfterMs,
 * runToken, unfinished.
 */
const DECIDE_CLAIM = `
local app, fire, claim = ARGV[7], tonumber(ARGV[8]), "c" .. ARGV[9]
local hold, lease = tonumber(ARGV[10]), tonumber(ARGV[11])
local maxAttempts, unlessFinished = tonumber(ARGV[12]), tonumber(ARGV[13])
local live = isLive()

local function refuse(reason, holder, retryAfter, runToken, unfinished)
  return answer(0, s.token, reason, holder or false, text(retryAfter), runToken or false, text(unfinished))
end

-- The answer to the first asking was lost. Writes in any case: on this connection WAIT has nothing else to wait for.
if run and run.claimId == claim then
  if not run.finished then run.untilMs = math.max(run.untilMs, now + lease) end
  write()
  return answer(1, run.token, run.attempt)
end
if s.lostUntilMs and fire <= s.lostUntilMs then return answer(-1, s.token) end

local left = live and s.left or not live and left() or nil
local recovers = not live and left and left.fireTime == fire and left.attempt < maxAttempts
if s.markMs and fire <= s.markMs and not recovers then
  local own = run and run.fireTime == fire and run or nil
  local attempt = own and own.attempt or s.left and s.left.fireTime == fire and s.left.attempt or maxAttempts
  -- Who would recover it asks again when the lease that is in the way is over.
  local standsBy = live and attempt < maxAttempts
  return refuse("claimed", own and own.appId or s.holder, standsBy and run.untilMs - now, live and run.token)
end
if fire > now + skew then return refuse("skew", nil, fire - now) end
if live then return refuse("held", run.appId, run.untilMs - now, run.token) end
if left and left.attempt < maxAttempts and left.fireTime < fire then return refuse("held", nil, 0, nil, left.fireTime) end
local owed = {}
if s.owed and now <= s.heldUntilMs + ${OWED_FOR_MS} then
  for _, time in ipairs(s.owed) do if not s.markMs or time > s.markMs then owed[#owed + 1] = time end end
end
if s.holder ~= app and isHeld() then
  -- afterRefusal
  local known = lease == 0 or s.markMs and fire <= s.markMs
  for _, time in ipairs(owed) do known = known or time == fire end
  if not known then
    owed[#owed + 1] = fire
    table.sort(owed)
    while #owed > ${MOST_OWED} do table.remove(owed) end
    s.owed = owed
    write()
  end
  return refuse("held", s.holder, s.heldUntilMs - now)
end
for _, time in ipairs(owed) do
  if time < fire and not recovers then return refuse("held", nil, 0, nil, time) end
end
if unlessFinished and s.finishedToken >= unlessFinished and not isCut(unlessFinished) then
  return refuse("held", s.holder)
end

cutRun()
s.token = nextToken()
s.markMs = math.max(s.markMs or fire, fire)
s.holder, s.heldUntilMs = app, now + hold
-- What was left unfinished is this fire, or nobody's to recover any more.
s.left = nil
local later = {}
for _, time in ipairs(owed) do if time > fire then later[#later + 1] = time end end
s.owed = later
s.run = {
  token = s.token, appId = app, claimId = claim, fireTime = fire, attempt = recovers and left.attempt + 1 or 1,
  -- Without a lease nobody can know that a run was left unfinished.
  untilMs = now + lease, finished = lease == 0
}
write()
return answer(1, s.token, s.run.attempt)
`;

/** Asks for the right to start a fire. */
export const CLAIM: RedisScript = redisScript(READ_STATE, DETECT_LOSS, DECIDE_CLAIM);
