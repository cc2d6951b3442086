// The contract keeps its word, row by row: who is let in, what is refused, and that nothing else is told than it declares.
import { isOperationId, OPERATIONS, type OperationId } from '@mobile-api-gateway/sdk/contract/index.ts'
import { isWrite, type ManagementOperation } from '@mobile-api-gateway/sdk/contract/operation.ts'
import type { InjectOptions } from 'fastify'
import t from 'tap'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { shapeAnswer } from '../../src/management/checks.ts'
import { perform } from '../../src/management/perform.ts'
import { everything } from '../support/everything.ts'
import { ALL_SCOPES, machine } from '../support/management.ts'
import { testServer } from '../support/server.ts'
import { DOCUMENT, fittingRequests } from './operations.ts'

const NOWHERE = 'A'.repeat(22)
const server = await testServer(t)
/** Each test asks as a client of its own, whose calls nobody else counts. */
function everyScope() {
  return machine(server)
}
const things = {
  personId: server.personId,
  clientId: 'shop-app',
  subscriptionId: `sub_${NOWHERE}`,
  pendingId: `sub_${NOWHERE}`,
  installationId: `grant_${NOWHERE}`,
}
const requests = fittingRequests(things)
const rows: readonly (readonly [OperationId, ManagementOperation])[] = Object.keys(OPERATIONS)
  .filter(isOperationId)
  .map((id) => [id, OPERATIONS[id]])

type Ask = Awaited<ReturnType<typeof machine>>['ask']

function send(ask: Ask, id: OperationId, changes: Parameters<Ask>[2] = {}, fitting = requests) {
  const { method, path }: ManagementOperation = OPERATIONS[id]
  const { params = {}, query, body } = fitting[id]
  const address = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
  return ask(method, address, { ...(query && { query }), ...(body && { body }), ...changes })
}

t.test('no operation answers without a token: 401 with a challenge, as problem details', async (t) => {
  const all = await everyScope()
  for (const [id] of rows) {
    for (const authorization of [undefined, `Bearer ${all.token.slice(0, -4)}AAAA`, 'Bearer nonsense']) {
      const { statusCode, headers } = await send(all.ask, id, { headers: { authorization } })
      t.match(
        { statusCode, type: headers['content-type'], challenge: headers['www-authenticate'] },
        { statusCode: 401, type: /^application\/problem\+json/, challenge: /^Bearer realm=/ },
        id,
      )
    }
  }
})

t.test(
  'machine client with users:read reads applications, raises its own scopes: 403 for every scope that it lacks',
  async (t) => {
    for (const scope of new Set(rows.map(([, row]) => row.scope))) {
      const others = await machine(
        server,
        ALL_SCOPES.filter((each) => each !== scope),
      )
      for (const [id, row] of rows) {
        if (row.scope !== scope) continue
        const response = await send(others.ask, id)
        t.equal(response.statusCode, 403, id)
        t.match(response.json(), { code: 'insufficient_scope', status: 403 }, id)
        t.match(response.headers['www-authenticate'], `scope="${scope}"`, id)
      }
    }
  },
)

t.test(
  'unknown members, also userId, owner, trusted, approved, scopes, first_party, are 400 in any body and filter',
  async (t) => {
    const names = ['userId', 'owner', 'trusted', 'approved', 'scopes', 'first_party', 'order_by', 'is_admin']
    const declared: string[] = []
    for (const name of names) {
      const all = await everyScope()
      for (const [id, row] of rows) {
        const inQuery = await send(all.ask, id, { query: { ...requests[id].query, [name]: 'id; drop table people' } })
        t.match(inQuery.json(), { status: 400, code: 'invalid_request', detail: name }, `${id} ?${name}`)
        if (!isWrite(row)) continue
        if (row.body && Object.hasOwn(Object(row.body).properties, name)) {
          declared.push(`${id} ${name}`)
          continue
        }
        const inBody = await send(all.ask, id, { body: { ...requests[id].body, [name]: true } })
        t.match(inBody.json(), { status: 400, code: 'invalid_request', detail: name }, `${id} ${name}`)
      }
    }
    const known = ['apis.create scopes', 'apis.update scopes', 'approvals.approve trusted', 'approvals.change scopes']
    const rest = ['approvals.change trusted', 'subscriptions.create scopes']
    t.strictSame(declared.toSorted(), [...known, ...rest], 'where they say something, of an API or of a subscription')
  },
)

