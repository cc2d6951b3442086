// An outage is told once a second per reason, with how many calls it stands for.
import { pino } from 'pino'
import t from 'tap'
import { createTroubleLog } from '../src/trouble-log.ts'

t.test('the first is told at once, the next ones by their number', async (t) => {
  const lines: string[] = []
  let now = 0
  const clock = { wall: () => now, monotonic: () => now }
  const trouble = createTroubleLog(pino({ base: null }, { write: (line: string) => void lines.push(line) }), clock)
  const said = () =>
    lines
      .splice(0)
      .map((line) => JSON.parse(line))
      .map(({ reason, unsaid, plugin }) => ({ reason, unsaid, plugin }))
  for (let call = 0; call < 1000; call++) trouble.note('no keys', { plugin: 'p' }, 'request denied')
  trouble.note('redis away', { plugin: 'p' }, 'request denied')
  t.strictSame(said(), [
    { reason: 'no keys', unsaid: undefined, plugin: 'p' },
    { reason: 'redis away', unsaid: undefined, plugin: 'p' },
  ])
  now = 1000
  trouble.note('no keys', { plugin: 'p' }, 'request denied')
  t.strictSame(said(), [{ reason: 'no keys', unsaid: 999, plugin: 'p' }])
  now = 5000
  trouble.note('no keys', { plugin: 'p' }, 'request denied')
  t.strictSame(said(), [{ reason: 'no keys', unsaid: undefined, plugin: 'p' }])
})
