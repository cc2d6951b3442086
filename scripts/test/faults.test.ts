// Two of the faults of `npm run faults`, as it does them: what was acknowledged is there, and nothing else.
import t from 'tap'
import { FAULTS } from '../faults/faults.ts'

t.setTimeout(240_000)

for (const name of ['postgres-crash', 'rolling-restart'])
  t.test(`${name}: ${FAULTS[name]?.what}`, async (t) => {
    const fault = FAULTS[name]
    if (!fault) throw new Error(`there is no fault ${name}`)
    const { line, broken } = await fault.run('embedded')
    t.strictSame(broken, [], line)
  })
