// Editing kong.yml while requests come in: each edit is in force soon after it is saved, none costs a request, a bad one changes nothing.
import { readFile, writeFile } from 'node:fs/promises'
import { type IncomingHttpHeaders, request } from 'node:http'
import { join } from 'node:path'
import t from 'tap'
import { openDatabase } from '../../auth-server/src/store/database.ts'
import { findPlanLimits } from '../../auth-server/src/store/tables/plan-limits.ts'
import { waitUntil } from '../stack/wait.ts'
import { logIn } from './support/app.ts'
import { onEachGateway, testStack } from './support/gateways.ts'

const projects = join(import.meta.dirname, '../../kong.yml')

/** One call on a connection of its own: a client cannot lose a request to a connection that is being closed. */
function callOnce(url: string, token: string): Promise<{ outcome: string; headers: IncomingHttpHeaders }> {
  return new Promise((resolve) => {
    const done = (outcome: string, headers: IncomingHttpHeaders = {}) => resolve({ outcome, headers })
    const sent = request(url, { agent: false, headers: { authorization: `Bearer ${token}` } }, (answer) => {
      answer.resume()
      answer.once('end', () => done(String(answer.statusCode), answer.headers))
      answer.once('error', (error) => done(error.message))
    })
    sent.once('error', (error) => done(error.message))
    sent.end()
  })
}

onEachGateway(t, 'edits under load cost no request, and a bad one is refused', async (t, kind) => {
  const source = await readFile(projects, 'utf8')
  const withLimit = (limit: number): string => source.replaceAll('{ minute: 60 }', `{ day: ${limit} }`)
  const kongYml = join(t.testdir({ 'kong.yml': withLimit(500_000) }), 'kong.yml')
  const told: string[] = []
  const stack = await testStack(t, kind, { kongYml, onConfigEdit: (line) => told.push(line) })
  const { access_token: token } = await logIn(stack)
  const db = openDatabase(stack.databaseUrl, () => {}, { connections: 1 })
  t.teardown(() => db.destroy())
  const header = async (name: string) => (await callOnce(`${stack.urls.resource}/echo`, token)).headers[name]
  const limit = () => header('ratelimit-limit')
  t.equal(await limit(), '500000')

  let [running, answered] = [true, 0]
  t.teardown(() => {
    running = false
  })
  const others: string[] = []
  const worker = async (): Promise<void> => {
    while (running) {
      const { outcome } = await callOnce(`${stack.urls.resource}/echo`, token)
      answered += 1
      if (outcome !== '200') others.push(outcome)
    }
  }
  const load = Promise.all(Array.from({ length: 4 }, worker))
  for (const most of [400_000, 300_000, 200_000]) {
    const before = answered
    await writeFile(kongYml, withLimit(most))
    t.ok(await waitUntil(async () => (await limit()) === String(most), { timeoutMillis: 20_000 }), `limit ${most}`)
    t.ok(await waitUntil(() => answered > before + 20, { timeoutMillis: 10_000 }))
  }
  const known = async () =>
    (await findPlanLimits(db, 'mobile-api')).map(({ plan, period, said }) => [plan, period, said])
  const numbers = [{ calls: 200_000, nodes: 1 }]
  const all = JSON.stringify([
    ['', 'day', numbers],
    ['basic', 'day', numbers],
    ['guest', 'minute', [{ calls: 20, nodes: 1 }]],
  ])
  t.ok(await waitUntil(async () => JSON.stringify(await known()) === all, { timeoutMillis: 10_000 }), 'limits are told')

  const left = Number(await header('x-ratelimit-remaining-day'))
  t.ok(left < 200_000 - 60, 'calls from before the edits are still counted')

  const refused = () => told.filter((line) => line.startsWith('kong.yml was edited, and the old one stays')).length
  await writeFile(kongYml, withLimit(200_000).replace('or policy ~= expected', 'or policy ~= "other"'))
  t.ok(await waitUntil(() => refused() === 1, { timeoutMillis: 10_000 }), 'a guard for another policy')
  t.match(told.at(-1), /kong\.yml:\d+:\d+: the guard on route mobile-api does not work: .* Write instead: /)
  await writeFile(kongYml, withLimit(200_000).replace('services:', 'servces:'))
  t.ok(await waitUntil(() => refused() === 2, { timeoutMillis: 10_000 }), 'a misspelt list')
  if (kind === 'kong') {
    // Which shared memory there is, only the running Kong knows.
    const cache =
      '{ name: proxy-cache, enabled: false, config: { strategy: memory, memory: { dictionary_name: none } } }'
    await writeFile(kongYml, withLimit(200_000).replace('plugins:\n', `plugins:\n- ${cache}\n`))
    t.ok(await waitUntil(() => refused() === 3, { timeoutMillis: 10_000 }), 'what only Kong knows to be wrong')
    t.match(told.at(-1), /Kong does not take it: init_by_lua error: .*kong\.yml/)
  }
  t.equal(await limit(), '200000')

  running = false
  await load
  t.strictSame(others, [], `${answered} requests`)
  t.strictSame(told.filter((line) => line.endsWith('is in force')).length, 3)
})
