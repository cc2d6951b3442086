// Every answer has the id of its request, and so has every line that the log says of it: whatever is answered, and to whom.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { authorizeUrl, pkcePair } from '../support/phone.ts'
import { sendRaw } from '../support/raw-http.ts'
import { addressesOf } from '../support/routes.ts'
import { testServer } from '../support/server.ts'

const { app, db, log } = await testServer(t)

interface Line {
  readonly reqId?: string
  readonly msg: string
}
function takeLines(): readonly Line[] {
  return log.splice(0).map((line) => JSON.parse(line))
}

t.test('every address, with each method that it knows and one that it does not', async (t) => {
  const ids = new Set<unknown>()
  let answers = 0
  for (const { url, methods } of await addressesOf(app))
    for (const method of new Set([...methods, 'GET', 'POST', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'])) {
      log.length = 0
      const headers = { 'x-request-id': 'of-the-caller' }
      const answer = await app.inject({ method: method as 'GET', url, headers })
      const id = answer.headers['x-request-id']
      t.match(id, /^[\w-]{16}$/, `${method} ${url} ${answer.statusCode}`)
      const strangers = takeLines().filter(({ reqId }) => reqId !== id)
      t.strictSame(strangers, [], `${method} ${url}`)
      ids.add(id)
      answers += 1
    }
  t.ok(answers > 500)
  t.equal(ids.size, answers, 'one for each')
})

t.test('what cannot be routed, what is no request, and what goes wrong on our side', async (t) => {
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`
  const rows: Readonly<Record<string, readonly [bytes: string, status: number]>> = {
    'nothing there': [get('/nowhere'), 404],
    'an address that cannot be read': [get('/%zz'), 400],
    'an id without end': [get(`/interaction/${'x'.repeat(5000)}/login`), 414],
    'no HTTP': ['\0\0\0', 400],
    'too many headers': [`GET / HTTP/1.1\r\nHost: x\r\nCookie: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    'a redirect to the login': [get(authorizeUrl(pkcePair().challenge)), 303],
  }
  const check = (name: string, answer: string, status: number) => {
    t.match(answer, `HTTP/1.1 ${status} `, name)
    const [, id] = /^x-request-id: ([\w-]{16})\r$/im.exec(answer) ?? []
    const said = takeLines()
    t.ok(id, name)
    t.ok(said.length > 0, `${name}: and the log tells of it`)
    t.strictSame(
      said.filter(({ reqId }) => reqId !== id),
      [],
      name,
    )
  }
  for (const [name, [bytes, status]] of Object.entries(rows)) {
    log.length = 0
    check(name, await sendRaw(url, bytes), status)
  }
  await db.destroy()
  log.length = 0
  check('the database is away', await sendRaw(url, get(authorizeUrl(pkcePair().challenge))), 500)
})

t.test('who answers a request logs by it: a log of the whole server is for what no request has brought about', (t) => {
  // By a logger of its own: in serve.ts, in jobs and deliveries by the clock, in what is handed a request's log.
  const OWN = /^(?:serve|background\/|commands\/|delivery\/outbox|logger|store\/|metrics\/)/
  const source = join(import.meta.dirname, '../../src')
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  const users = files.filter(
    (file) =>
      !OWN.test(file) && /\b(?:app|server|fastify|instance)\.log\b/.test(readFileSync(join(source, file), 'utf8')),
  )
  t.strictSame(users, [])
  t.end()
})
