// OpenAPI documents in the catalogue file: read from beside it, written with it, and whether developers are offered an API.
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { BY_COMMAND } from '../../src/audit/context.ts'
import { besideFile } from '../../src/catalogue/file/beside.ts'
import { exportCatalogue } from '../../src/catalogue/file/export.ts'
import { importCatalogue } from '../../src/catalogue/file/import.ts'
import { formatYamlProblem, readCatalogueFile } from '../../src/catalogue/file/read.ts'
import { reportLines } from '../../src/catalogue/file/report.ts'
import type { Db } from '../../src/store/database.ts'
import { machine } from '../support/management.ts'
import { inRole } from '../support/portal-actor.ts'
import { ISSUER, testServer } from '../support/server.ts'

const DOCUMENT = 'openapi: 3.1.0\ninfo: { title: Maps, version: "2" }\npaths: {}\n'
const API = 'name: Maps\n    resource: https://api.example.com/maps\n    scopes: {}\n    plans: [basic]'
const CATALOGUE = `apis:\n  maps:\n    ${API}\n    offer: deprecated\n    openapi: openapi/maps.yaml\n`

async function read(folder: string, text: string) {
  return readCatalogueFile(text, {}, besideFile(join(folder, 'catalogue.yml')))
}

async function importFrom(db: Db, folder: string, text: string) {
  const file = await read(folder, text)
  if (!('apis' in file)) throw new Error(file.map((problem) => problem.text).join('\n'))
  return reportLines(await importCatalogue(db, file, { issuer: ISSUER, context: BY_COMMAND }), {})
}

function folderOf(t: Test, document = DOCUMENT): string {
  return t.testdir({ openapi: { 'maps.yaml': document, 'list.yaml': '- x', folder: {} }, 'catalogue.yml': CATALOGUE })
}

t.test('a document comes with the file, goes with it, and an export brings the same elsewhere', async (t) => {
  const server = await testServer(t)
  const { ask } = await machine(server)
  const folder = folderOf(t)
  const lines = await importFrom(server.db, folder, CATALOGUE)
  t.match(
    lines.join('\n'),
    /^\+ API maps is added\n.* offer: deprecated\n.* +OpenAPI document: Maps 2, sha256 [0-9a-f]{64}\n/s,
  )
  t.match((await ask('GET', '/apis/maps/document')).json(), { document: DOCUMENT, title: 'Maps', version: '2' })
  t.equal((await importFrom(server.db, folder, CATALOGUE))[0], 'Nothing changes.')

  const { text, documents } = await exportCatalogue(server.db, { issuer: ISSUER, all: false })
  t.match(text, 'openapi: openapi/maps.yaml')
  const [copy, other] = [t.testdir({}), await testServer(t)]
  for (const file of documents) {
    await mkdir(dirname(join(copy, file.path)), { recursive: true })
    await writeFile(join(copy, file.path), file.text)
  }
  t.equal((await importFrom(server.db, copy, text))[0], 'Nothing changes.')
  t.match((await importFrom(other.db, copy, text))[0], '+ API maps is added')
  t.strictSame((await exportCatalogue(other.db, { issuer: ISSUER, all: false })).documents, documents)

  const any = { 'if-match': '*' }
  for (const change of [
    await ask('DELETE', '/apis/maps/document', { headers: any }),
    await ask('PUT', '/apis/maps/document', { body: { document: DOCUMENT }, headers: any }),
  ])
    t.match(change.json(), { status: 409, detail: /managed by catalogue\.yml/ })
  const without = CATALOGUE.replace('    openapi: openapi/maps.yaml\n', '')
  t.match((await importFrom(server.db, folder, without))[1], /OpenAPI document: Maps 2, sha256 [0-9a-f]+ -> nothing/)
  t.match((await ask('GET', '/apis/maps/document')).json(), { status: 404 })
})

