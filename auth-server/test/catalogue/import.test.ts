// Importing the catalogue file: one transaction that says what it changes; the same again is nothing; what leaves the file ends.
import t from 'tap'
import { BY_COMMAND } from '../../src/audit/context.ts'
import { defineApi } from '../../src/catalogue/apis.ts'
import { registerApplication } from '../../src/catalogue/applications.ts'
import { exportCatalogue } from '../../src/catalogue/file/export.ts'
import { type ImportOptions, ImportRefused, importCatalogue } from '../../src/catalogue/file/import.ts'
import { readCatalogueFile } from '../../src/catalogue/file/read.ts'
import { reportLines } from '../../src/catalogue/file/report.ts'
import { subscribe } from '../../src/catalogue/subscriptions.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { createAccount } from '../../src/identity/local-account.ts'
import { HTTPS_ISSUER } from '../support/app-identity.ts'
import { expectJsonError } from '../support/expect.ts'
import { feedReader } from '../support/feed.ts'
import { obtainCode, redeem, refresh } from '../support/phone.ts'
import { API, APP, ISSUER, type TestServer, testServer, USER } from '../support/server.ts'

const FILE = `
groups: { staff: People of ours }
administrators: [boss@example.com]
developers: { addresses: [dev@example.com], domains: [makers.example], open: true }
apis:
  maps:
    name: Maps
    resource: https://api.example.com/maps
    scopes:
      maps:read: See maps
      maps:write: { description: Change maps, group: staff }
    plans: [basic, gold]
    plan_descriptions: { gold: For many calls }
    token_groups: [staff]
    guests: { plan: basic, scopes: [maps:read] }
    approvers: [approver@example.com]
    sign_in: { providers: [corp, own], default: corp }
applications:
  maps-app:
    name: Maps app
    kind: native
    redirect_uris: [com.example.maps:/callback, "http://127.0.0.1/callback"]
    brand_color: "#0a7f3f"
    policy_uri: https://maps.example.com/privacy
    tos_uri: https://maps.example.com/terms
    support_contact: help@maps.example.com
    sign_in: { providers: [own] }
    identity: { apple: { team: ABCDE12345, bundle: com.example.maps } }
    subscriptions:
      maps: { plan: gold, scopes: [maps:read, maps:write], trusted: true }
  maps-backend:
    name: Maps backend
    kind: web
    auth_method: client_secret_basic
    client_secret_variable: BACKEND_SECRET
    grant_types: [client_credentials]
    subscriptions:
      maps: { plan: basic, scopes: [maps:read] }
`
const ENVIRONMENT = { BACKEND_SECRET: 'x'.repeat(43) }

type Options = Partial<ImportOptions>

async function importText({ db }: Pick<TestServer, 'db'>, text: string, options: Options = {}) {
  const file = await readCatalogueFile(text, ENVIRONMENT)
  if (!('apis' in file)) throw new Error(file.map((problem) => problem.text).join('\n'))
  const report = await importCatalogue(db, file, { issuer: ISSUER, context: BY_COMMAND, ...options })
  return reportLines(report, options)
}

/** The first lines of each object, without its fields. */
function heads(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => !line.startsWith(' '))
}

const TABLES = [
  'apis',
  'api_scopes',
  'api_plans',
  'plans',
  'applications',
  'app_identities',
  'subscriptions',
  'groups',
  'role_promises',
  'person_roles',
  'audit_events',
  'revocations',
] as const

async function everything({ db }: Pick<TestServer, 'db'>) {
  // With the transaction that wrote each row: what is written anew is found, also where it is the same.
  const rows = TABLES.map((table) =>
    db
      .selectFrom(table)
      .selectAll()
      .select(({ ref }) => ref('xmin' as never).as('xmin'))
      .execute(),
  )
  return Promise.all(rows)
}

