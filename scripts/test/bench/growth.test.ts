// The benchmark of growth runs on small databases and prints what it promises.
import t from 'tap'
import { reportOperation } from '../../bench/growth/report.ts'
import { benchGrowth } from '../../bench/growth.ts'

t.setTimeout(240_000)

t.test(
  'npm run bench -- growth: both servers answer for people all over their tables, start, idle and clean up',
  async (t) => {
    const lines: string[] = []
    const size = ['--people', '300', '--families', '1500', '--expired', '700']
    const times = ['--rounds', '1', '--seconds', '1', '--starts', '1', '--idle', '1', '--callers', '2']
    await benchGrowth([...size, ...times], (line) => lines.push(line))
    const text = lines.join('\n')
    const target = String.raw`target (below|at most) [\d.]+: (met|NOT met)`
    t.match(text, /^large: 300 people, 1500 families, \d+ MB, \d+ s$/m)
    for (const operation of [
      'client_credentials',
      'refresh with rotation',
      'code flow with a session',
      'introspection',
    ])
      t.match(text, new RegExp(String.raw`^${operation}(?: +\d+\.\d\d){3}, ${target}$`, 'm'))
    for (const database of ['small', 'large']) {
      t.match(text, new RegExp(String.raw`^start of the auth server, ${database}: \d+ ms, ${target}$`, 'm'))
      for (const when of ['its start', 'the load'])
        t.match(text, new RegExp(`^idle memory of auth server after ${when}, ${database}: .*${target}$`, 'm'))
    }
    for (const name of ['plugin server', 'embedded gateway'])
      t.match(text, new RegExp(`^idle memory of ${name}: .*${target}$`, 'm'))
    t.match(text, /^cleanup, indexed: 700 of authorization_codes in 2 runs, \d+ statements/m)
    t.match(text, /^cleanup, scanned: 700 of refresh_families in 2 runs, \d+ statements/m)
  },
)

t.test('growth is the ratio of the medians, held against the bound', async (t) => {
  t.match(
    reportOperation('op', [
      [1, 9, 2],
      [2.4, 1, 9],
    ]),
    /^op +2\.00 +2\.40 +1\.20, target at most 1\.2: met$/,
  )
  t.match(reportOperation('op', [[1], [1.3]]), /1\.30, target at most 1\.2: NOT met$/)
})

t.test('options that make no sense are refused', async (t) => {
  for (const args of [['--people', '0'], ['--rounds', 'many'], ['--families', '30', '--callers', '4'], ['--fast']])
    await t.rejects(
      benchGrowth(args, () => {}),
      args.join(' '),
    )
})
