// Counts calls in a Redis that all gateways share: one script per call, which checks every window and then counts in all.
import { RedisAway, type RedisLink } from '../../redis/link.ts'
import { redisScript } from '../../redis/script.ts'
import { admissionOf, type Counted } from './admission.ts'
import { type Call, type Count, type Counters, countsOf, type QuotaVerdict } from './counters.ts'
import type { LocalCounters } from './local-counters.ts'
import { windowStart } from './windows.ts'

/**
 * A key holds the calls of one subject in all its windows: fields `minute` (calls) and `minute.start` (when that window
 * began), so that a key's name does not depend on the time. It expires when its last window is over, and a little later,
 * for the sake of a replica whose clock is behind.
 *
 * Per rule six arguments: position of its key, name and length of its window, limit, and the start and number of calls
 * that this gateway remembers. The higher number holds: a Redis that comes back empty is told what was counted. Of two
 * starts the later one holds, unless it is more than a window ahead: so a clock set back gives no window twice.
 */
const COUNT = redisScript(
  'count a call',
  `
local counts, admitted = {}, 1
for i = 2, #ARGV, 6 do
  local key, name = KEYS[tonumber(ARGV[i])], ARGV[i + 1]
  local length, limit = tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3])
  local start, used = now - now % length, 0
  local kept = redis.call('HMGET', key, name .. '.start', name)
  for _, seen in ipairs({ kept, { ARGV[i + 4], ARGV[i + 5] } }) do
    local began, calls = tonumber(seen[1]), tonumber(seen[2])
    if began and calls then
      if began == start then used = math.max(used, calls)
      elseif began > start and began - start <= length then start, used = began, calls end
    end
  end
  if used >= limit then admitted = 0 end
  counts[#counts + 1] = { key = key, name = name, start = start, used = used, left = start + length - now }
end
local reply = { now, admitted }
for _, count in ipairs(counts) do
  if admitted == 1 then
    count.used = count.used + 1
    redis.call('HSET', count.key, count.name .. '.start', count.start, count.name, count.used)
    local lifetime = count.left + 10000
    if redis.call('PTTL', count.key) < lifetime then redis.call('PEXPIRE', count.key, lifetime) end
  end
  reply[#reply + 1] = count.start
  reply[#reply + 1] = count.used
end
return reply
`,
)

/** What to do while Redis is away: refuse, or go on counting alone. */
export type Fail = 'closed' | 'local'

/** What these counters work with. */
export interface RedisCountersOptions {
  readonly link: RedisLink
  /** What this gateway last knew, in windows of Redis' time; one for all who share the link. */
  readonly remembered: LocalCounters
  readonly keyPrefix: string
  readonly fail: Fail
  /** The time in milliseconds since 1970, for as long as Redis never told its own. */
  readonly wall: () => number
}

/**
 * Creates the counters. Alone, a gateway goes on from what it remembers, and afterwards tells Redis: so in no window does
 * one gateway admit more than the limit, and all together never more than the limit times their number.
 */
export function createRedisCounters({ link, remembered, keyPrefix, fail, wall }: RedisCountersOptions): Counters {
  link.warmUp()
  return {
    async admit({ keys, rules }): Promise<QuotaVerdict> {
      const call: Call = { keys: prefixed(keyPrefix, keys), rules }
      const counts = countsOf(call)
      try {
        return await countInRedis(link, remembered, call.keys, counts)
      } catch (error) {
        if (!(error instanceof RedisAway)) throw error
        if (fail === 'closed') return { kind: 'undecided', why: 'calls not counted: Redis is away' }
        return remembered.admit(call, link.nowMillis() ?? wall())
      }
    },
  }
}

async function countInRedis(
  link: RedisLink,
  remembered: LocalCounters,
  { subject, application }: Call['keys'],
  counts: readonly Count[],
): Promise<QuotaVerdict> {
  const args: (string | number)[] = []
  let perApplication = false
  for (const count of counts) {
    const { scope, name, lengthMillis, limit } = count.rule
    const { startMs, used } = remembered.recall(count)
    if (scope === 'application') perApplication = true
    args.push(scope === 'application' ? 2 : 1, name, lengthMillis, limit, startMs, used)
  }
  const keys = perApplication && application !== undefined ? [subject, application] : [subject]
  const [nowMillis = 0, admitted, ...seen] = await link.run(COUNT, keys, args)
  const counted = counts.map((count, index): Counted => {
    const startMs = seen[2 * index] ?? windowStart(count.rule.lengthMillis, nowMillis)
    const used = seen[2 * index + 1] ?? count.rule.limit
    remembered.remember(count, startMs, used)
    return { rule: count.rule, startMs, used }
  })
  return admissionOf(admitted === 1 ? 'admitted' : 'exceeded', counted, nowMillis)
}

function prefixed(prefix: string, { subject, application }: Call['keys']): Call['keys'] {
  return {
    subject: `${prefix}:${subject}`,
    application: application === undefined ? undefined : `${prefix}:${application}`,
  }
}