t.test('a file is imported whole, says so in plain lines, and the same again writes nothing', async (t) => {
  const server = await testServer(t)
  const before = await everything(server)
  const would = await importText(server, FILE, { dryRun: true })
  t.strictSame(await everything(server), before, 'a dry run leaves nothing behind')
  const did = await importText(server, FILE)
  t.strictSame(
    heads(did),
    [
      '+ group staff is added',
      '+ API maps is added',
      '+ application maps-app is added',
      '+ subscription of maps-app to maps is added',
      '+ application maps-backend is added',
      '+ subscription of maps-backend to maps is added',
      '+ administrator boss@example.com is added',
      '+ approver of maps approver@example.com is added',
      '+ developer everybody who asks is added',
      '+ developer @makers.example is added',
      '+ developer dev@example.com is added',
      'Changed: 11 added.',
      'Left alone: 3 that the file does not manage.',
    ],
    'what each is, and how much',
  )
  t.strictSame(heads(would).slice(0, 11), heads(did).slice(0, 11))
  t.ok(did.includes('    plans: basic gold'))
  t.ok(did.includes('    what plans are for: gold: For many calls'))
  t.ok(did.includes('    ways to sign in: corp own; straight to corp'))
  t.notOk(did.join('\n').includes(ENVIRONMENT.BACKEND_SECRET))
  const after = await everything(server)
  for (const text of [FILE, (await exportCatalogue(server.db, { issuer: ISSUER, all: false })).text]) {
    t.strictSame(await importText(server, text, { prune: true }), [
      'Nothing changes.',
      'Left alone: 3 that the file does not manage.',
    ])
    t.strictSame(await everything(server), after)
  }
  t.match(await importText(server, FILE.replace('plan: gold', 'plan: basic').replace('See maps', 'Look at maps')), [
    '~ API maps is changed',
    '    scope maps:read: See maps; for guests -> Look at maps; for guests',
    '~ subscription of maps-app to maps is changed',
    '    plan: gold -> basic',
    'Changed: 2 changed.',
  ])
})

t.test('an export of everything, imported elsewhere, brings the same; imported here it only takes over', async (t) => {
  const server = await testServer(t)
  await importText(server, FILE)
  const { text } = await exportCatalogue(server.db, { issuer: ISSUER, all: true })
  t.match(text, new RegExp(APP.clientId))
  await t.rejects(importText(server, text), ImportRefused)
  const taken = await importText(server, text, { takeOver: true })
  t.strictSame(
    taken.slice(0, -1),
    [
      `> API ${API.id} is taken over`,
      `> application ${APP.clientId} is taken over`,
      `> subscription of ${APP.clientId} to ${API.id} is taken over`,
    ].concat(taken.slice(3, -1)),
  )
  t.equal(taken.at(-1), 'Changed: 3 taken over.')
  await t.rejects(registerApplication(server.db, APP, ISSUER, OPERATOR), { message: /managed by catalogue\.yml/ })
})

t.test('on https an app has its link, and the file is as good as before', async (t) => {
  const server = await testServer(t)
  const options = { issuer: HTTPS_ISSUER }
  await importText(server, FILE, options)
  const uris = async () =>
    (
      await server.db
        .selectFrom('applications')
        .where('client_id', '=', 'maps-app')
        .select('redirect_uris')
        .executeTakeFirstOrThrow()
    ).redirect_uris
  const link = `${HTTPS_ISSUER}/apps/maps-app/callback`
  t.ok((await uris()).includes(link))
  t.equal((await importText(server, FILE, options))[0], 'Nothing changes.')
  t.equal(
    (await importText(server, (await exportCatalogue(server.db, { ...options, all: false })).text, options))[0],
    'Nothing changes.',
  )
  await importText(server, FILE.replace(/ {4}identity:.*\n/, ''), options)
  t.notOk((await uris()).includes(link))
})

