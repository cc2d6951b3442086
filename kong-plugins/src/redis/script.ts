// Lua scripts for Redis that go by Redis' own clock and do nothing once nobody waits for them any more.
import { createHash } from 'node:crypto'

/** A script, and the name under which Redis keeps it. */
export interface RedisScript {
  /** What it does, in words of ours, for traces. */
  readonly purpose: string
  readonly lua: string
  /** SHA-1 in hex, as EVALSHA wants it. */
  readonly sha: string
}

/** A call given up on must not be counted when a Redis that hung wakes up and finds it waiting in its socket. */
const PRELUDE = `
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
if now > tonumber(ARGV[1]) then return { now } end
`

/**
 * Makes a script of `body`. It finds `now`, the time in whole milliseconds by Redis' clock: the one clock of all gateways,
 * so theirs may differ. `ARGV[1]` is taken; its own arguments begin at `ARGV[2]`. It must return a list of whole numbers
 * that begins with `now` and holds at least one more.
 * @param purpose what it does, in words of ours
 */
export function redisScript(purpose: string, body: string): RedisScript {
  const lua = PRELUDE + body
  return { purpose, lua, sha: createHash('sha1').update(lua).digest('hex') }
}
