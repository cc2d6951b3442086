// Accounts end to end: what a person ends at their own pages, the API refuses within two seconds, on either gateway.
import { decodeJwt } from 'jose'
import t from 'tap'
import { openDatabase } from '../../auth-server/src/store/database.ts'
import { DEMO } from '../demo/known.ts'
import type { Stack } from '../stack/stack-options.ts'
import { waitUntil } from '../stack/wait.ts'
import {
  type AccountBrowser,
  type AccountOwner,
  atAccount,
  mailedLink,
  newAccount,
  openBrowser,
} from './support/account-browser.ts'
import { type AppTokens, call, logIn, refresh } from './support/app.ts'
import { onEachGateway, testStack } from './support/gateways.ts'

const PROMISED_MILLIS = 2000
const NEXT_PASSWORD = 'seven green lanterns'

/** Somebody at their account, with an app signed in elsewhere. */
interface AtAccount {
  readonly stack: Stack
  readonly owner: AccountOwner
  readonly browser: AccountBrowser
  readonly tokens: AppTokens
  readonly applicationId: string
}

/** Makes everything ready, up to the form that ends it, and returns what presses its button. */
type Ending = (who: AtAccount) => Promise<() => Promise<unknown>>

function atPage(page: (who: AtAccount) => string, actionEnd: string): Ending {
  return async (who) => {
    const shown = await who.browser.open(page(who))
    return () => who.browser.submit(shown, actionEnd)
  }
}

const ENDINGS: Readonly<Record<string, Ending>> = {
  'an app is withdrawn': atPage(({ applicationId }) => `/account/apps/${applicationId}/withdraw`, '/withdraw'),
  'an installation is ended': atPage(
    ({ tokens }) => `/account/apps/installations/${decodeJwt(tokens.access_token).grant_id}`,
    '/end',
  ),
  'sign-out elsewhere': atPage(() => '/account/security/sign-out-elsewhere', '/sign-out-elsewhere'),
  'an activity that was somebody else’s': atPage(() => '/account/activity/not-me', '/not-me'),
  'another password': async ({ browser }) => {
    const page = await browser.open('/account/security/password')
    return () => browser.submit(page, '/password', { password: NEXT_PASSWORD })
  },
  'the account is deleted': atPage(() => '/account/delete/confirm', '/delete/confirm'),
}

onEachGateway(t, 'what a person ends at the account is refused within two seconds', async (t, kind) => {
  const stack = await testStack(t, kind, {
    editKongYml: (source) => source.replace('basic: { minute: 60 }', 'basic: { minute: 1000000 }'),
  })
  const db = openDatabase(stack.databaseUrl, () => {}, { connections: 1 })
  t.teardown(() => db.destroy())
  const { id: applicationId } = await db
    .selectFrom('applications')
    .where('client_id', '=', DEMO.clientId)
    .select('id')
    .executeTakeFirstOrThrow()
  const bystander = await logIn(stack)

  /** From the moment at which the button was pressed. */
  async function isRefused(
    what: string,
    { access_token, refresh_token = '' }: AppTokens,
    press: () => Promise<unknown>,
  ) {
    t.equal((await call(stack, access_token)).status, 200, what)
    const pressed = performance.now()
    await press()
    const status = async () => (await call(stack, access_token)).status
    await waitUntil(async () => (await status()) === 401, { timeoutMillis: 10_000 })
    const took = performance.now() - pressed
    t.ok(took < PROMISED_MILLIS, `${what}: ${Math.round(took)} ms`)
    t.match(await call(stack, access_token), { status: 401, body: { error: 'invalid_token' } }, what)
    t.equal(await refresh(stack, refresh_token).catch(({ error }) => error), 'invalid_grant', what)
    t.equal((await call(stack, bystander.access_token)).status, 200, `${what}: nobody else feels it`)
  }

  for (const [row, [what, ending]] of Object.entries(ENDINGS).entries()) {
    const owner = await newAccount(stack, `person${row}@example.com`)
    const tokens = await logIn(stack, owner)
    const browser = await atAccount(stack, owner)
    const who = { stack, owner, browser, tokens, applicationId }
    await isRefused(what, tokens, await ending(who))
  }

  const owner = await newAccount(stack, 'mallorys-victim@example.com')
  const mallory = await atAccount(stack, owner)
  const change = await mallory.open('/account/security/password')
  await mallory.submit(change, '/password', { password: NEXT_PASSWORD })
  const stolen = await logIn(stack, { email: owner.email, password: NEXT_PASSWORD })
  const link = await mailedLink(stack, owner.email, '/undo/')
  const browser = openBrowser(stack)
  const page = await browser.open(link)
  await isRefused('"that wasn’t me", by the link of the mail', stolen, () => browser.submit(page, ''))
})
