// Installations: what a person sees of the apps that are signed in, names them, and signs them out.
import t from 'tap'
import { createAccount } from '../../src/identity/local-account.ts'
import { endInstallations } from '../../src/store/queries/installations.ts'
import { replacePassword } from '../../src/store/tables/passwords.ts'
import { listInstallations, renameInstallation, revokeInstallation } from '../../src/tokens/installations.ts'
import { turnClock } from '../support/database.ts'
import { idOf, obtainCode, obtainTokens, redeem, refresh, type Tokens } from '../support/phone.ts'
import { type TestServer, testServer } from '../support/server.ts'

function list({ db, personId }: TestServer, sessionId: string | null = null) {
  return listInstallations(db, { personId, sessionId })
}
async function works({ app }: TestServer, { refresh_token }: Tokens): Promise<boolean> {
  return (await refresh(app, refresh_token)).statusCode === 200
}

t.test('each login of an app is an installation, last used first', async (t) => {
  const server = await testServer(t)
  t.strictSame(await list(server), [])
  const [older, newer] = [await obtainTokens(server.app), await obtainTokens(server.app)]
  await turnClock(t, server.db, 60)
  await refresh(server.app, older.refresh_token)
  const installations = await list(server)
  t.strictSame(
    installations.map(({ id }) => id),
    [idOf(older), idOf(newer)],
  )
  const [first] = installations
  t.match(first, {
    applicationId: server.applicationId,
    applicationName: 'Shop',
    apiName: 'Orders',
    name: null,
    acr: 'urn:mobile-api-gateway:acr:password',
    current: false,
  })
  t.ok(Number(first?.lastUsedAt) - Number(first?.createdAt) >= 59_000)
  t.notOk(JSON.stringify(installations).includes('hash'), 'nothing secret is listed')
})

t.test('the installations that were signed in from this browser are the current ones', async (t) => {
  const server = await testServer(t)
  const here = await obtainTokens(server.app)
  await obtainTokens(server.app)
  const row = await server.db
    .selectFrom('refresh_families')
    .where('id', '=', idOf(here))
    .select('session_id')
    .executeTakeFirstOrThrow()
  const current = (await list(server, row.session_id)).filter((installation) => installation.current)
  t.strictSame(
    current.map(({ id }) => id),
    [idOf(here)],
  )
})

t.test('what has ended is not listed: revoked, idle too long, password changed, suspended', async (t) => {
  const endings: readonly ((server: TestServer, id: string) => Promise<unknown>)[] = [
    ({ db, personId }, id) => revokeInstallation(db, { personId, id }),
    ({ db }) => turnClock(t, db, 31 * 24 * 3600),
    ({ db, personId }) => replacePassword(db, personId, { hash: 'another', pepperId: null }),
    ({ db }) => db.updateTable('people').set({ status: 'suspended' }).execute(),
  ]
  for (const end of endings) {
    const server = await testServer(t)
    const tokens = await obtainTokens(server.app)
    t.equal((await list(server)).length, 1)
    await end(server, idOf(tokens))
    t.strictSame(await list(server), [])
    t.equal(await works(server, tokens), false)
  }
})

t.test('a name is one line that shows something; it survives a refresh', async (t) => {
  const server = await testServer(t)
  const { db, personId } = server
  const tokens = await obtainTokens(server.app)
  const rename = (name: string) => renameInstallation(db, { personId, id: idOf(tokens), name })
  for (const name of ['', '   ', 'a\nb', 'a\0', '\u202Egnp.exe', '\u200B', 'x'.repeat(61), '\u2028'])
    t.equal(await rename(name), 'bad name', encodeURIComponent(name))
  t.equal((await list(server))[0]?.name, null)
  for (const name of ['Ada’s phone 📱', '手机', "Robert'); drop table users;--", '<b>']) {
    t.equal(await rename(` ${name} `), 'renamed')
    t.equal((await list(server))[0]?.name, name)
  }
  await refresh(server.app, tokens.refresh_token)
  t.equal((await list(server))[0]?.name, '<b>')
})