t.test(
  'what leaves the file stays until --prune, and then ends: tokens, logins, roles; nothing of the portal goes',
  async (t) => {
    const server = await testServer(t)
    const { db, app, config } = server
    const phone = FILE.replace('group: staff', 'group: staff').replace('boss@example.com', USER.email)
    await importText(server, phone)
    const roles = () => db.selectFrom('person_roles').select(['role', 'managed_by']).execute()
    t.strictSame(await roles(), [{ role: 'administrator', managed_by: 'file' }], 'an address that was proven before')
    await createAccount(db, config.passwordPepper, { email: 'Approver@Example.com', password: USER.password })
    t.strictSame((await roles()).length, 2, 'an address that is proven later, however it is spelt')

    const asked = { client_id: 'maps-app', redirect_uri: 'com.example.maps:/callback' }
    const waiting = await obtainCode(app, asked)
    const { code, verifier } = await obtainCode(app, asked)
    const tokens = (
      await redeem(app, code, verifier, { client_id: 'maps-app', redirect_uri: 'com.example.maps:/callback' })
    ).json()
    const { follow } = await feedReader(server)
    await follow()

    const gone = phone
      .replace(/administrators:.*\n/, '')
      .replace(/ {2}maps-app:\n(?: {4}.*\n)+/, '')
      .replace(/ {4}approvers:.*\n/, '')
    t.strictSame(heads(await importText(server, gone)), [
      '? application maps-app is not in the file any more; --prune removes it',
      '? subscription of maps-app to maps is not in the file any more; --prune removes it',
      `? administrator ${USER.email} is not in the file any more; --prune removes it`,
      '? approver of maps approver@example.com is not in the file any more; --prune removes it',
      'Nothing changes.',
      'Left alone: 5 that the file does not manage.',
    ])
    t.strictSame(await follow(), [])
    t.match(heads(await importText(server, gone, { prune: true })), [
      '- application maps-app is removed',
      '- subscription of maps-app to maps is removed',
      `- administrator ${USER.email} is removed`,
      '- approver of maps approver@example.com is removed',
      'Changed: 4 removed.',
    ])
    t.ok((await follow()).some(({ type, client_id }) => type === 'client' && client_id === 'maps-app'))
    t.strictSame(await roles(), [])
    expectJsonError(t, await refresh(app, tokens.refresh_token, { client_id: 'maps-app' }), 401, 'invalid_client', /./)
    expectJsonError(
      t,
      await redeem(app, waiting.code, waiting.verifier, { client_id: 'maps-app' }),
      401,
      'invalid_client',
      /./,
    )
    const told = await db.selectFrom('audit_events').select(['type', 'outcome', 'by_command']).execute()
    for (const event of [
      ['application', 'removed'],
      ['subscription', 'removed'],
      ['role', 'administrator-given'],
      ['role', 'administrator-taken'],
      ['api', 'created'],
    ])
      t.ok(
        told.some(({ type, outcome, by_command }) => type === event[0] && outcome === event[1] && by_command),
        event.join(' '),
      )
  },
)

t.test(
  'redirect URI changed while codes and sessions exist: codes of the old URI die, those of the others do not',
  async (t) => {
    const server = await testServer(t)
    const { app } = server
    await importText(server, FILE)
    const codes = ['com.example.maps:/callback', 'http://127.0.0.1:5123/callback'].map((redirect_uri) =>
      obtainCode(app, { client_id: 'maps-app', redirect_uri }),
    )
    const [scheme, loopback] = await Promise.all(codes)
    await importText(server, FILE.replace('com.example.maps:/callback, ', 'com.example.maps:/other, '))
    if (!scheme || !loopback) throw new Error('no code')
    expectJsonError(
      t,
      await redeem(app, scheme.code, scheme.verifier, {
        client_id: 'maps-app',
        redirect_uri: 'com.example.maps:/callback',
      }),
      400,
      'invalid_grant',
      /./,
    )
    t.equal(
      (
        await redeem(app, loopback.code, loopback.verifier, {
          client_id: 'maps-app',
          redirect_uri: 'http://127.0.0.1:5123/callback',
        })
      ).statusCode,
      200,
    )
  },
)

