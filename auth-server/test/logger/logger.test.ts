// The log: JSON with client and pseudonym for machines, readable lines for a developer, and stacks for surprises alone.
import t from 'tap'
import { lineOf } from '../../src/logger/lines.ts'
import { createLogger } from '../../src/logger.ts'
import { Browser } from '../support/browser.ts'
import { answerOf, authorizeUrl, logIn, pkcePair, redeem } from '../support/phone.ts'
import { testServer, USER } from '../support/server.ts'

function written(forDeveloper: boolean) {
  const lines: string[] = []
  const destination = { write: (line: string) => void lines.push(line) }
  return { lines, log: createLogger('info', { destination, forDeveloper }) }
}

t.test('a whole login is told with its client, a pseudonym and the request, and no address', async (t) => {
  const { app, log, personId } = await testServer(t)
  const { verifier, challenge } = pkcePair()
  const browser = new Browser(app)
  const login = await browser.open(authorizeUrl(challenge))
  await logIn(browser, login, { ...USER, password: 'a long enough passphrasf' })
  const { code } = answerOf(await logIn(browser, login))
  await redeem(app, code ?? '', pkcePair().verifier)
  await redeem(app, code ?? '', verifier)
  const entries = log.map((line): Record<string, unknown> => JSON.parse(line))
  const steps = entries.filter(({ step }) => step !== undefined)
  t.strictSame(
    steps.map(({ step, client }) => [step, client]),
    [
      ['refused a sign-in', 'shop-app'],
      ['signed in', 'shop-app'],
      ['sent a code', 'shop-app'],
      ['issued tokens', 'shop-app'],
    ],
  )
  const users = new Set(steps.flatMap(({ user }) => (typeof user === 'string' ? [user] : [])))
  t.equal(users.size, 1, 'one pseudonym for one person')
  for (const { reqId } of steps) t.type(reqId, 'string')
  const [refused] = entries.filter(({ error }) => error === 'invalid_grant')
  t.match(refused, { client: 'shop-app', status: 400, method: 'POST', route: '/token', detail: 'wrong verifier' })
  const text = log.join('')
  for (const personal of [USER.email, personId]) t.notMatch(text, personal)
  for (const line of log) t.equal(line.match(/"client":/g)?.length ?? 0, line.includes('"client":') ? 1 : 0)
})

t.test(
  'a developer reads a line for each step that is finished or refused, and no line for anything else',
  async (t) => {
    const { log, lines } = written(true)
    const request = log.child({ reqId: 'r1' })
    request.info({ req: { method: 'GET', url: '/', ip: '::1' } }, 'incoming request')
    request.setBindings({ client: 'demo-app' })
    request.info(
      { error: 'invalid_grant', detail: 'other verifier', status: 400, method: 'POST', route: '/token' },
      'no',
    )
    request.info({ error: 'invalid_scope', status: 400, method: 'GET', route: '/authorize' }, 'no scope')
    request.info({ step: 'signed in', account: 'demo@example.com', note: 'pwd' }, 'somebody signed in')
    request.info({ step: 'issued tokens', note: 'refresh_token' }, 'tokens')
    request.info({ res: {}, responseTime: 3 }, 'request completed')
    log.warn({ event: 'provider_unavailable', provider: 'acme', because: 'connect ECONNREFUSED' }, 'cannot be asked')
    t.strictSame(lines, [
      'POST /token 400 demo-app: invalid_grant, no (other verifier)\n',
      'GET /authorize 400 demo-app: invalid_scope, no scope\n',
      'signed in demo@example.com → demo-app (pwd)\n',
      'issued tokens demo-app (refresh_token)\n',
      'WARN cannot be asked event=provider_unavailable provider=acme because=connect ECONNREFUSED\n',
    ])
    const denied = { plugin: 'mobile-gateway', status: 401, reason: 'invalid-token: revoked', msg: 'request denied' }
    const asked = { method: 'GET', path: '/mobile/echo', client: 'demo-app', says: 'The access token was revoked' }
    t.equal(
      lineOf(JSON.stringify({ level: 20, ...denied, ...asked })),
      'GET /mobile/echo 401 demo-app: The access token was revoked (invalid-token: revoked)',
      'of the gateway',
    )
    t.equal(lineOf('no JSON at all\n'), 'no JSON at all', 'what is no entry is told as it is')
  },
)

t.test('what happens to every server has no stack, what nobody expects has one', (t) => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' })
  const rows: [string, Error, boolean][] = [
    ['a refused connection', refused, false],
    ['the cause of another error', new TypeError('fetch failed', { cause: refused }), false],
    ['a database that shuts down', Object.assign(new Error('terminating'), { code: '57P01' }), false],
    ['a wait that is over', new DOMException('too late', 'TimeoutError'), false],
    ['a mistake of ours', new TypeError('x is undefined'), true],
    ["Node's word for a mistake", Object.assign(new TypeError('x'), { code: 'ERR_INVALID_ARG_TYPE' }), true],
    ['a broken rule of the database', Object.assign(new Error('duplicate'), { code: '23505' }), true],
  ]
  for (const [what, err, hasStack] of rows) {
    const { log, lines } = written(false)
    log.warn({ err }, 'it went wrong')
    t.equal(/"stack":/.test(lines.join('')), hasStack, what)
    t.match(lines.join(''), err.message, what)
  }
  t.end()
})

t.test('an address is in no log but that of a developer', (t) => {
  for (const forDeveloper of [true, false]) {
    const { log, lines } = written(forDeveloper)
    log.info({ step: 'signed in', account: 'demo@example.com' }, 'somebody signed in')
    t.equal(lines.join('').includes('demo@example.com'), forDeveloper)
  }
  t.end()
})

t.test('of what libraries hang on errors, names and codes alone are told', async (t) => {
  const { db } = await testServer(t)
  const twice = { id: 'usr_twice', kind: 'member', status: 'active' } as const
  const insert = () => db.insertInto('people').values(twice).execute()
  await insert()
  const duplicate: unknown = await insert().catch((error: unknown) => error)
  t.match(duplicate, { detail: /usr_twice/ }, 'PostgreSQL quotes the row')
  const { log, lines } = written(false)
  log.error({ err: duplicate }, 'unexpected')
  const answered = Object.assign(new Error('an error in the body'), {
    error_description: 'unknown: a-token',
    status: 400,
  })
  log.error({ err: Object.assign(answered, { cause: { error_description: 'a-token' } }) }, 'refused')
  const [first, second] = lines.map((line) => JSON.parse(line))
  t.match(first?.err, { code: '23505', table: 'people', constraint: /people/, stack: /duplicate key/ })
  t.match(second?.err, { message: 'an error in the body', status: 400 })
  t.notMatch(lines.join(''), /usr_twice|a-token/)
})
