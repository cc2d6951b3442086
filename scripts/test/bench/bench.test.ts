// The benchmarks run and print what they promise. How fast anything is, is no test's business.
import t from 'tap'
import { benchAuth } from '../../bench/auth.ts'
import { benchGateway } from '../../bench/gateway.ts'
import { measureMemory } from '../../bench/memory.ts'
import { report } from '../../bench/report.ts'
import { interleaved, median } from '../../bench/rounds.ts'
import { compareTimes, isToldApart } from '../../bench/timing/compare.ts'
import { benchTiming } from '../../bench/timing.ts'

t.setTimeout(240_000)

t.test('npm run bench -- gateway: every answer is checked, and the table and the targets are printed', async (t) => {
  const lines: string[] = []
  const options = ['--gateway', 'embedded', '--rounds', '1', '--seconds', '1', '--connections', '2', '--users', '3']
  await benchGateway(options, (line) => lines.push(line))
  const text = lines.join('\n')
  t.match(text, /^\d+ cores? \(.+\), Node \d+\.\d+\.\d+; load by (wrk|autocannon), 2 connections, 3 users$/m)
  t.match(text, /^route +requests\/s +of bare +p50 ms +p99 ms/m)
  const number = String.raw`\d+(?:\.\d+)?`
  for (const route of ['bare route', String.raw`mobile-gateway \+ guard`, String.raw`three separate plugins \+ guard`])
    t.match(text, new RegExp(`^${route} +${number} +${number} +${number} +${number}`, 'm'))
  t.match(text, /^mobile-gateway \+ guard \/ bare route: \d\.\d\d, target at least 0\.33: (met|NOT met)$/m)
})

t.test(
  'npm run bench -- auth: both servers answer as they should, and a table of each operation is printed',
  async (t) => {
    const lines: string[] = []
    await benchAuth(['--pairs', '1', '--seconds', '1', '--callers', '2'], (line) => lines.push(line))
    const text = lines.join('\n')
    const number = String.raw`-?\d+(?:\.\d+)?`
    for (const operation of [
      'client_credentials',
      'refresh with rotation',
      'code flow with a session',
      'introspection',
    ])
      t.match(
        text,
        new RegExp(
          `^${operation} +per second .*\nours(?: +${number}){7}\noidc-provider(?: +${number}){7}\nratio +${number} `,
          'm',
        ),
      )
    for (const operation of ['device tokens', 'first login'])
      t.match(text, new RegExp(`^${operation} +per second .*\nours(?: +${number}){7}$`, 'm'))
  },
)

t.test(
  'npm run bench -- timing: each question is asked for each kind of address, and a table of each is printed',
  async (t) => {
    const lines: string[] = []
    await benchTiming(['--rounds', '1'], (line) => lines.push(line))
    const text = lines.join('\n')
    const number = String.raw`-?\d+(?:\.\d+)?`
    for (const question of ['sign-in', 'forgotten password', 'sign-up', 'code of a reset', 'code of a sign-up']) {
      const known = `known(?: +${number}){4}  not told apart`
      t.match(
        text,
        new RegExp(`^${question} +median ms .*\nunknown +${number}\n${known}\nsuspended(?: +${number}){4} `, 'm'),
      )
    }
  },
)

t.test('times are told apart that differ a little each time, and not for one that is far out', async (t) => {
  const [a, b] = [0, 1].map((more) => Array.from({ length: 300 }, (_, n) => (n % 50) + more * 8))
  if (!a || !b) throw new Error('no times')
  t.equal(isToldApart(compareTimes(b, a)), 'TOLD APART')
  t.match(compareTimes(b, a), { differenceMillis: 8 })
  t.ok(compareTimes(b, a).longer > 0.6)
  const outlier = [...a.slice(1), 100_000]
  t.equal(isToldApart(compareTimes(outlier, a)), 'not told apart')
  t.match(compareTimes(a, a), { differenceMillis: 0, longer: 0.5, z: 0 })
})

t.test('options that make no sense are refused', async (t) => {
  for (const args of [['--pairs', '0'], ['--callers', 'many'], ['--only', 'nothing'], ['--fast']])
    await t.rejects(
      benchAuth(args, () => {}),
      args.join(' '),
    )
  for (const args of [['--rounds', '0'], ['--only', 'nothing'], ['--fast']])
    await t.rejects(
      benchTiming(args, () => {}),
      args.join(' '),
    )
  for (const args of [['--rounds', '0'], ['--seconds', 'x'], ['--users', '1.5'], ['--gateway', 'apache'], ['--fast']])
    await t.rejects(
      benchGateway(args, () => {}),
      args.join(' '),
    )
})

t.test('rounds go forwards and backwards in turn', async (t) => {
  t.strictSame(interleaved(['a', 'b', 'c'], 3), [
    ['a', 'b', 'c'],
    ['c', 'b', 'a'],
    ['a', 'b', 'c'],
  ])
})

t.test('the middle of what was measured', async (t) => {
  t.equal(median([9, 1, 5]), 5)
  t.equal(median([4, 1, 3, 2]), 2.5)
  t.throws(() => median([]))
})

t.test('ratios are those of the medians, held against the targets', async (t) => {
  const result = (name: string, rates: readonly number[]) => ({
    name,
    title: name,
    rounds: rates.map((requestsPerSecond) => ({
      requests: 1,
      requestsPerSecond,
      p50Millis: 1,
      p99Millis: 2,
      gatewayCpuUs: undefined,
      pluginsCpuUs: undefined,
    })),
  })
  const results = [result('bare', [1000, 1, 2000]), result('gateway', [300, 270, 1]), result('bundled', [60, 60, 60])]
  t.strictSame(report(results).slice(-2), [
    'gateway / bundled: 4.50, target at least 5: NOT met',
    'gateway / bare: 0.27, target at least 0.33: NOT met',
  ])
})

t.test('memory of the plugin server: flat under refused calls and under ever other tokens', async (t) => {
  const lines: string[] = []
  await measureMemory({ calls: 12_000, tokens: 3000 }, (line) => lines.push(line))
  t.equal(lines.filter((line) => line.startsWith('refused, ')).length, 4)
  t.equal(lines.filter((line) => line.startsWith('accepted, ')).length, 4)
})
