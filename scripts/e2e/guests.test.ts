// Guests end to end: a device without an account calls where an API and its route admit guests, and ends within two seconds.

import { decodeJwt } from 'jose'
import * as oauth from 'oauth4webapi'
import t from 'tap'
import { BY_COMMAND } from '../../auth-server/src/audit/context.ts'
import { byFile } from '../../auth-server/src/catalogue/actor.ts'
import { setAppIdentity } from '../../auth-server/src/catalogue/set-app-identity.ts'
import { openDatabase } from '../../auth-server/src/store/database.ts'
import { suspend } from '../../auth-server/src/store/queries/administration.ts'
import { revokeInstallation } from '../../auth-server/src/tokens/installations.ts'
import {
  type Attest,
  createDevice,
  type Guest,
  type GuestDevice,
  guestTokens,
  registerDevice,
  startAsGuest,
} from '../demo/guest.ts'
import { DEMO } from '../demo/known.ts'
import { beginUpgrade } from '../demo/upgrade.ts'
import { visit } from '../demo/user-agent.ts'
import type { Stack } from '../stack/stack-options.ts'
import { waitUntil } from '../stack/wait.ts'
import { ANDROID_APP, androidPhone } from './support/android-phone.ts'
import { call, logIn } from './support/app.ts'
import { recordingBackend } from './support/backend.ts'
import { runDocumentedCommands } from './support/documented-commands.ts'
import { onEachGateway, testStack } from './support/gateways.ts'

const PROMISED_MILLIS = 2000

function databaseOf(t: { teardown(ended: () => unknown): void }, { databaseUrl }: Stack) {
  const db = openDatabase(databaseUrl, () => {}, { connections: 1 })
  t.teardown(() => db.destroy())
  return db
}

type Calls = Pick<Guest, 'accessToken' | 'key'>

/** One call with a proof; the answer also where the token counts no more. */
async function callAs({ accessToken, key }: Calls, { urls }: Stack, headers?: Headers): Promise<Response> {
  try {
    const url = new URL(`${urls.resource}/echo`)
    const insecure = { [oauth.allowInsecureRequests]: true, DPoP: key }
    return await oauth.protectedResourceRequest(accessToken, 'GET', url, headers, undefined, insecure)
  } catch (error) {
    if (error instanceof oauth.WWWAuthenticateChallengeError) return error.response
    throw error
  }
}

async function statusOf(guest: Calls, stack: Stack): Promise<number> {
  return (await callAs(guest, stack)).status
}

function endsInTime(guest: Calls, stack: Stack): Promise<boolean> {
  const promise = { timeoutMillis: PROMISED_MILLIS, everyMillis: 50 }
  return waitUntil(async () => (await statusOf(guest, stack)) === 401, promise)
}

