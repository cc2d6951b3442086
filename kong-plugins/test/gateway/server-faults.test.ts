// kong.yml, the real plugin server and a gateway: whatever happens to the server, nobody gets through unverified.
import t from 'tap'
import { eventually } from '../support/eventually.ts'
import { createSigningKey, signToken, startKeyServer } from '../support/issuer.ts'
import { startBackend, valuesOf } from './support/backend.ts'
import { fronts, renderKongYml, startFront } from './support/front.ts'
import { rawGet, statusOf } from './support/raw.ts'
import { startServerProcess } from './support/server-process.ts'

t.setTimeout(120_000)

for (const kind of fronts) {
  t.test(`${kind}: verified, then killed under load, gone, started again, frozen`, async (t) => {
    const key = await createSigningKey()
    const keys = await startKeyServer(t, key)
    const backend = await startBackend(t)
    const server = await startServerProcess(t)
    const yaml = (await renderKongYml(backend.url, keys.jwksUri)).replaceAll('minute: 60', 'minute: 100000')
    const front = await startFront(t, kind, { yaml, socketPath: server.socketPath })
    const authorization = `Bearer ${await signToken(key)}`
    const call = (headers: Record<string, string> = { authorization }): Promise<number> =>
      fetch(`${front.url}/mobile/x`, { headers }).then(async (answer) => {
        await answer.arrayBuffer()
        return answer.status
      })

    t.equal(await call(), 200)
    t.equal(await call({}), 401)
    t.equal(await call({ authorization: 'Bearer nonsense' }), 401)
    const twice = [`Authorization: ${authorization}`, `Authorization: ${authorization}`]
    t.equal(statusOf(await rawGet(front.port, '/mobile/x', twice)), 400)

    const attack = async (requests: number): Promise<number[]> => {
      const statuses: number[] = []
      const worker = async (): Promise<void> => {
        while (statuses.length < requests) {
          const forged = statuses.length % 2 === 0
          const mark = { 'x-mobile-gateway': 'mobile-api;1;1;1;Minute:1:1', 'x-authenticated-userid': 'evil' }
          statuses.push(await call(forged ? mark : { authorization }))
        }
      }
      await Promise.all(Array.from({ length: 8 }, worker))
      return statuses
    }
    const running = attack(400)
    await eventually(() => backend.seen.length > 30)
    await server.kill()
    const during = await running
    t.ok(
      during.every((status) => [200, 401, 500].includes(status)),
      `${[...new Set(during)]}`,
    )
    const gone = await attack(40)
    t.ok(
      gone.every((status) => status === 500),
      'while it is gone nobody passes',
    )

    await server.start()
    await eventually(async () => (await call()) === 200, 15_000)
    t.equal(await call({}), 401, 'the new process decides again')

    const ours = (): boolean =>
      backend.seen.every((seen) => valuesOf(seen, 'x-authenticated-userid').join() === 'usr_alice')
    t.ok(ours(), 'every request that came through was alice’s')
    server.signal('SIGSTOP')
    backend.seen.length = 0
    const started = Date.now()
    const frozen = await Promise.all([call(), call({}), call({ 'x-mobile-gateway': 'mobile-api;1;1;1;Minute:1:1' })])
    t.same(frozen, [500, 500, 500])
    t.ok(Date.now() - started < 4000, 'no request waits for longer than four seconds')
    t.same(backend.seen, [])
    server.signal('SIGCONT')
    await eventually(async () => (await call()) === 200, 15_000)
    t.ok(ours())
  })
}