t.test(
  'without a session the same members say nothing: 401 before a body is read, and nothing has changed',
  async (t) => {
    const all = await everyScope()
    const before = await everything(server.db, ['attempts'])
    const body = { userId: things.personId, owner: things.personId, trusted: true, approved: true, first_party: true }
    for (const [id, row] of rows.filter(([, row]) => isWrite(row))) {
      const answer = await send(all.ask, id, {
        body: { ...(row.body && requests[id].body), ...body },
        headers: { authorization: undefined, 'if-match': '*' },
      })
      t.equal(answer.statusCode, 401, id)
    }
    t.equal(await everything(server.db, ['attempts']), before)
  },
)

t.test('`order_by`/`filter` with SQL, unknown field, 10 000 characters: 400; allow-list', async (t) => {
  const [sql, long] = ["id; drop table people --' or 1=1", 'x'.repeat(10_000)]
  const reads = rows.filter(([, { method }]) => method === 'GET')
  for (const name of ['order_by', 'filter', 'sort', 'include', 'fields']) {
    const { ask } = await everyScope()
    for (const [id] of reads)
      for (const value of [sql, long]) {
        const answer = await send(ask, id, { query: { [name]: value } })
        t.match(answer.json(), { status: 400, code: 'invalid_request', detail: name }, `${id} ?${name}`)
      }
  }
  const { ask } = await everyScope()
  for (const [id, row] of reads)
    for (const name of Object.keys(Object(row.query ?? {}).properties ?? {})) {
      const answer = await send(ask, id, { query: { [name]: long } })
      t.match(answer.json(), { status: 400, code: 'invalid_request' }, `${id} ?${name} of 10,000 characters`)
      t.ok((await send(ask, id, { query: { [name]: sql } })).statusCode < 500, `${id} ?${name} as SQL`)
    }
})

t.test('what is missing or is none of the words that are meant is said with those words', async (t) => {
  const { ask } = await everyScope()
  const rows = [
    ['POST', '/applications', {}, 'the body lacks name and kind (one of native, web, browser)'],
    ['POST', '/applications', { name: 'x', kind: 'phone' }, 'the body, at /kind, is one of native, web, browser'],
    ['POST', '/applications', { name: 'x', kind: 'web', jwks: {} }, 'the body, at /jwks, lacks keys'],
    ['POST', '/groups', { name: 7 }, 'the body, at /name, must be string'],
  ] as const
  for (const [method, path, body, detail] of rows)
    t.match((await ask(method, path, { body })).json(), { status: 400, code: 'invalid_request', detail })
  const query = { status: 'gone' }
  const filter = (await ask('GET', '/people', { query })).json()
  t.match(filter, { status: 400, detail: /^the query, at \/status, is one of active, / })
})

t.test('write without If-Match or with an old one: 428 and 412', async (t) => {
  const all = await everyScope()
  for (const [id, row] of rows) {
    const response = await send(all.ask, id)
    if (!row.precondition) t.not(response.statusCode, 428, id)
    else t.match(response.json(), { status: 428, code: 'precondition_required' }, id)
  }
  await all.ask('POST', '/groups', { body: { name: 'staff' } })
  const [subscription] = (await all.ask('GET', '/subscriptions', { query: { client_id: 'shop-app' } })).json().items
  const there = fittingRequests({ ...things, subscriptionId: subscription.id })
  await send(all.ask, 'applications.set_identity', { headers: { 'if-match': '*' } })
  await all.ask('PUT', '/apis/orders-api/document', { body: { document: DOCUMENT }, headers: { 'if-match': '*' } })
  const versioned = rows.flatMap(([id, row]) => (row.precondition ? [id] : []))
  t.ok(versioned.length >= 11)
  for (const id of versioned) {
    const old = await send(all.ask, id, { headers: { 'if-match': `"${NOWHERE}"` } }, there)
    t.match(old.json(), { status: 412, code: 'precondition_failed' }, `${id} ${old.body}`)
    const none = await send(all.ask, id, { headers: { 'if-match': 'nonsense' } }, there)
    t.match(none.json(), { status: 400 }, id)
  }
})

