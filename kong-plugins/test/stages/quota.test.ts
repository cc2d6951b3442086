// Windows, limits and counters: exact numbers, with the clock in the test's hand.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { pino } from 'pino'
import t from 'tap'
import { quotaConfig } from '../../src/schema/quota.ts'
import { readConfig } from '../../src/schema/read-config.ts'
import { createServices } from '../../src/services.ts'
import { type Caller, type KnownCaller, knownCaller } from '../../src/stages/caller.ts'
import { limitHeaders, mark, notAdmitted } from '../../src/stages/quota/answers.ts'
import { countKeys } from '../../src/stages/quota/count-keys.ts'
import type { QuotaVerdict } from '../../src/stages/quota/counters.ts'
import { createLocalCounters, type LocalCounters } from '../../src/stages/quota/local-counters.ts'
import { rulesOf } from '../../src/stages/quota/rules.ts'
import { quotaStage } from '../../src/stages/quota/stage.ts'
import { createUnknownPlans } from '../../src/stages/quota/unknown-plans.ts'
import { WINDOWS, type WindowName } from '../../src/stages/quota/windows.ts'

/** 2026-03-01T12:34:56.250Z */
const NOON = Date.UTC(2026, 2, 1, 12, 34, 56, 250)
const none = {
  second: undefined,
  minute: undefined,
  hour: undefined,
  day: undefined,
  application: undefined,
  attested: undefined,
}
const FACTS = {
  subjectKind: 'account',
  isAttested: false,
  scope: '',
  applicationId: undefined,
  plan: undefined,
  issuer: undefined,
} as const
function callerOf(subject: string, clientId = 'app-a'): KnownCaller {
  return knownCaller({ ...FACTS, subject, clientId })
}
const alice = callerOf('usr_alice')

type Numbers = Partial<Record<WindowName, number>>
/** Counts a call of one name, in this process. */
function admit(
  counters: LocalCounters,
  subject: string,
  { application, ...own }: Numbers & { application?: Numbers },
  nowMillis: number,
) {
  const { others: rules } = rulesOf({
    ...none,
    ...own,
    ...(application && { application: { ...none, ...application } }),
  })
  return counters.admit({ keys: { subject, application: 'all' }, rules }, nowMillis)
}

/** The stage with a clock that stands at noon, and what it logs. */
function stage(config: Record<string, unknown>) {
  const logged: string[] = []
  const log = pino({ level: 'debug' }, { write: (line) => logged.push(line) })
  const services = createServices(log, { clock: { wall: () => NOON, monotonic: () => 0 } })
  const admitCall = (changes: Record<string, unknown>, caller: Caller, plan?: string) =>
    quotaStage(
      readConfig('mobile-quota', quotaConfig, { ...config, ...changes }),
      services,
    )(caller.kind === 'anonymous' ? caller : { ...caller, plan })
  return { admitCall, logged }
}
function shown(verdict: QuotaVerdict) {
  if (verdict.kind === 'undecided') throw new Error(verdict.why)
  return verdict.windows.map(({ name, limit, remaining }) => `${name}:${limit}:${remaining}`)
}

t.test('windows are aligned to UTC and say how long they last', async (t) => {
  const counters = createLocalCounters()
  const rows = WINDOWS.map(([name]) => admit(counters, 'k', { [name]: 10 }, NOON))
  t.strictSame(rows, [
    {
      kind: 'admitted',
      windows: [{ name: 'second', limit: 10, remaining: 9 }],
      tightest: { scope: 'subject', limit: 10, remaining: 9, resetSeconds: 1 },
    },
    {
      kind: 'admitted',
      windows: [{ name: 'minute', limit: 10, remaining: 9 }],
      tightest: { scope: 'subject', limit: 10, remaining: 9, resetSeconds: 4 },
    },
    {
      kind: 'admitted',
      windows: [{ name: 'hour', limit: 10, remaining: 9 }],
      tightest: { scope: 'subject', limit: 10, remaining: 9, resetSeconds: 1504 },
    },
    {
      kind: 'admitted',
      windows: [{ name: 'day', limit: 10, remaining: 9 }],
      tightest: { scope: 'subject', limit: 10, remaining: 9, resetSeconds: 41104 },
    },
  ])
})