onEachGateway(
  t,
  'a guest calls where guests are admitted, as one, and ends within two seconds; so does one who is merged',
  async (t, kind) => {
    const stack = await testStack(t, kind)
    const received = await recordingBackend(t, stack)
    const db = databaseOf(t, stack)
    const guest = await startAsGuest(stack.urls.issuer, { clientId: DEMO.clientId, deviceName: "Ada's phone" })
    t.equal(await statusOf(guest, stack), 200)
    t.match(received[0]?.headers, {
      'x-authenticated-userid': guest.subject,
      'x-authenticated-kind': 'guest',
      'x-authenticated-scope': 'orders:read',
      'x-consumer-username': DEMO.clientId,
    })
    const { access_token } = await logIn(stack)
    const answer = await call(stack, access_token)
    t.equal(answer.headers.get('ratelimit-limit'), '60')
    t.equal(received[1]?.headers['x-authenticated-kind'], 'account')
    await db.transaction().execute((trx) => suspend(trx, guest.subject))
    t.ok(await endsInTime(guest, stack))
    t.equal((await call(stack, access_token)).status, 200, 'nobody else is concerned')

    const other = await startAsGuest(stack.urls.issuer, { clientId: DEMO.clientId, deviceName: "Ada's tablet" })
    t.equal(await statusOf(other, stack), 200)
    const { redirectUri } = DEMO
    const { address, redeem } = await beginUpgrade(other.device, { redirectUri, resource: stack.urls.resource })
    const redirect = await visit(address, redirectUri, DEMO, { onPage() {}, onSubmit() {}, onRedirect() {} })
    t.equal(await statusOf(other, stack), 200, 'a guest as long as the app has not redeemed the code')
    const merged = { accessToken: (await redeem(redirect)).access_token, key: other.key }
    t.ok(await endsInTime(other, stack), 'then every earlier token of the guest ends')
    t.equal(await statusOf(merged, stack), 200)
    const { sub, grant_id, ...claims } = decodeJwt(merged.accessToken)
    t.match(claims, { subject_kind: 'account', merged_from: other.subject })
    t.match(received.at(-1)?.headers, { 'x-authenticated-userid': sub, 'x-authenticated-kind': 'account' })
    t.equal(await revokeInstallation(db, { personId: String(sub), id: String(grant_id) }), true)
    t.ok(await endsInTime(merged, stack), 'and the device, when its person signs it out')
  },
)

onEachGateway(t, 'whose device is attested is told from others, and has limits of their own', async (t, kind) => {
  const attestedBy = await androidPhone(t)
  const stack = await testStack(t, kind, {
    editKongYml: (source) => source.replace('guest: { minute: 20 }', 'guest: { minute: 7, attested: { minute: 30 } }'),
  })
  const received = await recordingBackend(t, stack)
  const db = databaseOf(t, stack)
  const { androidPackage, androidDigest } = ANDROID_APP
  const record = { androidPackage, androidDigests: [androidDigest], attestation: 'optional' } as const
  await setAppIdentity(db, stack.urls.issuer, DEMO.clientId, record, byFile(BY_COMMAND))
  const phone = async (attest?: (device: GuestDevice) => Attest): Promise<Calls> => {
    const device = await createDevice(stack.urls.issuer, DEMO.clientId)
    await registerDevice(device, "Ada's phone", attest?.(device))
    return { key: device.key, accessToken: (await guestTokens(device)).access_token }
  }
  const forged = new Headers({ 'X-Authenticated-Attested': 'true', x_authenticated_attested: 'true' })
  const plain = await callAs(await phone(), stack, forged)
  t.equal(plain.headers.get('ratelimit-limit'), '7')
  t.notOk(
    Object.keys(received[0]?.headers ?? {}).some((name) => /attested/.test(name)),
    'nobody vouches for it',
  )
  const vouched = await callAs(await phone(attestedBy), stack, new Headers({ 'X-Authenticated-Attested': 'no' }))
  t.equal(vouched.headers.get('ratelimit-limit'), '30')
  t.equal(received[1]?.headers['x-authenticated-attested'], 'true')

  const said = await runDocumentedCommands(t, stack)
  const { sub } = JSON.parse(said.slice(0, said.indexOf('\n')))
  const calls = received
    .slice(2)
    .map(({ headers }) => [headers['x-authenticated-userid'], headers['x-authenticated-kind']])
  const wanted = [
    [sub, 'guest'],
    [sub, 'account'],
  ]
  t.strictSame(calls, wanted, 'the commands of apps.md, from the key to an account')
})

onEachGateway(t, 'a guest is refused where nobody wrote that guests may call', async (t, kind) => {
  const stack = await testStack(t, kind, {
    editKongYml: (source) => source.replace('      required_kind: [account, guest]\n', ''),
  })
  const received = await recordingBackend(t, stack)
  const guest = await startAsGuest(stack.urls.issuer, { clientId: DEMO.clientId, deviceName: "Ada's phone" })
  t.equal(await statusOf(guest, stack), 403)
  t.equal(received.length, 0)
})