t.test("someone else's installation, an ended one and one that never was are not found", async (t) => {
  const server = await testServer(t)
  const { db, config, personId } = server
  const account = { email: 'eve@example.com', password: 'another long passphrase' }
  const eve = (await createAccount(db, config.passwordPepper, account)) ?? ''
  const [mine, ended] = [await obtainTokens(server.app), await obtainTokens(server.app)]
  await revokeInstallation(db, { personId, id: idOf(ended) })
  const cases = [
    { personId: eve, id: idOf(mine) },
    { personId, id: idOf(ended) },
    { personId, id: `grant_${'x'.repeat(22)}` },
    { personId, id: 'grant_\0' },
    { personId, id: '' },
  ]
  for (const own of cases) {
    t.equal(await renameInstallation(db, { ...own, name: 'Mine' }), 'not found')
    t.equal(await revokeInstallation(db, own), false)
  }
  t.equal(await endInstallations(db, { personId: eve }, 'test'), 0)
  t.strictSame(await listInstallations(db, { personId: eve, sessionId: null }), [])
  t.match(await list(server), [{ id: idOf(mine), name: null }])
  t.equal(await works(server, mine), true)
})

t.test('revoking one leaves the others; revoking all leaves none, of this person or this application', async (t) => {
  const server = await testServer(t)
  const { app, db, personId, applicationId } = server
  const otherApplication = await server.register({ clientId: 'other', redirectUris: ['com.example.other:/cb'] })
  const tokens = [await obtainTokens(app), await obtainTokens(app), await obtainTokens(app)] as const
  t.equal(await revokeInstallation(db, { personId, id: idOf(tokens[0]) }), true)
  t.strictSame(await Promise.all(tokens.map((one) => works(server, one))), [false, true, true])
  t.equal(await endInstallations(db, { personId, applicationId: otherApplication }, 'test'), 0)
  t.equal(await endInstallations(db, { personId, applicationId }, 'test'), 2)
  t.strictSame(await list(server), [])

  const again = await obtainTokens(app)
  t.equal(await endInstallations(db, { applicationId }, 'test'), 1)
  t.equal(await works(server, again), false)
  const last = await obtainTokens(app)
  t.equal(await endInstallations(db, { personId }, 'test'), 1)
  t.equal(await works(server, last), false)
})

t.test('a code from before opens no installation after all were revoked', async (t) => {
  const server = await testServer(t)
  const { code, verifier } = await obtainCode(server.app)
  await endInstallations(server.db, { personId: server.personId }, 'test')
  t.equal((await redeem(server.app, code, verifier)).json().error, 'invalid_grant')
})

t.test('refreshing and redeeming while everything is revoked: no token survives', async (t) => {
  const server = await testServer(t)
  const { app, db, personId } = server
  for (let round = 0; round < 10; round++) {
    const tokens = await obtainTokens(app)
    const { code, verifier } = await obtainCode(app)
    const [refreshed, redeemed] = await Promise.all([
      refresh(app, tokens.refresh_token),
      redeem(app, code, verifier),
      endInstallations(db, { personId }, 'test'),
      refresh(app, tokens.refresh_token),
      revokeInstallation(db, { personId, id: idOf(tokens) }),
    ])
    t.notOk([refreshed, redeemed].some(({ statusCode }) => statusCode >= 500))
    for (const answer of [refreshed, redeemed])
      if (answer.statusCode === 200) t.equal(await works(server, answer.json()), false)
    t.equal(await works(server, tokens), false)
    t.strictSame(await list(server), [])
  }
})

t.test('two revocations of one installation at once: one of them ended it', async (t) => {
  const server = await testServer(t)
  const { db, personId } = server
  const own = { personId, id: idOf(await obtainTokens(server.app)) }
  const answers = await Promise.all(Array.from({ length: 10 }, () => revokeInstallation(db, own)))
  t.equal(answers.filter(Boolean).length, 1)
})
