// The demo is auth-server/catalogue.yml: what the README, the demo and the tests say of it is there, and a stack takes it in.
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { defineBuiltInApi } from '../../../auth-server/src/catalogue/apis.ts'
import { besideFile } from '../../../auth-server/src/catalogue/file/beside.ts'
import { readCatalogueFile } from '../../../auth-server/src/catalogue/file/read.ts'
import { moveCatalogue } from '../../../auth-server/src/config/yaml-origins.ts'
import { authenticate } from '../../../auth-server/src/identity/local-account.ts'
import { revocationsApi } from '../../../auth-server/src/oauth/feed/gateway-access.ts'
import { openDatabase } from '../../../auth-server/src/store/database.ts'
import { testDatabase } from '../../../auth-server/test/support/database.ts'
import { DEMO } from '../../demo/known.ts'
import { takeCatalogueFile } from '../../stack/demo-catalogue.ts'
import { followCatalogue } from '../../stack/follow-catalogue.ts'
import { waitUntil } from '../../stack/wait.ts'

const FILE = join(import.meta.dirname, '../../../auth-server/catalogue.yml')
const ISSUER = 'http://localhost:4000'
const PEPPER = Buffer.alloc(32, 1).toString('base64url')

async function prepared(t: Test) {
  const databaseUrl = await testDatabase(t)
  const db = openDatabase(databaseUrl, () => {}, { connections: 1 })
  t.teardown(() => db.destroy())
  await defineBuiltInApi(db, revocationsApi(ISSUER))
  const options = {
    file: FILE,
    databaseUrl,
    issuer: ISSUER,
    passwordPepper: PEPPER,
    gatewayClientSecret: Buffer.alloc(32, 2).toString('base64url'),
  }
  const names = async () =>
    (await db.selectFrom('applications').orderBy('client_id').select('client_id').execute()).map((row) => row.client_id)
  return { db, options, names }
}

t.test('what is said of the demo is what the file defines', async (t) => {
  const read = await readCatalogueFile(await readFile(FILE, 'utf8'), {}, besideFile(FILE))
  if (!('apis' in read)) throw new Error(JSON.stringify(read))
  t.match(read.apis, [
    {
      value: {
        id: DEMO.apiId,
        scopes: DEMO.scopes,
        plans: [DEMO.plan, 'guest'],
        guests: DEMO.guests,
        document: { title: 'Demo API' },
      },
    },
  ])
  t.match(read.applications, [
    {
      value: {
        definition: { clientId: DEMO.clientId, redirectUris: [DEMO.redirectUri, DEMO.loopbackRedirectUri] },
        subscriptions: [{ apiId: DEMO.apiId, plan: DEMO.plan, scopes: Object.keys(DEMO.scopes), trusted: true }],
      },
    },
  ])
  t.match(read.developmentPeople, [{ email: DEMO.email }])
  t.notMatch(await readFile(FILE, 'utf8'), new RegExp(DEMO.password), 'the password stands elsewhere')
})

t.test('a stack takes the file in; the same again changes nothing', async (t) => {
  const { db, options, names } = await prepared(t)
  t.equal((await takeCatalogueFile(options)).changes.length, 4)
  t.strictSame((await takeCatalogueFile(options)).changes, [])
  t.strictSame(await names(), [DEMO.clientId, DEMO.gatewayClientId])
  const peppers = { passwordPepper: PEPPER, previousPasswordPepper: undefined }
  t.ok(await authenticate(db, peppers, DEMO, []))
})

t.test('what the file names has the addresses of this stack, as the file itself', async (t) => {
  const { db, options } = await prepared(t)
  const origins = { 'http://localhost:8000': 'http://localhost:9', 'http://localhost:4000': 'http://localhost:8' }
  await takeCatalogueFile({ ...options, origins })
  const [found] = await db.selectFrom('api_documents').select('document').execute()
  t.match(found?.document, '- url: http://localhost:9/mobile')
  t.match(found?.document, 'tokenUrl: http://localhost:8/token')
  t.notMatch(found?.document, /localhost:[48]000/)
})

t.test('the password that everybody knows opens nothing where others could come', async (t) => {
  const { db, options } = await prepared(t)
  for (const issuer of ['https://login.example.com', 'http://192.168.1.5:4000', 'https://localhost'])
    await t.rejects(takeCatalogueFile({ ...options, issuer }), /for this machine alone/)
  t.strictSame(await db.selectFrom('people').select('id').execute(), [])
  await takeCatalogueFile({ ...options, issuer: 'https://login.example.com', password: 'a random password' })
  const peppers = { passwordPepper: PEPPER, previousPasswordPepper: undefined }
  t.notOk(await authenticate(db, peppers, DEMO, []))
})

t.test('an edit is in force when it is saved; one with mistakes is told, and all stays as it was', async (t) => {
  const { options, names } = await prepared(t)
  const text = await readFile(FILE, 'utf8')
  const folder = t.testdir({ 'catalogue.yml': text })
  await cp(join(FILE, '../openapi'), join(folder, 'openapi'), { recursive: true })
  const [file, copy] = [join(folder, 'catalogue.yml'), join(folder, 'copy.yml')]
  await takeCatalogueFile({ ...options, file })
  const told: string[] = []
  const render = (source: string) => moveCatalogue(source, { 'http://localhost:8000': 'http://localhost:9' })
  const watch = followCatalogue({ ...options, file, inForce: text, copy, render, tell: (line) => told.push(line) })
  t.teardown(() => watch.close())
  const save = async (edited: string) => {
    const before = told.length
    await writeFile(file, edited)
    t.ok(await waitUntil(() => told.length > before, { timeoutMillis: 20_000 }))
    return told.at(-1) ?? ''
  }
  const another = text.replace('applications:\n', 'applications:\n  other-app: { name: Other, kind: native }\n')
  t.match(
    await save(another.replace('kind: native }', 'kind: nativ }')),
    /all stays as it was:\n.*catalogue\.yml:\d+:\d+: other-app\.kind has to be one of .*did you mean native\?$/,
  )
  t.match(await save('apis: ['), /all stays as it was:\n.*is not YAML here/)
  t.strictSame(await names(), [DEMO.clientId, DEMO.gatewayClientId])
  const news = await save(another)
  t.match(
    news,
    /is in force:\n~ API mobile-api is changed\n {4}resource: http:\/\/localhost:8000\/mobile -> http:\/\/localhost:9\/mobile\n\+ application other-app is added/,
  )
  t.strictSame(await names(), [DEMO.clientId, DEMO.gatewayClientId, 'other-app'])
  t.match(await readFile(copy, 'utf8'), /localhost:9\/mobile/)
})
