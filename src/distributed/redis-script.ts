import { createHash } from "node:crypto";
import { MOST_CUT } from "./service-state.js";

/** A Lua script of the server. */
export interface RedisScript {
  readonly text: string;
  /** By which the server knows a script that it has run before. */
  readonly sha1: string;
}

/** One script of several parts. */
export function redisScript(...parts: readonly string[]): RedisScript {
  const text = parts.join("\n");
  return { text, sha1: createHash("sha1").update(text).digest("hex") };
}

/** Tests put another time in the place of this line. */
export const TIME_LINE = 'local time = redis.call("TIME")';

/**
 * Begins every script: reads the state of a service, in the words of service-state.ts, where what is `null` there is not
 * there. It is packed in one value, because reading and writing fifteen fields takes twice as long. The server's time is the
 * only one that counts. To look at a state: `EVAL "return cjson.encode(cmsgpack.unpack(redis.call('GET', KEYS[1])))" 1 KEY`.
 */
export const READ_STATE: string = `
local key = KEYS[1]
${TIME_LINE}
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local retention = tonumber(ARGV[1])
local known = redis.call("GET", key)
local s = known and cmsgpack.unpack(known) or {token = 0, finishedToken = 0}
local run = s.run

-- It lives as long as anything in it counts, and for the retention at least. The cap: what Redis can add to its clock.
local function write()
  local ms = math.max(retention, (s.heldUntilMs or now) - now, s.run and s.run.untilMs - now or 0)
  redis.call("SET", key, cmsgpack.pack(s), "PX", math.ceil(math.min(ms, 1e14)))
end

-- Lua's own way of writing numbers loses digits, and a reply loses its end at the first nil.
local function text(number)
  return number and string.format("%.17g", number) or false
end

local function isLive()
  return run ~= nil and not run.finished and run.untilMs > now
end

-- A node whose run ended without its doing is dead, or cut off.
local function isHeld()
  local died = run and not run.finished and run.appId == s.holder and not isLive()
  return s.holder and s.heldUntilMs > now and not died
end
`;

/**
 * Finds out whether the store has lost the state. What an instance of the driver has seen goes with each question (ARGV 2 to
 * 5): the greatest mark and token, until when the state must be there, and whether this question may have been answered
 * before. Tokens grow: a state whose token is smaller than one that was seen is an old copy.
 *
 * Which fires were claimed in a state that is lost, nobody can tell. None of them lies further ahead than the skew that is
 * allowed: all up to there are refused as lost (-1), on every node, and for the later ones all is as usual. What was left
 * unfinished may have been done since.
 */
export const DETECT_LOSS: string = `
local seenMark, seenToken, seenUntil = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local again, skew = ARGV[5] == "1", tonumber(ARGV[6])

-- Begins every answer, so that who asks sees the state.
local function answer(verdict, token, ...)
  return {verdict, token, text(s.markMs), text(s.heldUntilMs), ...}
end

if (again and not known) or (now < seenUntil and (not known or s.token < seenToken)) then
  s.lostUntilMs = math.max(now + skew, seenMark or now, s.markMs or now)
  s.markMs, s.token, s.left = s.lostUntilMs, math.max(s.token, seenToken, now), nil
  s.owed = nil
  if run then run.fireTime = nil end
  write()
  return answer(-1, s.token)
end
-- What has been forgotten there, because it was old, may still be known here.
if seenMark then s.markMs = math.max(s.markMs or seenMark, seenMark) end

-- Greater than all before, also when what was known of them is lost.
local function nextToken()
  return math.max(s.token + 1, seenToken + 1, now)
end

-- cutBy: before another run takes the place of the last one.
local function cutRun()
  if not run or run.finished then return end
  s.cut = s.cut or {}
  s.cut[#s.cut + 1] = run.token
  if #s.cut > ${MOST_CUT} then table.remove(s.cut, 1) end
end

local function isCut(token)
  for _, cut in ipairs(s.cut or {}) do if cut == token then return true end end
  return run and not run.finished and run.token == token
end

-- leftBy: the fire that is left unfinished when the last run is over.
local function left()
  if not run or run.finished or not run.fireTime then return s.left end
  return {fireTime = run.fireTime, attempt = run.attempt}
end
`;