t.test(
  'NUL in any body: 400; what else cannot be stored or read is 4xx: half a pair, 10,000 characters, __proto__, twice, bad JSON, other types',
  async (t) => {
    const all = await everyScope()
    const path = '/applications'
    const json = { 'content-type': 'application/json' }
    const bodies: readonly (readonly [string, number])[] = [
      ['{"name":"a\\u0000b","kind":"native"}', 400],
      ['{"name":"a\\ud800b","kind":"native"}', 400],
      [`{"name":"${'x'.repeat(10_000)}","kind":"native"}`, 400],
      ['{"name":"x","kind":"native","__proto__":{"trusted":true}}', 400],
      ['{"name":"x","kind":"native","constructor":{}}', 400],
      ['{"name":"x","name":"y","kind":"native"}', 400],
      ['{"name":"x"', 400],
      ['[]', 400],
      ['null', 400],
      ['', 400],
      [`{"name":"${'x'.repeat(70_000)}"}`, 413],
      ['{"name":1,"kind":"native"}', 400],
      ['{"name":"x","kind":"native","pkce_required":"true"}', 400],
    ]
    for (const [body, status] of bodies) {
      const response = await all.ask('POST', path, { body, headers: json })
      t.equal(response.statusCode, status, `${body.slice(0, 60)} ${response.body}`)
      t.match(response.headers['content-type'], /^application\/problem\+json/, body.slice(0, 60))
    }
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/xml',
    ])
      t.equal((await all.ask('POST', path, { body: '{}', headers: { 'content-type': type } })).statusCode, 415, type)
    const queries = [
      '?kind=%00',
      '?kind=a&kind=b',
      '?limit=0',
      '?limit=101',
      '?limit=1e1',
      '?limit=-1',
      `?cursor=${'A'.repeat(10_000)}`,
      '?cursor=!',
      '?cursor=AA',
      '?api=%ff',
      `?api=${'x'.repeat(9000)}`,
    ]
    for (const query of queries) t.equal((await all.ask('GET', path + query)).statusCode, 400, query.slice(0, 40))
    for (const id of ['%00', 'usr_x', `${'x'.repeat(300)}`, '..%2f', '%ff'])
      t.match([400, 404, 414].includes((await all.ask('GET', `/people/${id}`)).statusCode), true, id)
  },
)

t.test(
  'RFC 9110 §15.5.6: another method is 405 with those that there are; no page of another origin may read',
  async (t) => {
    const all = await everyScope()
    const methods = [
      'GET',
      'HEAD',
      'POST',
      'PUT',
      'PATCH',
      'DELETE',
      'OPTIONS',
      'QUERY',
      'PROPFIND',
    ] satisfies InjectOptions['method'][]
    const byPath = Map.groupBy(rows, ([, { path }]) => path)
    for (const [path, known] of byPath) {
      const allowed = known.map(([, { method }]) => method)
      for (const method of methods) {
        const response = await all.ask(method, path.replace(/\{\w+\}/g, 'x'), {
          headers: { origin: 'https://page.example' },
        })
        t.equal(response.headers['access-control-allow-origin'], undefined, path)
        if (allowed.some((each) => each === method)) t.not(response.statusCode, 405, `${method} ${path}`)
        else
          t.match(
            { status: response.statusCode, allow: response.headers.allow },
            { status: 405, allow: allowed.join(', ') },
            `${method} ${path}`,
          )
      }
    }
    for (const path of ['/nothing', '/people/x/y/z', '/'])
      t.match((await all.ask('GET', path)).json(), { status: 404, code: 'not_found' }, path)
  },
)

t.test('every answer is kept by no cache', async (t) => {
  const all = await everyScope()
  for (const [id] of rows) t.equal((await send(all.ask, id)).headers['cache-control'], 'no-store', id)
})

t.test('an answer tells what its row declares and nothing else, by whatever oversight', async (t) => {
  const all = await everyScope()
  const application = (await all.ask('GET', '/applications/shop-app')).json()
  const careless = { ...application, client_secret_hash: 'x', jwks: { keys: [{ kty: 'EC', d: 'private' }] } }
  t.strictSame(shapeAnswer('applications.get', careless), { ...application, jwks: { keys: [{ kty: 'EC' }] } })
  t.throws(() => shapeAnswer('applications.get', { ...application, name: undefined }), { message: /does not say/ })
})

t.test('the operator needs no scope, and asks by the same rows', async (t) => {
  const operator = { authority: OPERATOR }
  const { status, body } = await perform(server.deps, operator, 'applications.get', {
    params: { client_id: 'shop-app' },
  })
  t.match({ status, body }, { status: 200, body: { client_id: 'shop-app' } })
  await t.rejects(perform(server.deps, operator, 'applications.list', { query: { nothing: '1' } }), {
    message: /nothing/,
  })
})