t.test('what is wrong with a document is told with its line, beside what names it', async (t) => {
  const folder = folderOf(t, DOCUMENT.replace('paths: {}', 'paths: { /a: { $ref: "http://x" } }'))
  await writeFile(join(folder, 'openapi/long.yaml'), 'x'.repeat(600 * 1024))
  await writeFile(join(folder, 'openapi/latin.yaml'), Buffer.from(`# Caf\xe9\n${DOCUMENT}`, 'latin1'))
  for (const [path, said] of [
    ['openapi/maps.yaml', /openapi\/maps\.yaml:3:\d+: refers to http:\/\/x, which is outside of it/],
    ['openapi/list.yaml', /openapi\/list\.yaml:1:1: does not say openapi/],
    ['openapi/none.yaml', /openapi\/none\.yaml cannot be read \(ENOENT\)/],
    ['openapi/folder', /openapi\/folder is no file/],
    ['openapi/latin.yaml', /openapi\/latin\.yaml is not in UTF-8/],
    ['openapi/long.yaml', /openapi\/long\.yaml is longer than 512 KiB/],
    ['../catalogue.yml', /is not in the folder of the catalogue file/],
    ['openapi/../../x.yaml', /is not in the folder of the catalogue file/],
    ['/etc/passwd', /is not in the folder of the catalogue file/],
    ['https://example.com/openapi.yaml', /cannot be read/],
  ] as const) {
    const problems = await read(folder, CATALOGUE.replace('openapi/maps.yaml', path))
    t.match(
      'apis' in problems ? '' : problems.map((problem) => formatYamlProblem('catalogue.yml', problem)).join('\n'),
      said,
      path,
    )
    t.match(problems, [{ line: 2 }], 'at the API')
  }
})

t.test('deprecated API refused, duplicate refused, plan not offered refused; what there is goes on', async (t) => {
  const server = await testServer(t)
  const { ask } = await machine(server)
  const body = { client_id: 'shop-app', api_id: 'maps', plan: 'basic', scopes: [] }
  await ask('POST', '/apis', {
    body: { id: 'maps', name: 'Maps', resource: 'https://api.example.com/maps', scopes: [], plans: ['basic'] },
  })
  t.match((await ask('POST', '/subscriptions', { body: { ...body, plan: 'gold' } })).json(), {
    status: 400,
    detail: 'maps has no plan gold. It has basic.',
  })
  const first = await ask('POST', '/subscriptions', { body })
  t.equal(first.statusCode, 201)
  t.match((await ask('POST', '/subscriptions', { body })).json(), {
    status: 409,
    detail: /has a subscription to this API, or asked/,
  })
  const { id: _, built_in, managed_by, suspended_at, document, ...definition } = (await ask('GET', '/apis/maps')).json()
  const deprecated = await ask('PUT', '/apis/maps', {
    body: { ...definition, offer: 'deprecated' },
    headers: { 'if-match': '*' },
  })
  t.match(deprecated.json(), { offer: 'deprecated' })
  const id = String(first.json().id)
  const { ask: approver } = await machine(server)
  t.equal(
    (await approver('POST', `/approvals/${id}/approve`, { body: {} })).statusCode,
    200,
    'what was asked before is decided',
  )
  await ask('DELETE', `/subscriptions/${id}`, { headers: { 'if-match': '*' } })
  t.match((await ask('POST', '/subscriptions', { body })).json(), {
    status: 409,
    detail: 'maps is deprecated: it takes no new subscriptions.',
  })
})

t.test(
  'hidden APIs, and those of the server itself, are offered to no developer; to their approvers they are',
  async (t) => {
    const server = await testServer(t)
    const { ask } = await machine(server)
    const maps = {
      id: 'maps',
      name: 'Maps',
      resource: 'https://api.example.com/maps',
      scopes: [],
      plans: ['secret'],
      offer: 'hidden',
    }
    t.equal((await ask('POST', '/apis', { body: maps })).statusCode, 201)
    await ask('PUT', '/apis/maps/document', { body: { document: DOCUMENT }, headers: { 'if-match': '*' } })
    const developer = await inRole(server, 'dev@example.com', { role: 'developer' })
    const approver = await inRole(server, 'approver@example.com', { role: 'approver', apiId: 'maps' })
    const seenBy = async (who: typeof developer) => (await who.ask('apis.list')).body
    t.match(await seenBy(developer), { items: [{ id: 'orders-api' }], next: null })
    t.match(await seenBy(approver), { items: [{ id: 'maps' }, { id: 'orders-api' }] })
    for (const id of ['maps', 'management', 'revocations', 'nothing']) {
      for (const operation of ['apis.get', 'apis.get_document', 'apis.reference'] as const)
        t.match(
          await developer.ask(operation, { params: { id } }),
          { status: 404, body: { detail: 'there is no API of this id' } },
          id,
        )
      const body = { client_id: 'shop-app', api_id: id, plan: 'secret', scopes: [] }
      t.match(await developer.ask('subscriptions.create', { body }), { status: 404 }, id)
    }
    t.match(await developer.ask('plans.list'), { body: { items: [{ name: 'basic', apis: ['orders-api'] }] } })
    t.match(await developer.ask('plans.list', { query: { api_id: 'maps' } }), { body: { items: [] } })
    t.equal(
      (
        await developer.ask('apis.set_document', {
          params: { id: 'orders-api' },
          body: { document: DOCUMENT },
          ifMatch: '*',
        })
      ).status,
      403,
    )
  },
)
