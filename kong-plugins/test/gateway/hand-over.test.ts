// A plugin server takes the place of another under load: no call notices, and no call is counted less than once.
import t from 'tap'
import { eventually } from '../support/eventually.ts'
import { createSigningKey, signToken, startKeyServer } from '../support/issuer.ts'
import { startBackend, valuesOf } from './support/backend.ts'
import { fronts, renderKongYml, startFront } from './support/front.ts'
import { startServerProcess } from './support/server-process.ts'

t.setTimeout(240_000)

const LIMIT = 700

for (const kind of fronts) {
  t.test(`${kind}: no 5xx during one hand-over after the other, and not one call over the limit`, async (t) => {
    const key = await createSigningKey()
    const keys = await startKeyServer(t, key)
    const backend = await startBackend(t)
    const server = await startServerProcess(t)
    const yaml = (await renderKongYml(backend.url, keys.jwksUri)).replace(
      '\n        basic: { minute: 60 }',
      `\n        basic: { day: ${LIMIT} }\n        gold: { day: 100000000 }`,
    )
    const front = await startFront(t, kind, { yaml, socketPath: server.socketPath, pluginTimeoutMillis: 3000 })
    const tokenOf = (sub: string, plan: string) => signToken(key, { claims: { sub, plan } })
    const [counted, rich] = [await tokenOf('usr_counted', 'basic'), await tokenOf('usr_rich', 'gold')]
    const call = async (token: string | undefined): Promise<number> => {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
      const answer = await fetch(`${front.url}/mobile/x`, { headers })
      await answer.arrayBuffer()
      return answer.status
    }
    t.equal(await call(rich), 200)

    let isOver = false
    const statuses: Record<string, Record<number, number>> = { rich: {}, nobody: {}, counted: {} }
    const phone = async (who: string, token: string | undefined, pauseMillis = 0): Promise<void> => {
      while (!isOver) {
        const status = await call(token)
        const counts = statuses[who] ?? {}
        counts[status] = (counts[status] ?? 0) + 1
        if (pauseMillis > 0) await new Promise((resolve) => setTimeout(resolve, pauseMillis))
      }
    }
    const phones = [
      ...Array.from({ length: 12 }, () => phone('rich', rich)),
      ...Array.from({ length: 4 }, () => phone('nobody', undefined)),
      ...Array.from({ length: 4 }, () => phone('counted', counted, 5)),
    ]
    for (let round = 0; round < 5; round += 1) {
      const before = statuses.rich?.[200] ?? 0
      await eventually(() => (statuses.rich?.[200] ?? 0) > before + 100, 30_000)
      t.equal(await server.succeed(), 0, 'the one before ends by itself')
    }
    await eventually(() => (statuses.counted?.[429] ?? 0) > 20, 60_000)
    isOver = true
    await Promise.all(phones)
    t.strictSame(Object.keys(statuses.rich ?? {}), ['200'])
    t.strictSame(Object.keys(statuses.nobody ?? {}), ['401'])
    t.strictSame(Object.keys(statuses.counted ?? {}), ['200', '429'])
    t.equal(statuses.counted?.[200], LIMIT)
    t.ok(backend.seen.every((seen) => /^usr_(rich|counted)$/.test(valuesOf(seen, 'x-authenticated-userid').join())))
  })
}
