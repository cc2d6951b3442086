// Reading OpenAPI documents takes its time: outside of every transaction, each in its turn, and once for a release.
import t from 'tap'
import { readDocument } from '../../src/catalogue/documents/read-document.ts'
import { machine } from '../support/management.ts'
import { testServer } from '../support/server.ts'

function document(title: string): string {
  return `openapi: 3.1.0\ninfo: { title: ${title}, version: "1" }\npaths: {}\n`
}
/** Reading it takes more memory or time than there is for it. */
const SLOW = `x: [${','.repeat(500_000)}]`

const server = await testServer(t)
const { ask } = await machine(server)

function set(text: string) {
  return ask('PUT', '/apis/orders-api/document', { body: { document: text }, headers: { 'if-match': '*' } })
}
function reference() {
  return ask('GET', '/apis/orders-api/reference')
}

t.test(
  'a document that takes too much ends no server and holds no connection, is refused, and nobody waits for ever',
  async (t) => {
    const refused = readDocument(SLOW).then(
      () => undefined,
      (error: unknown) => error,
    )
    // It waits behind that one for longer than a connection may be silent.
    const answered = set(document('Orders'))
    await t.rejects(readDocument(document('Late'), 0.01), {
      code: 'temporarily_unavailable',
      status: 503,
      headers: { 'retry-after': '10' },
    })
    t.match(await refused, { name: 'RefusedDocument', message: /takes too much to read: make it simpler/ })
    const { statusCode, body } = await answered
    t.equal(statusCode, 200, body)
  },
)

t.test(
  'what was drawn is kept with the document; another release draws it once, and what it refuses it tries no more',
  async (t) => {
    t.match(await reference(), { statusCode: 200 })
    t.match((await reference()).json(), { title: 'Orders' })
    const change = (values: Readonly<Record<string, string>>) =>
      server.db.updateTable('api_documents').set(values).where('api_id', '=', 'orders-api').execute()
    await change({ document: 'not read again' })
    t.match((await reference()).json(), { title: 'Orders' })
    await change({ drawn_by: 'another release' })
    t.match((await reference()).json(), { status: 400, detail: /^The OpenAPI document does not say openapi/ })
    await change({ document: document('Mended') })
    t.match((await reference()).json(), { status: 400 }, 'not read again')
    await change({ drawn_by: 'another release' })
    const all = await Promise.all([reference(), reference(), reference()])
    for (const answer of all) t.match(answer.json(), { title: 'Mended' })
    t.equal((await set(document('Orders'))).statusCode, 200)
    t.match((await reference()).json(), { title: 'Orders' }, 'the one that is set is drawn, whatever was before')
  },
)