t.test(
  'a subscription that loses a scope: its tokens are refused, and its login goes on with what is left',
  async (t) => {
    const server = await testServer(t)
    const { app, db } = server
    await importText(
      server,
      FILE.replace('maps:write: { description: Change maps, group: staff }', 'maps:write: Change maps'),
    )
    const { follow } = await feedReader(server)
    const { code, verifier } = await obtainCode(app, {
      client_id: 'maps-app',
      redirect_uri: 'com.example.maps:/callback',
    })
    const tokens = (
      await redeem(app, code, verifier, { client_id: 'maps-app', redirect_uri: 'com.example.maps:/callback' })
    ).json()
    t.equal(tokens.scope, 'maps:read maps:write')
    await follow()
    // The scope leaves the API, and with it everybody who had it, also whom the portal let in.
    const other = {
      applicationId: server.applicationId,
      apiId: 'maps',
      plan: 'basic',
      scopes: ['maps:read', 'maps:write'],
      trusted: true,
    }
    await subscribe(db, other, OPERATOR)
    await importText(
      server,
      FILE.replace(/ {6}maps:write:.*\n/, '').replace('scopes: [maps:read, maps:write]', 'scopes: [maps:read]'),
    )
    t.match((await follow()).map(({ client_id, aud }) => [client_id, aud]).sort(), [
      ['maps-app', 'https://api.example.com/maps'],
      [APP.clientId, 'https://api.example.com/maps'],
    ])
    t.equal((await refresh(app, tokens.refresh_token, { client_id: 'maps-app' })).json().scope, 'maps:read')
  },
)

t.test('what would take something from the portal, or from itself, is refused whole', async (t) => {
  const server = await testServer(t)
  const { db, applicationId } = server
  await importText(server, FILE)
  await subscribe(db, { applicationId, apiId: 'maps', plan: 'basic', scopes: ['maps:read'], trusted: true }, OPERATOR)
  const before = await everything(server)
  for (const [text, message] of [
    ['groups: {}\n', /API maps is still used by shop-app/],
    [
      FILE.replace('[basic, gold]', '[gold]')
        .replace('guests: { plan: basic', 'guests: { plan: gold')
        .replace('plan: basic, scopes: [maps:read] }', 'plan: gold, scopes: [maps:read] }'),
      /cannot lose the plan basic: shop-app/,
    ],
    [
      `${FILE}  ${APP.clientId}: { name: Mine, kind: native }\n`,
      /application shop-app is there already, made through the management API or by a command/,
    ],
    [
      FILE.replace('com.example.maps:/callback, ', 'com.example.shop:/callback, '),
      /The application shop-app has the private-use scheme com\.example\.shop: make one of a domain/,
    ],
    [FILE.replace('api.example.com/maps', 'api.example.com/orders'), /Another API has this resource/],
    [FILE.replace('maps: { plan: gold', 'mapz: { plan: gold'), /There is no API mapz/],
  ] as const)
    await t.rejects(importText(server, text, { prune: true }), { name: 'ImportRefused', message })
  t.strictSame(await everything(server), before)
})

t.test(
  'a rename goes in one import with --prune: what leaves gives its schemes and its resource to what comes',
  async (t) => {
    const server = await testServer(t)
    await importText(server, FILE)
    const renamed = FILE.replace('  maps-app:', '  maps-app2:')
    await t.rejects(importText(server, renamed), {
      name: 'ImportRefused',
      message:
        'The application maps-app has the private-use scheme com.example.maps: make one of a domain name of your own; or, if maps-app is not in the file any more, import it with --prune, which removes that first.',
    })
    t.strictSame(heads(await importText(server, renamed, { prune: true })), [
      '+ application maps-app2 is added',
      '+ subscription of maps-app2 to maps is added',
      '- application maps-app is removed',
      '- subscription of maps-app to maps is removed',
      'Changed: 2 added, 2 removed.',
      'Left alone: 3 that the file does not manage.',
    ])
    const both = renamed
      .replace('  maps:\n    name', '  charts:\n    name')
      .replaceAll('maps: { plan', 'charts: { plan')
    t.match(await importText(server, both, { prune: true, dryRun: true }), /would change/i)
    t.match(heads(await importText(server, both, { prune: true })).slice(0, 2), [
      '+ API charts is added',
      '+ subscription',
    ])
    t.strictSame((await importText(server, both, { prune: true }))[0], 'Nothing changes.')
  },
)

