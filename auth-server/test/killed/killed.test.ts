// The server killed with SIGKILL under load, again and again: nothing that a client received is lost, nothing half done.
import t from 'tap'
import { testServer } from '../support/server.ts'
import { logins } from './logins.ts'
import { logouts } from './logouts.ts'
import { mortalServer } from './mortal-server.ts'
import { phones } from './phones.ts'
import { pushes } from './pushes.ts'
import { registrations } from './registrations.ts'

const KINDS = [phones, logins, logouts, pushes, registrations]
/** How often each kind has its turn. */
const ROUNDS = 2

t.test('the server is killed at any moment', { timeout: 120_000 }, async (t) => {
  const server = await testServer(t, { VISITS_PER_MINUTE: '0' })
  const { ask, kill, revive } = await mortalServer(t, server)
  let asked = (_kind: unknown): void => {}
  const kinds = await Promise.all(
    KINDS.map(async (begin) => {
      const asking: typeof ask = (path, what) => {
        asked(begin)
        return ask(path, what)
      }
      return { begin, ...(await begin({ ...server, ask: asking })) }
    }),
  )

  // All kinds work at each kill; the moment is within a request of the one whose turn it is.
  for (const turn of Array.from({ length: ROUNDS }, () => kinds).flat()) {
    let left = 1 + Math.floor(Math.random() * turn.requests)
    asked = (kind) => {
      if (kind === turn.begin && --left === 0) setTimeout(kill, Math.random() * turn.millis)
    }
    const checks = await Promise.all(
      kinds.map(({ clients, work }) => Promise.all(Array.from({ length: clients }, work))),
    )
    await revive()
    for (const [index, { promise }] of kinds.entries())
      await t.test(promise, async (t) => void (await Promise.all((checks[index] ?? []).map((check) => check(t)))))
  }
  for (const { promise, finish } of kinds) if (finish) await t.test(`in the end: ${promise}`, finish)
})