t.test('a refused call is counted in no window, and of the exhausted ones the last to end is named', async (t) => {
  const counters = createLocalCounters()
  const call = (at: number) => admit(counters, 'k', { minute: 2, hour: 3 }, at)
  t.match(call(NOON), { kind: 'admitted', tightest: { limit: 2, remaining: 1, resetSeconds: 4 } })
  t.match(call(NOON), { kind: 'admitted', tightest: { limit: 2, remaining: 0, resetSeconds: 4 } })
  for (let n = 0; n < 5; n += 1)
    t.strictSame(call(NOON), {
      kind: 'exceeded',
      windows: [
        { name: 'minute', limit: 2, remaining: 0 },
        { name: 'hour', limit: 3, remaining: 1 },
      ],
      tightest: { scope: 'subject', limit: 2, remaining: 0, resetSeconds: 4 },
    })
  t.strictSame(call(NOON + 4000), {
    kind: 'admitted',
    windows: [
      { name: 'minute', limit: 2, remaining: 1 },
      { name: 'hour', limit: 3, remaining: 0 },
    ],
    tightest: { scope: 'subject', limit: 3, remaining: 0, resetSeconds: 1500 },
  })
  t.match(call(NOON + 4000), { kind: 'exceeded', tightest: { limit: 3, remaining: 0, resetSeconds: 1500 } })
  t.match(admit(counters, 'k', { minute: 1, hour: 3 }, NOON + 4000), {
    kind: 'exceeded',
    tightest: { limit: 3, remaining: 0, resetSeconds: 1500 },
  })
})

t.test(
  'a clock set back a little gives no window twice; set back for hours it does not lock anybody out',
  async (t) => {
    const counters = createLocalCounters()
    const call = (at: number) => admit(counters, 'k', { minute: 1 }, at)
    t.match(call(NOON), { kind: 'admitted' })
    t.match(call(NOON + 4000), { kind: 'admitted' }, 'the next minute')
    t.match(call(NOON), { kind: 'exceeded' })
    t.match(call(NOON - 3600_000), { kind: 'admitted' })
  },
)

t.test('the key is policy × application × user, and names cannot be glued to look alike', async (t) => {
  const { admitCall } = stage({ default_limit: { minute: 1 }, anonymous_limit: { minute: 1 } })
  const rows: readonly (readonly [policy: string, caller: Caller])[] = [
    ['p', alice],
    ['p', callerOf('usr_bob')],
    ['p', callerOf('usr_alice', 'app-b')],
    ['q', alice],
    ['p', callerOf('app-a')],
    ['p', { kind: 'anonymous', address: '2001:db8::1' }],
  ]
  for (const kind of ['admitted', 'exceeded'])
    for (const [policy, caller] of rows) t.match(await admitCall({ policy }, caller), { kind })
  const odd = ['a', 'a}', 'a:', '{a', 'a:user:b', 'address', 'address:x', 'all', 'a%7D', ' ', 'a b', '"']
  const names = odd.flatMap((one) => [
    ...odd.flatMap((two) => Object.values(countKeys('p', { ...callerOf(two, one), kind: 'user' }))),
    ...Object.values(countKeys('p', callerOf(one, one))),
    countKeys('p', { kind: 'anonymous', address: one }).subject,
  ])
  t.equal(
    new Set(names).size,
    odd.length * (odd.length + 3),
    'per application: its users, itself, all; per address one',
  )
})

t.test('a machine token (sub = client_id) is counted by client', async (t) => {
  t.strictSame(countKeys('p', callerOf('app-a')), { subject: '{p:app-a}:client', application: '{p:app-a}:all' })
  t.strictSame(countKeys('p', alice), { subject: '{p:app-a}:user:usr_alice', application: '{p:app-a}:all' })
})

t.test('limits follow the plan; without one, or with one that is not listed, the default holds', async (t) => {
  const { admitCall } = stage({ policy: 'p', plans: { basic: { minute: 60 }, pro: { second: 5, day: 100 } } })
  t.strictSame(shown(await admitCall({}, alice, 'pro')), ['second:5:4', 'day:100:99'])
  t.strictSame(shown(await admitCall({}, alice)), ['minute:60:59'])
  for (const [index, plan] of ['gold', '__proto__', 'constructor'].entries())
    t.strictSame(shown(await admitCall({}, alice, plan)), [`minute:60:${58 - index}`])
})