t.test('two imports at once come one after the other; an import that is killed halfway leaves nothing', async (t) => {
  const server = await testServer(t)
  const { db } = server
  const reports = await Promise.all(Array.from({ length: 4 }, () => importText(server, FILE)))
  t.strictSame(reports.map((lines) => heads(lines).find((line) => /chang/i.test(line))).sort(), [
    'Changed: 11 added.',
    'Nothing changes.',
    'Nothing changes.',
    'Nothing changes.',
  ])
  const rival = FILE.replace('Maps app', 'Rival app')
  const outcomes = await Promise.all([
    importText(server, rival),
    importText(server, FILE.replace('Maps app', 'Other app')),
  ])
  t.ok(
    outcomes.every((lines) => lines.includes('Changed: 1 changed.')),
    'each said what it did',
  )

  const before = await everything(server)
  const killed = await db
    .transaction()
    .execute(async (trx) => {
      await importText({ db: trx }, FILE.replace('Maps app', 'Half done'))
      throw new Error('killed')
    })
    .catch((error: Error) => error.message)
  t.equal(killed, 'killed')
  t.strictSame(await everything(server), before)
})

t.test('a file that takes its first step where much is there already changes nothing of it', async (t) => {
  const { db } = await testServer(t)
  await defineApi(db, { ...API, id: 'other', resource: 'https://api.example.com/other' }, OPERATOR)
  t.strictSame(await importText({ db }, '# nothing yet\n', { prune: true }), [
    'Nothing changes.',
    'Left alone: 4 that the file does not manage.',
  ])
})

t.test('an app that has nowhere for the answer is refused with its line, one that was so before is told', async (t) => {
  const server = await testServer(t)
  const { db } = server
  await importText(server, FILE)
  const lacking = FILE.replace(/ {4}redirect_uris: .*\n/, '').replace(/ {4}identity: .*\n/, '')
  const line = lacking.split('\n').findIndex((text) => text.startsWith('  maps-app:')) + 1
  const says = 'maps-app signs people in and has no redirect URI: name redirect_uris, or grant_types without'
  const before = await everything(server)
  t.match(
    await importText(server, lacking).catch((error: unknown) => error),
    { problems: [{ line, text: new RegExp(says) }] },
    'it had one so far',
  )
  await t.rejects(importText(server, lacking.replaceAll('maps-app', 'new-app')), ImportRefused, 'it is new')
  t.strictSame(await everything(server), before)

  await db.updateTable('applications').set({ redirect_uris: [] }).where('client_id', '=', 'maps-app').execute()
  await db.deleteFrom('app_identities').execute()
  const [warning, ...others] = heads(await importText(server, lacking))
  t.match(
    warning,
    new RegExp(`^! line ${line}: ${says}`),
    'a file that was taken by a release before goes on being taken',
  )
  t.strictSame(others[0], 'Nothing changes.')
  t.match(heads(await importText(server, lacking.replace('name: Maps app', 'name: Atlas'))), [
    '~ application maps-app is changed',
    /^! line/,
  ])
  const beside = lacking.replaceAll('maps-backend', 'other').replace(/ {4}grant_types: .*\n/, '')
  t.match(
    await importText(server, beside).catch((error: unknown) => error),
    { problems: [{ text: /^other signs people in/ }] },
    'a new one beside it',
  )
})
