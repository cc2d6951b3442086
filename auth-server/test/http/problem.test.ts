// One error shape, one handler, three renderers: the route says which, the problem says everything else.
import fastify from 'fastify'
import t from 'tap'
import { PasswordQueueFull, PasswordShareUsedUp } from '../../src/crypto/password-queue.ts'
import { ParameterError } from '../../src/http/parameters.ts'
import { HttpProblem } from '../../src/http/problem.ts'
import { addProblemHandler } from '../../src/http/problem-handler.ts'
import { addPages } from '../../src/pages/send-page.ts'
import { PROBLEMS } from '../../src/problems.ts'
import { ConnectionsInUse } from '../../src/store/connection-share.ts'

const lines: string[] = []
const app = fastify({ logger: { stream: { write: (line: string) => lines.push(line) } } })
addPages(app, {
  issuer: 'http://localhost:4000',
  operatorName: undefined,
  operatorLogo: undefined,
  operatorHelpUrl: undefined,
  operatorPrivacyUrl: undefined,
  operatorTermsUrl: undefined,
})
addProblemHandler(app, PROBLEMS)
t.teardown(() => app.close())

let thrown: unknown
for (const [url, errors] of [
  ['/page', 'page'],
  ['/oauth', 'oauth'],
  ['/details', 'problem details'],
] as const)
  app.get(url, { config: { errors } }, () => {
    throw thrown
  })
app.get('/unmarked', () => {
  throw thrown
})

async function ask(url: string, error: unknown) {
  thrown = error
  lines.length = 0
  const { statusCode, headers, body } = await app.inject(url)
  return { statusCode, headers, body, logged: lines.filter((line) => !/incoming request|request completed/.test(line)) }
}

const taken = new HttpProblem('name_taken', 'another application has this name', {
  status: 409,
  headers: { 'x-extra': '1' },
  detail: 'for the log only',
})

t.test('RFC 9457 §3: problem details say status, title, code and the sentence', async (t) => {
  const { statusCode, headers, body } = await ask('/details', taken)
  t.equal(statusCode, 409)
  t.match(headers, { 'content-type': 'application/problem+json', 'cache-control': 'no-store', 'x-extra': '1' })
  t.strictSame(JSON.parse(body), {
    title: 'Conflict',
    status: 409,
    code: 'name_taken',
    detail: 'another application has this name',
  })
})

t.test('the same problem in the words of OAuth, which is how a route answers that says nothing', async (t) => {
  for (const url of ['/oauth', '/unmarked']) {
    const { statusCode, headers, body } = await ask(url, taken)
    t.equal(statusCode, 409)
    t.match(headers, { 'content-type': /^application\/json/, 'cache-control': 'no-store', 'x-extra': '1' })
    t.strictSame(JSON.parse(body), { error: 'name_taken', error_description: 'another application has this name' })
  }
})

t.test('the same problem as a page', async (t) => {
  const { statusCode, headers, body } = await ask('/page', taken)
  t.equal(statusCode, 409)
  t.match(headers, { 'content-type': /^text\/html/, 'cache-control': 'no-store', 'x-extra': '1' })
  t.match(body, 'Another application has this name.')
  t.notMatch(body, 'for the log only')
})

t.test('a problem with a location leads there, however the route answers', async (t) => {
  const location = 'com.example.app:/cb?error=x'
  for (const url of ['/page', '/oauth', '/details']) {
    const { statusCode, headers, body } = await ask(url, new HttpProblem('x', 'y', { status: 400, location }))
    t.strictSame([statusCode, headers.location, body], [303, location, ''])
  }
})

t.test('its sentence fits into a header, whatever somebody sent (RFC 6749 §5.2)', async (t) => {
  const { body } = await ask('/oauth', new HttpProblem('x', 'RFC 1 §2: “naïve” \\ 10 × 一\n', { status: 400 }))
  t.equal(JSON.parse(body).error_description, "RFC 1 section 2: 'naive' / 10 x ??")
})

t.test('what knows no status is translated by the table, the same for each renderer', async (t) => {
  const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  const tooLarge = Object.assign(new Error('Request body is too large'), { statusCode: 413 })
  const rows: [error: unknown, status: number, code: string, retryAfter?: string][] = [
    [new ParameterError('state was sent more than once'), 400, 'invalid_request'],
    [new PasswordQueueFull('full'), 503, 'temporarily_unavailable', '5'],
    [new ConnectionsInUse('all'), 503, 'temporarily_unavailable', '5'],
    [away, 503, 'temporarily_unavailable', '5'],
    [Object.assign(new Error('aborted'), { code: 'ECONNRESET', statusCode: 400 }), 400, 'invalid_request'],
    [new PasswordShareUsedUp('share'), 429, 'too_many_requests', '5'],
    [tooLarge, 413, 'invalid_request'],
    [new Error('secret of ours'), 500, 'server_error'],
    ['no error at all', 500, 'server_error'],
  ]
  for (const [error, status, code, retryAfter] of rows) {
    const oauth = await ask('/oauth', error)
    const details = await ask('/details', error)
    const page = await ask('/page', error)
    t.strictSame([oauth.statusCode, details.statusCode, page.statusCode], [status, status, status], String(error))
    t.strictSame([JSON.parse(oauth.body).error, JSON.parse(details.body).code], [code, code])
    t.equal(details.headers['retry-after'], retryAfter)
    t.notMatch(oauth.body + details.body + page.body, 'secret of ours')
  }
})

t.test(
  'what is our fault is logged with its cause, an outage once a second, what is theirs as information',
  async (t) => {
    const levels = (logged: readonly string[]) => logged.map((line) => JSON.parse(line).level)
    t.strictSame(levels((await ask('/oauth', new Error('boom'))).logged), [50])
    const away = Object.assign(new Error('57P01'), { code: '57P01', name: 'TestAway' })
    const outage = [await ask('/oauth', away), await ask('/oauth', away)]
    t.strictSame(
      outage.map(({ logged }) => levels(logged)),
      [[50], []],
    )
    t.strictSame(levels((await ask('/oauth', taken)).logged), [30])
  },
)
