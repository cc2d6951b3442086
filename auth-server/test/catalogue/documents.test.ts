// OpenAPI documents of APIs: what is refused and where, that what is drawn is plain text within bounds, and who may change one.
import t from 'tap'
import { readDocument } from '../../src/catalogue/documents/read-document.ts'
import { readDocumentText } from '../../src/catalogue/documents/read-text.ts'
import { RefusedDocument } from '../../src/catalogue/documents/refused-document.ts'
import { machine } from '../support/management.ts'
import { testServer } from '../support/server.ts'

const HEAD = 'openapi: 3.0.3\ninfo: { title: Orders, version: "1" }\n'
const JSON_HEAD = '"openapi":"3.1.0","info":{"title":"Orders","version":"1"}'

const REFUSED: readonly (readonly [string, string, RegExp])[] = [
  [
    'a YAML bomb',
    `${HEAD}a: &a [x, x]\nb: &b [*a, *a]\npaths: {}\n`,
    /alias .* write the value itself \(line 4, column 8\)/,
  ],
  ['a bomb of merged keys', `${HEAD}a: &a { b: 1 }\npaths: { <<: *a }\n`, /alias .* \(line 4/],
  ['a million nodes', `{${JSON_HEAD},"paths":{},"x":[${'1,'.repeat(240_000)}1]}`, /more than 60000 values/],
  ['more than a document', `${HEAD}paths: {}\nx: ${'x'.repeat(600_000)}`, /longer than 512 KiB/],
  ['brackets without end', '['.repeat(50_000), /goes deeper than 40 levels/],
  [
    'levels without end',
    `{${JSON_HEAD},"x":${'{"a":'.repeat(60)}1${'}'.repeat(61)}`,
    /goes deeper than 40 levels \(line 1/,
  ],
  [
    'an external reference',
    `${HEAD}paths:\n  /a: { $ref: "https://evil.example/a.yaml" }\n`,
    /refers to https:\/\/evil\.example\/a\.yaml, which is outside of it.*\(line 4, column 15\)/,
  ],
  ['a file beside it', `${HEAD}paths:\n  /a: { $ref: "../secrets.yaml#/a" }\n`, /outside of it/],
  ['a file of the machine', `${HEAD}paths:\n  /a: { $ref: "file:///etc/passwd" }\n`, /outside of it/],
  [
    'a reference to nothing',
    `${HEAD}paths:\n  /a: { $ref: "#/components/x" }\n`,
    /#\/components\/x, which is not in it \(line 4/,
  ],
  ['a circle', `${HEAD}paths:\n  /a: { $ref: "#/paths/~1b" }\n  /b: { $ref: "#/paths/~1a" }\n`, /in a circle \(line 4/],
  ['Swagger 2', 'swagger: "2.0"\n', /Swagger 2: convert it/],
  ['a version to come', HEAD.replace('3.0.3', '4.0.0'), /is of version 4\.0\.0: OpenAPI 3\.0 and 3\.1 are read/],
  ['something else', 'name: orders\n', /does not say openapi/],
  ['a list', '- openapi\n', /does not say openapi/],
  ['nothing', ' ', /does not say openapi/],
  ['no title', 'openapi: 3.0.0\ninfo: { version: "1" }\npaths: {}\n', /has no info\.title \(line 2/],
  ['no paths', HEAD, /has no paths/],
  [
    'a path without /',
    `${HEAD}paths:\n  orders: { get: {} }\n`,
    /the path orders, which does not begin with \/ \(line 4/,
  ],
  ['an operation that is none', `${HEAD}paths:\n  /a:\n    get: yes\n`, /has no operation at GET \/a \(line 5/],
  ['a key twice', `${HEAD}paths: {}\npaths: {}\n`, /paths here once more; write it once \(line 4/],
  ['no YAML', `${HEAD}paths: {\n`, /is not YAML here/],
  ['two documents', `${HEAD}paths: {}\n---\n${HEAD}`, /is not YAML here/],
  ['NUL', `${HEAD}paths: {}\nx: "\0"\n`, /cannot be stored/],
]

t.test('OpenAPI document with external $ref, YAML bomb, 1 M nodes: refused, with the line', async (t) => {
  for (const [what, text, said] of REFUSED) {
    const read = await readDocumentText(text)
    t.match('tags' in read ? '' : new RefusedDocument(read).message, said, what)
  }
  const [, bomb = '', said] = REFUSED[0] ?? []
  await t.rejects(readDocument(bomb), { name: 'RefusedDocument', message: said }, 'and in a thread of its own')
})

t.test('OpenAPI document with script, javascript: links, RTL and zero width: plain text, bounded', async (t) => {
  const hostile = {
    openapi: '3.1.0',
    info: {
      title: 'A\u202eB',
      version: '1',
      description: 'a\u200b\u202eb <script>x</script>\r\n[x](javascript:x)\u0007',
    },
    tags: [{ name: '__proto__', description: 'x'.repeat(10_000) }],
    paths: {
      '/a': {
        get: {
          tags: ['__proto__'],
          summary: 'con\u200dstructor',
          parameters: [{ name: 'q\u202e', in: 'query', schema: { type: 'string', default: '<img src=x onerror=x>' } }],
          responses: {
            200: {
              description: 'ok',
              content: { 'application/json': { schema: { $ref: '#/components/schemas/Tree' } } },
            },
          },
        },
      },
    },
    components: {
      schemas: {
        Tree: {
          type: 'object',
          properties: { next: { $ref: '#/components/schemas/Tree' }, constructor: { type: ['integer', 'null'] } },
        },
      },
    },
  }
  const drawn = await readDocument(JSON.stringify(hostile, null, 1))
  t.equal(drawn.title, 'A⟨U+202E⟩B')
  t.equal(drawn.description, 'ab <script>x</script>\n[x](javascript:x)')
  const [tag] = drawn.tags
  t.match(tag, { name: '__proto__' })
  t.equal(tag?.description.length, 4001, 'cut')
  t.match(tag?.operations, [
    {
      method: 'GET',
      path: '/a',
      summary: 'con⟨U+200D⟩structor',
      parameters: [{ name: 'q⟨U+202E⟩', facts: [{ fact: 'default', text: '<img src=x onerror=x>' }] }],
      answers: [{ status: '200', contents: [{ shape: [{ types: [{ text: 'Tree', schema: 'Tree' }] }] }] }],
    },
  ])
  t.match(drawn.schemas, [
    {
      name: 'Tree',
      shape: [
        { name: '', types: [{ text: 'object', schema: null }] },
        { name: 'next', types: [{ text: 'Tree', schema: 'Tree' }] },
        { name: 'constructor', types: [{ text: 'integer', schema: null }], facts: [{ fact: 'nullable' }] },
      ],
    },
  ])
})

t.test('what is referred to a thousand times over is drawn within bounds, and the rest is counted', async (t) => {
  const properties = Object.fromEntries(
    Array.from({ length: 200 }, (_, index) => [`p${index}`, { type: 'string', description: 'x'.repeat(100) }]),
  )
  const responses = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [200 + index, { $ref: '#/components/responses/Big' }]),
  )
  const paths = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`/p${index}`, { get: { responses } }]))
  const components = {
    responses: { Big: { description: 'Big', content: { 'application/json': { schema: { properties } } } } },
  }
  const drawn = await readDocument(
    JSON.stringify({ openapi: '3.0.0', info: { title: 'x', version: '1' }, paths, components }),
  )
  const shown = drawn.tags.flatMap(({ operations }) => operations)
  t.ok(shown.length > 1 && shown.length <= 300)
  t.equal(drawn.left_out, 400 - shown.length)
  t.ok(JSON.stringify(drawn).length < 6_000_000)
})

t.test(
  'a document is set, read, drawn and taken away through the contract; each change is in the audit log',
  async (t) => {
    const server = await testServer(t)
    const { ask } = await machine(server)
    const path = '/apis/orders-api/document'
    const any = { 'if-match': '*' }
    const document = `${HEAD}paths: { /orders: { get: { responses: { "200": { description: fine } } } } }\n`
    t.match((await ask('GET', path)).json(), { status: 404 })
    t.equal((await ask('PUT', path, { body: { document } })).statusCode, 428)
    const set = await ask('PUT', path, { body: { document }, headers: any })
    t.match(set.json(), { format: 'yaml', openapi: '3.0.3', title: 'Orders', version: '1', sha256: /^[0-9a-f]{64}$/ })
    t.match((await ask('GET', path)).json(), { document })
    t.equal((await ask('GET', path)).headers.etag, set.headers.etag, 'what was set has the version of what is read')
    t.match((await ask('GET', '/apis/orders-api')).json(), {
      document: { title: 'Orders', format: 'yaml' },
      offer: 'open',
    })
    t.match((await ask('GET', '/apis/orders-api/reference')).json(), {
      tags: [{ operations: [{ path: '/orders' }] }],
      left_out: 0,
    })
    const long = `${document}x-words: "${'"\\n'.repeat(150_000)}"\n`
    const refused = await ask('PUT', path, {
      body: { document: `${HEAD}paths:\n  /a: { $ref: "http://x" }\n` },
      headers: any,
    })
    t.match(refused.json(), {
      status: 400,
      code: 'invalid_request',
      detail: /^The OpenAPI document refers to .*line 4/,
    })
    t.equal((await ask('PUT', path, { body: { document: 'x'.repeat(2_000_000) }, headers: any })).statusCode, 413)
    t.equal((await ask('PUT', path, { body: { document: long }, headers: any })).statusCode, 400, 'read, and refused')
    t.match((await ask('GET', path)).json(), { document }, 'what is refused changes nothing')
    const etag = String(set.headers.etag)
    const other = await machine(server)
    const both = await Promise.all(
      [ask, other.ask].map((put, version) =>
        put('PUT', path, {
          body: { document: document.replace('"1"', `"${version + 2}"`) },
          headers: { 'if-match': etag },
        }),
      ),
    )
    t.strictSame(both.map(({ statusCode }) => statusCode).sort(), [200, 412], 'of two who read the same, one sets it')
    t.equal((await ask('DELETE', path, { headers: any })).statusCode, 204)
    t.match((await ask('GET', '/apis/orders-api')).json(), { document: null })
    const events = (await ask('GET', '/audit', { query: { type: 'api', api_id: 'orders-api' } })).json().items
    t.match(events[0], {
      outcome: 'changed',
      change: { before: [/^OpenAPI document: Orders/], after: ['OpenAPI document: '] },
    })
  },
)

t.test('a document for a version that is old already is not even read', async (t) => {
  const { ask } = await machine(await testServer(t))
  const path = '/apis/orders-api/document'
  const put = (document: string, ifMatch: string) =>
    ask('PUT', path, { body: { document }, headers: { 'if-match': ifMatch, 'idempotency-key': ifMatch } })
  const first = await put(`${HEAD}paths: {}\n`, '*')
  const etag = String(first.headers.etag)
  const again = await put(`${HEAD}paths: {}\n# more\n`, etag)
  t.equal(again.statusCode, 200)
  const unreadable = `${HEAD}paths:\n  /a: { $ref: "http://x" }\n`
  const late = await ask('PUT', path, { body: { document: unreadable }, headers: { 'if-match': etag } })
  t.match(late.json(), { status: 412, code: 'precondition_failed' }, 'which says nothing of what is in it')
  const current = { 'if-match': String(again.headers.etag) }
  t.equal((await ask('PUT', path, { body: { document: unreadable }, headers: current })).statusCode, 400)
  t.equal(
    (await put(`${HEAD}paths: {}\n# more\n`, etag)).body,
    again.body,
    'what was done is answered again all the same',
  )
})

t.test('a caller has one document read at a time, and keeps nobody else from it', async (t) => {
  const server = await testServer(t)
  const [one, other] = [await machine(server), await machine(server)]
  const put = ({ ask }: typeof one, version: number) =>
    ask('PUT', '/apis/orders-api/document', {
      body: { document: `${HEAD.replace('"1"', `"${version}"`)}paths: {}\n` },
      headers: { 'if-match': '*' },
    })
  const [, , ...refused] = (await Promise.all([put(one, 1), put(other, 2), put(one, 3), put(one, 4)])).sort(
    (a, b) => a.statusCode - b.statusCode,
  )
  for (const answer of refused)
    t.match(answer, { statusCode: 429, headers: { 'retry-after': '1' }, body: /send this one again after its answer/ })
  t.equal((await put(one, 5)).statusCode, 200, 'and the next one after it')
})
