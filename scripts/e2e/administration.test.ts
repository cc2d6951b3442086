// Administration end to end: what an administrator ends is refused at the API within two seconds, on either gateway, and each act is in the audit log.

import { join } from 'node:path'
import t, { type Test } from 'tap'
import { BY_COMMAND } from '../../auth-server/src/audit/context.ts'
import { byFile } from '../../auth-server/src/catalogue/actor.ts'
import { defineApi } from '../../auth-server/src/catalogue/apis.ts'
import {
  restoreApi,
  restoreApplication,
  suspendApi,
  suspendApplication,
} from '../../auth-server/src/catalogue/suspension.ts'
import { deletePerson, erasePersonAtOnce } from '../../auth-server/src/identity/administration/deletion.ts'
import { setPersonGroups } from '../../auth-server/src/identity/administration/groups.ts'
import {
  endLogins,
  forcePasswordReset,
  restorePerson,
  suspendPerson,
} from '../../auth-server/src/identity/administration/people.ts'
import { readPerson, searchPeople } from '../../auth-server/src/identity/administration/reading.ts'
import { openDatabase } from '../../auth-server/src/store/database.ts'
import { administrator, newPerson, PASSWORD } from '../../auth-server/test/support/administrator.ts'
import { DEMO } from '../demo/known.ts'
import { loadSecrets } from '../stack/secrets.ts'
import type { Stack } from '../stack/stack-options.ts'
import { waitUntil } from '../stack/wait.ts'
import { call, logIn, refresh } from './support/app.ts'
import { onEachGateway, testStack } from './support/gateways.ts'

const PROMISED_MILLIS = 2000
const STAFF = 'staff'
const REFUSED = { error: 'invalid_token', error_description: 'The access token was revoked' }

function unlimited(source: string): string {
  return source.replace('basic: { minute: 60 }', 'basic: { minute: 1000000 }')
}

/** A stack, an administrator of it, and what tests ask of both. */
async function opened(t: Test, stack: Stack) {
  const db = openDatabase(stack.databaseUrl, () => {}, { connections: 2 })
  t.teardown(() => db.destroy())
  const { PASSWORD_PEPPER: passwordPepper } = await loadSecrets(join(stack.dataDir, 'secrets.json'))
  const served = { db, config: { passwordPepper } }
  const { resource } = await db
    .selectFrom('apis')
    .where('id', '=', DEMO.apiId)
    .select('resource')
    .executeTakeFirstOrThrow()
  const api = { id: DEMO.apiId, name: 'Demo API', resource, scopes: DEMO.scopes, plans: [DEMO.plan] }
  await defineApi(db, { ...api, tokenGroups: [STAFF] }, byFile(BY_COMMAND))
  const by = await administrator(served)

  /** Somebody new in the group. */
  const somebody = async (email: string) => {
    const personId = await newPerson(served, email)
    await setPersonGroups(db, by, personId, [STAFF])
    return { personId, enter: () => logIn(stack, { email, password: PASSWORD }) }
  }
  const status = async (token: string) => (await call(stack, token)).status
  /** The API refuses the token, in time; the whole answer. */
  const isRefused = async (t: Test, token: string) => {
    const started = performance.now()
    await waitUntil(async () => (await status(token)) !== 200, { timeoutMillis: 10_000, everyMillis: 50 })
    const took = Math.round(performance.now() - started)
    const answer = await call(stack, token)
    t.strictSame({ status: answer.status, body: answer.body }, { status: 401, body: REFUSED })
    t.ok(took < PROMISED_MILLIS, `${took} ms`)
  }
  /**
   * A login goes on: the token that it gets by a refresh works, as soon as none of before does. For a second after it is
   * restored an application may still hear that it is suspended, which costs it no refresh token.
   */
  const goesOn = async (t: Test, refreshToken = '') => {
    let next = refreshToken
    const works = async () => {
      const tokens = await refresh(stack, next).catch((error: { error_description?: string }) => {
        if (error.error_description?.endsWith('been suspended')) return undefined
        throw error
      })
      if (tokens === undefined) return false
      next = tokens.refresh_token ?? next
      return (await status(tokens.access_token)) === 200
    }
    t.ok(await waitUntil(works, { timeoutMillis: 10_000, everyMillis: 200 }))
    return next
  }
  /** The last events of what an administrator did, the newest first. */
  const told = async (limit: number) => {
    const events = await db
      .selectFrom('audit_events as event')
      .innerJoin('people as actor', 'actor.pseudonym', 'event.actor')
      .where('actor.id', '=', by.personId)
      .orderBy('event.seq', 'desc')
      .limit(limit)
      .select(['event.type', 'event.outcome'])
      .execute()
    return events.map(({ type, outcome }) => `${type} ${outcome}`)
  }
  return { db, by, somebody, status, isRefused, goesOn, told }
}

