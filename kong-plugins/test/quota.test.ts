// Windows, limits and counters: exact numbers, with the clock in the test's hand.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { quotaConfig } from '../src/schema/config.ts'
import { readConfig } from '../src/schema/read-config.ts'
import type { Caller } from '../src/stages/caller.ts'
import { limitExceeded, limitHeaders, mark } from '../src/stages/quota/answers.ts'
import { createLocalCounters } from '../src/stages/quota/counters.ts'
import { admitCall } from '../src/stages/quota/quota.ts'
import { WINDOWS } from '../src/stages/quota/windows.ts'

/** 2026-03-01T12:34:56.250Z */
const NOON = Date.UTC(2026, 2, 1, 12, 34, 56, 250)
const none = { second: undefined, minute: undefined, hour: undefined, day: undefined }
const alice: Caller = { subject: 'usr_alice', clientId: 'app-a', scope: '', applicationId: undefined, plan: 'basic' }

t.test('windows are aligned to UTC and say how long they last', async (t) => {
  const counters = createLocalCounters()
  const rows = WINDOWS.map(([name]) => counters.admit('k', { ...none, [name]: 10 }, NOON))
  t.strictSame(await Promise.all(rows), [
    {
      kind: 'admitted',
      windows: [{ name: 'second', limit: 10, remaining: 9 }],
      tightest: { limit: 10, remaining: 9, resetSeconds: 1 },
    },
    {
      kind: 'admitted',
      windows: [{ name: 'minute', limit: 10, remaining: 9 }],
      tightest: { limit: 10, remaining: 9, resetSeconds: 4 },
    },
    {
      kind: 'admitted',
      windows: [{ name: 'hour', limit: 10, remaining: 9 }],
      tightest: { limit: 10, remaining: 9, resetSeconds: 1504 },
    },
    {
      kind: 'admitted',
      windows: [{ name: 'day', limit: 10, remaining: 9 }],
      tightest: { limit: 10, remaining: 9, resetSeconds: 41104 },
    },
  ])
})

t.test('a refused call is counted in no window, and of the exhausted ones the last to end is named', async (t) => {
  const counters = createLocalCounters()
  const limits = { ...none, minute: 2, hour: 3 }
  const admit = (at: number) => counters.admit('k', limits, at)
  t.match(await admit(NOON), { kind: 'admitted', tightest: { limit: 2, remaining: 1, resetSeconds: 4 } })
  t.match(await admit(NOON), { kind: 'admitted', tightest: { limit: 2, remaining: 0, resetSeconds: 4 } })
  for (let n = 0; n < 5; n += 1)
    t.strictSame(await admit(NOON), {
      kind: 'exceeded',
      windows: [
        { name: 'minute', limit: 2, remaining: 0 },
        { name: 'hour', limit: 3, remaining: 1 },
      ],
      tightest: { limit: 2, remaining: 0, resetSeconds: 4 },
    })
  t.strictSame(await admit(NOON + 4000), {
    kind: 'admitted',
    windows: [
      { name: 'minute', limit: 2, remaining: 1 },
      { name: 'hour', limit: 3, remaining: 0 },
    ],
    tightest: { limit: 3, remaining: 0, resetSeconds: 1500 },
  })
  t.match(await admit(NOON + 4000), { kind: 'exceeded', tightest: { limit: 3, remaining: 0, resetSeconds: 1500 } })
  t.match(await counters.admit('k', { ...none, minute: 1, hour: 3 }, NOON + 4000), {
    kind: 'exceeded',
    tightest: { limit: 3, remaining: 0, resetSeconds: 1500 },
  })
})

t.test(
  'a clock set back a little gives no window twice; set back for hours it does not lock anybody out',
  async (t) => {
    const counters = createLocalCounters()
    const limits = { ...none, minute: 1 }
    t.match(await counters.admit('k', limits, NOON), { kind: 'admitted' })
    t.match(await counters.admit('k', limits, NOON + 4000), { kind: 'admitted' }, 'the next minute')
    t.match(await counters.admit('k', limits, NOON), { kind: 'exceeded' })
    t.match(await counters.admit('k', limits, NOON - 3600_000), { kind: 'admitted' })
  },
)

t.test('the key is policy × application × user, and names cannot be glued to look alike', async (t) => {
  const counters = createLocalCounters()
  const clock = { wall: () => NOON, monotonic: () => 0 }
  const config = (policy: string) =>
    readConfig('mobile-quota', quotaConfig, { policy, plans: { basic: { minute: 1 } }, default_limit: { minute: 5 } })
  const admit = async (policy: string, caller: Partial<Caller>) =>
    (await admitCall({ ...alice, ...caller }, config(policy), { clock, counters })).kind
  t.equal(await admit('p', {}), 'admitted')
  t.equal(await admit('p', {}), 'exceeded')
  t.equal(await admit('p', { subject: 'usr_bob' }), 'admitted')
  t.equal(await admit('p', { clientId: 'app-b' }), 'admitted')
  t.equal(await admit('q', {}), 'admitted')
  t.equal(await admit('p', { clientId: 'app-a","usr', subject: 'x' }), 'admitted')
  t.equal(await admit('p', { clientId: 'app-a', subject: 'usr","x' }), 'admitted')
})

t.test('limits follow the plan; without one, or with one that is not listed, the default holds', async (t) => {
  const clock = { wall: () => NOON, monotonic: () => 0 }
  const config = readConfig('mobile-quota', quotaConfig, {
    policy: 'p',
    plans: { basic: { minute: 60 }, pro: { second: 5, day: 100 } },
  })
  const limits = async (plan: string | undefined) =>
    (await admitCall({ ...alice, plan }, config, { clock, counters: createLocalCounters() })).windows.map(
      ({ name, limit }) => `${name}:${limit}`,
    )
  t.strictSame(await limits('pro'), ['second:5', 'day:100'])
  t.strictSame(await limits(undefined), ['minute:60'])
  for (const plan of ['gold', '__proto__', 'constructor']) t.strictSame(await limits(plan), ['minute:60'])
})

t.test('past windows are dropped whole', async (t) => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const counters = createLocalCounters()
  collect()
  const before = process.memoryUsage().heapUsed
  for (let minute = 0; minute < 20; minute += 1)
    for (let user = 0; user < 20_000; user += 1)
      counters.admit(`["p","a","user-${minute}-${user}"]`, { ...none, minute: 5 }, NOON + minute * 60_000)
  collect()
  t.ok(process.memoryUsage().heapUsed - before < 6_000_000, 'the counters of 20,000 users are left, not of 400,000')
  t.match(counters.admit('k', { ...none, minute: 5 }, NOON), { kind: 'admitted' })
})

t.test('headers, answer and mark say the same', async (t) => {
  const counters = createLocalCounters()
  const limits = { ...none, minute: 60, hour: 1000 }
  const admission = await counters.admit('k', limits, NOON)
  t.equal(mark('mobile-api', admission), 'mobile-api;60;59;4;Minute:60:59,Hour:1000:999')
  const headers = {
    'RateLimit-Limit': '60',
    'RateLimit-Remaining': '59',
    'RateLimit-Reset': '4',
    'X-RateLimit-Limit-Minute': '60',
    'X-RateLimit-Remaining-Minute': '59',
    'X-RateLimit-Limit-Hour': '1000',
    'X-RateLimit-Remaining-Hour': '999',
  }
  t.strictSame(limitHeaders(admission), headers)
  t.strictSame(limitExceeded(admission), {
    status: 429,
    body: { message: 'API rate limit exceeded' },
    headers: { ...headers, 'Retry-After': '4' },
    reason: 'limit exceeded',
  })
})