t.test("a route's own config overrides the limits: of one count, or of one of its own", async (t) => {
  const { admitCall } = stage({ policy: 'p', plans: { basic: { minute: 10 } } })
  const route = { plans: { basic: { minute: 3 } } }
  t.strictSame(shown(await admitCall({}, alice, 'basic')), ['minute:10:9'])
  t.strictSame(shown(await admitCall(route, alice, 'basic')), ['minute:3:1'], 'the same count, another limit')
  t.strictSame(shown(await admitCall({ ...route, count_as: 'orders' }, alice, 'basic')), ['minute:3:2'])
  t.strictSame(shown(await admitCall({}, alice, 'basic')), ['minute:10:7'])
})

t.test('a plan that is not listed is logged once per policy and plan, and not without end', async (t) => {
  const { admitCall, logged } = stage({ policy: 'p', plans: { basic: { minute: 60 } } })
  for (let round = 0; round < 20; round += 1)
    for (const policy of ['p', 'q'])
      for (const plan of ['gold', 'silver', 'basic', undefined]) await admitCall({ policy }, alice, plan)
  t.strictSame(
    logged.map((line) => JSON.parse(line)).map(({ level, policy, plan }) => `${level} ${policy} ${plan}`),
    ['40'].flatMap((level) => [`${level} p gold`, `${level} p silver`, `${level} q gold`, `${level} q silver`]),
  )

  const lines: string[] = []
  const plans = createUnknownPlans(pino({}, { write: (line) => lines.push(line) }), 10)
  for (let plan = 0; plan < 50; plan += 1) plans.note('p', `plan-${plan}`)
  plans.note('p', 'plan-3')
  t.equal(lines.length, 11, 'the last line says that it is the last')
})

t.test('an application has a total beside the limit of each user; a refused call counts for neither', async (t) => {
  const { admitCall } = stage({ policy: 'p', plans: { basic: { minute: 3, application: { minute: 4, day: 100 } } } })
  const call = (id: string) => admitCall({}, callerOf(id), 'basic')
  t.strictSame(shown(await call('usr_a')), ['minute:3:2', 'day:100:99'], 'in each window the one with less left')
  t.strictSame(shown(await call('usr_a')), ['minute:3:1', 'day:100:98'])
  t.strictSame(shown(await call('usr_b')), ['minute:4:1', 'day:100:97'])
  t.strictSame(shown(await call('usr_a')), ['minute:3:0', 'day:100:96'])
  for (const id of ['usr_a', 'usr_b', 'usr_c'])
    t.match(await call(id), {
      kind: 'exceeded',
      windows: [
        { name: 'minute', remaining: 0 },
        { name: 'day', limit: 100, remaining: 96 },
      ],
    })
  t.match(await call('usr_b'), { kind: 'exceeded', tightest: { scope: 'application', limit: 4, resetSeconds: 4 } })
  t.match(await admitCall({}, callerOf('usr_alice', 'app-b'), 'basic'), { kind: 'admitted' })
  t.match(await admitCall({}, callerOf('app-a'), 'basic'), { kind: 'exceeded' }, 'its own calls, too')
  t.strictSame(
    shown(await admitCall({}, { kind: 'anonymous', address: '192.0.2.1' }, 'basic')),
    ['minute:60:59'],
    'somebody unknown belongs to no application',
  )
})

