// Two of the faults of `npm run faults` around a gateway, as it does them: no stranger gets through, and every call counts once.
import t from 'tap'
import { FAULTS } from '../faults/faults.ts'
import { findKong } from '../testing/optional-parts.ts'

t.setTimeout(400_000)

for (const name of ['redis-restart', 'plugins-cut'])
  for (const gateway of ['embedded', 'kong'] as const) {
    const fault = FAULTS[name]
    const skip = fault?.missing ?? (gateway === 'kong' && findKong() === undefined ? 'kong is not on PATH' : false)
    t.test(`${name}: ${fault?.what} (${gateway})`, { skip }, async (t) => {
      if (!fault) throw new Error(`there is no fault ${name}`)
      const { line, broken } = await fault.run(gateway)
      t.strictSame(broken, [], line)
    })
  }