/** What ends somebody's tokens, and the event that tells of it; whether the password signs them in afterwards. */
const ENDINGS = {
  suspend: { event: 'account suspended', end: suspendPerson, entersAgain: false },
  'force a reset': { event: 'account reset-forced', end: forcePasswordReset, entersAgain: false },
  'end logins': { event: 'account logins-ended', end: endLogins, entersAgain: true },
  delete: { event: 'deletion begun-by-administrator', end: deletePerson, entersAgain: false },
  'delete at once': {
    event: 'deletion by-administrator',
    end: (db, by, personId) => erasePersonAtOnce(db, undefined, by, personId),
    entersAgain: false,
  },
  'set groups': {
    event: 'group set',
    end: (db, by, personId) => setPersonGroups(db, by, personId, []),
    entersAgain: true,
  },
} as const satisfies Readonly<
  Record<
    string,
    Readonly<{ event: string; end: (...of: Parameters<typeof suspendPerson>) => unknown; entersAgain: boolean }>
  >
>

const SUSPENSIONS = {
  application: { suspend: suspendApplication, restore: restoreApplication },
  api: { suspend: suspendApi, restore: restoreApi },
} as const

onEachGateway(t, 'each act of an administrator is felt within two seconds, and in the log', async (t, kind) => {
  const stack = await testStack(t, kind, { editKongYml: unlimited })
  const { db, by, somebody, status, isRefused, goesOn, told } = await opened(t, stack)
  const bystander = await (await somebody('bystander@example.com')).enter()

  for (const [act, { event, end, entersAgain }] of Object.entries(ENDINGS))
    await t.test(act, async (t) => {
      const { personId, enter } = await somebody(`${act.replaceAll(' ', '-')}@example.com`)
      const { access_token } = await enter()
      t.equal(await status(access_token), 200)
      t.equal(await end(db, by, personId), 'done')
      await isRefused(t, access_token)
      t.strictSame(await told(1), [event])
      t.equal(await status(bystander.access_token), 200, 'nobody else is concerned')
      // A token of the very second in which the others ended counts among them.
      if (entersAgain)
        t.ok(
          await waitUntil(async () => (await status((await enter()).access_token)) === 200, { timeoutMillis: 10_000 }),
        )
      else await t.rejects(enter())
    })

  await t.test('restore', async (t) => {
    const { personId, enter } = await somebody('restored@example.com')
    const { access_token } = await enter()
    await suspendPerson(db, by, personId)
    await isRefused(t, access_token)
    t.equal(await restorePerson(db, by, personId), 'done')
    t.equal(await status((await enter()).access_token), 200)
    t.equal(await status(access_token), 401, 'what has ended stays so')
    t.strictSame(await told(2), ['account restored', 'account suspended'])
  })

  await t.test('find, and read what is stored about somebody', async (t) => {
    const { personId, enter } = await somebody('read@example.com')
    const { access_token } = await enter()
    t.match(await searchPeople(db, by, 'read@example.com'), { people: [{ id: personId }] })
    t.match(await readPerson(db, by, personId), { people: [{ id: personId }] })
    t.strictSame(await told(2), ['account read', 'account searched-for'])
    t.equal(await status(access_token), 200)
  })

  const { id } = await db
    .selectFrom('applications')
    .where('client_id', '=', DEMO.clientId)
    .select('id')
    .executeTakeFirstOrThrow()
  let { access_token: token, refresh_token: refreshToken } = bystander
  for (const [what, { suspend, restore }] of Object.entries(SUSPENSIONS))
    await t.test(`suspend and restore an ${what}`, async (t) => {
      const suspended = what === 'api' ? DEMO.apiId : id
      t.equal(await status(token), 200)
      t.equal(await suspend(db, by, suspended), 'done')
      await isRefused(t, token)
      await t.rejects(refresh(stack, refreshToken ?? ''))
      t.equal(await restore(db, by, suspended), 'done')
      refreshToken = await goesOn(t, refreshToken)
      ;({ access_token: token, refresh_token: refreshToken } = await refresh(stack, refreshToken))
      t.strictSame(await told(2), [`${what} restored`, `${what} suspended`])
    })

  await t.test('what gateways live on cannot be put out of use', async (t) => {
    const gateway = await db
      .selectFrom('applications')
      .where('client_id', '=', DEMO.gatewayClientId)
      .select('id')
      .executeTakeFirstOrThrow()
    t.equal(await suspendApi(db, by, 'revocations'), 'needed by gateways')
    t.equal(await suspendApplication(db, by, gateway.id), 'needed by gateways')
    t.equal(await status(token), 200)
  })
})
