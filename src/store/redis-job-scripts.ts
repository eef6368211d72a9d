/** How many kill messages are kept for those who have not heard them yet. */
const KILLS_KEPT = 100;

/** KEYS: the counters, the definitions, the kill messages. ARGV[1]: the channel on which changes are told. */
const BEGIN = `
local counters, definitions, kills, channel = KEYS[1], KEYS[2], KEYS[3], ARGV[1]
local function count(field) return tonumber(redis.call("HGET", counters, field) or "0") end
local function tell() redis.call("PUBLISH", channel, "") end
`;

/** ARGV: channel. Answers revision and names with what is kept of them, in turn. */
export const LOAD: string = `${BEGIN}
return {count("revision"), redis.call("HGETALL", definitions)}
`;

/** ARGV: channel, name, when it was saved, text. Answers the new revision. */
export const SAVE: string = `${BEGIN}
local revision = redis.call("HINCRBY", counters, "revision", 1)
redis.call("HSET", definitions, ARGV[2], string.format("%.0f", revision) .. " " .. ARGV[3] .. " " .. ARGV[4])
tell()
return revision
`;

/** ARGV: channel, name. Answers the new revision; 0 when there is none of that name. */
export const REMOVE: string = `${BEGIN}
if redis.call("HDEL", definitions, ARGV[2]) == 0 then return 0 end
local revision = redis.call("HINCRBY", counters, "revision", 1)
tell()
return revision
`;

/** ARGV: channel, message. */
export const KILL: string = `${BEGIN}
redis.call("HINCRBY", counters, "kills", 1)
redis.call("RPUSH", kills, ARGV[2])
redis.call("LTRIM", kills, -${KILLS_KEPT}, -1)
tell()
return 1
`;

/** ARGV: channel, how many kill messages are known, or "". Answers revision, kills, and the messages after those. */
export const NEWS: string = `${BEGIN}
local known, sent = tonumber(ARGV[2]), count("kills")
local messages = {}
if known and sent > known then messages = redis.call("LRANGE", kills, known - sent, -1) end
return {count("revision"), sent, messages}
`;