t.test("attested callers have limits in place of the plan's; the application's total counts them all", async (t) => {
  const guest = { minute: 1, day: 9, attested: { minute: 3 }, application: { hour: 4 } }
  const plans = { guest, basic: { minute: 7 } }
  const { admitCall } = stage({ policy: 'p', plans, default_limit: { minute: 2, attested: { minute: 5 } } })
  const vouched = { ...alice, isAttested: true }
  t.strictSame(shown(await admitCall({}, alice, 'guest')), ['minute:1:0', 'hour:4:3', 'day:9:8'])
  t.match(await admitCall({}, alice, 'guest'), { kind: 'exceeded', tightest: { limit: 1 } })
  t.strictSame(shown(await admitCall({}, vouched, 'guest')), ['minute:3:1', 'hour:4:2'], 'one user has one count')
  t.strictSame(shown(await admitCall({}, vouched, 'guest')), ['minute:3:0', 'hour:4:1'])
  t.match(await admitCall({}, vouched, 'guest'), { kind: 'exceeded', tightest: { limit: 3 } })
  const bob = { ...callerOf('usr_bob', 'app-b'), isAttested: true }
  t.strictSame(
    shown(await admitCall({}, bob, 'basic')),
    ['minute:7:6'],
    'a plan that says nothing of them holds for all',
  )
  t.strictSame(shown(await admitCall({}, bob)), ['minute:5:3'], 'without a plan')
})

t.test('an application that calls for itself is never attested', async (t) => {
  const { admitCall } = stage({ policy: 'p', default_limit: { minute: 2, attested: { minute: 5 } } })
  const machine = knownCaller({ ...FACTS, isAttested: true, subject: 'app-a', clientId: 'app-a' })
  t.strictSame(shown(await admitCall({}, machine)), ['minute:2:1'])
})

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

t.test('past windows are dropped whole', async (t) => {
  const counters = createLocalCounters()
  collect()
  const before = process.memoryUsage().heapUsed
  for (let minute = 0; minute < 20; minute += 1)
    for (let user = 0; user < 20_000; user += 1)
      admit(counters, `user-${minute}-${user}`, { minute: 5 }, NOON + minute * 60_000)
  collect()
  t.ok(process.memoryUsage().heapUsed - before < 6_000_000, 'the counters of 20,000 users are left, not of 400,000')
  t.match(admit(counters, 'k', { minute: 5 }, NOON), { kind: 'admitted' })
})

t.test('200,000 accepted calls of 50,000 subjects leave nothing behind once their windows are over', async (t) => {
  const counters = createLocalCounters()
  collect()
  const before = process.memoryUsage().heapUsed
  for (let call = 0; call < 200_000; call += 1)
    admit(counters, `{p:app}:user:usr_${call % 50_000}`, { second: 5, minute: 50, application: { hour: 1e9 } }, NOON)
  admit(counters, 'somebody', { day: 5 }, NOON + 3_600_000)
  collect()
  t.ok(process.memoryUsage().heapUsed - before < 1_000_000, 'also when the next call is limited in another window')
})

t.test('names are bounded: whoever has not called for longest is forgotten, the others are not', async (t) => {
  const counters = createLocalCounters({ maxKeys: 1000 })
  const left = (name: string) =>
    admit(counters, name, { day: 5, application: { day: 1e9 } }, NOON).windows[0]?.remaining
  t.equal(left('idle'), 4)
  for (let user = 0; user < 10_000; user += 1) {
    left(`usr_${user}`)
    if (user % 500 === 0) t.equal(left('busy'), Math.max(0, 4 - user / 500))
  }
  t.equal(left('idle'), 4)
  t.match(
    admit(counters, 'usr_9999', { application: { day: 1e9 } }, NOON).windows,
    [{ remaining: 1e9 - 10_000 - 1 - 1 - 5 - 1 }],
    'the total of the application is not forgotten, and refused calls are not in it',
  )
})

t.test('headers, answer and mark say the same', async (t) => {
  const counters = createLocalCounters()
  const admission = admit(counters, 'k', { minute: 60, hour: 1000 }, NOON)
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
  t.strictSame(notAdmitted({ ...admission, kind: 'exceeded' }), {
    status: 429,
    body: { message: 'API rate limit exceeded' },
    headers: { ...headers, 'Retry-After': '4' },
    reason: 'limit exceeded',
    facts: { window: 'minute', limit: 60, reset_seconds: 4 },
  })
  t.strictSame(notAdmitted({ kind: 'undecided', why: 'calls not counted: Redis is away' }), {
    status: 503,
    body: { message: 'Service temporarily unavailable' },
    headers: { 'Retry-After': '5' },
    reason: 'calls not counted: Redis is away',
  })
})
