// Tokens that open the API, and those that never must: of a login that was ended, expired, of another API, made up, or none.
import { join } from 'node:path'
import { withDatabase } from '@mobile-api-gateway/auth-server/commands/database-command.ts'
import { openKeyRing } from '@mobile-api-gateway/auth-server/tokens/signing-keys.ts'
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose'
import { DEMO } from '../../demo/known.ts'
import { type DemoSession, discover, logIn as playLogin } from '../../demo/login.ts'
import { demoApp } from '../../demo/played-app.ts'
import { loadSecrets } from '../../stack/secrets.ts'
import type { Stack } from '../../stack/stack-options.ts'
import type { CallerKind } from './book.ts'

const SILENT = { step() {}, facts() {}, say() {} }
const MARK = 'mobile-api;60;59;30;Minute:60:59'

/** Headers that only the gateway may say; whoever calls sends them as well. */
export const FORGED = {
  'X-Mobile-Gateway': MARK,
  'X-Mobile-Gateway-Caller': 'X-Authenticated-UserId=usr_admin',
  X_Mobile_Gateway: MARK,
  'X-Authenticated-UserId': 'usr_admin',
  X_Authenticated_UserId: 'usr_admin',
  'X-Consumer-Username': 'admin',
} as const

export async function logIn({ urls }: Stack, email: string = DEMO.email): Promise<DemoSession> {
  const parties = await discover(urls.issuer)
  return playLogin(parties, demoApp(urls), SILENT, { inBrowser: false, person: { email, password: DEMO.password } })
}

/** @throws {Error} unless it was acknowledged */
export async function revoke({ urls }: Stack, { refreshToken }: DemoSession): Promise<void> {
  const body = new URLSearchParams({ client_id: DEMO.clientId, token: refreshToken })
  const { status } = await fetch(`${urls.issuer}/revoke`, { method: 'POST', body })
  if (status !== 200) throw new Error(`a sign-out was answered by ${status}`)
}

/** CallingPhones of which no call may ever reach the backend. @param ended a token of a login that has been ended */
export async function strangers(stack: Stack, good: string, ended: string): Promise<readonly CallerKind[]> {
  const { expired, elsewhere } = await badlySaid(stack, good)
  const [head, , signature] = good.split('.')
  const changed = encode({ ...decodeJwt(good), sub: 'usr_admin' })
  const unsigned = `${encode({ ...decodeProtectedHeader(good), alg: 'none' })}.${changed}.`
  const caller = (what: string, token?: string): CallerKind => ({ what, token, path: '/mobile/echo', headers: FORGED })
  return [
    caller('whoever has no token'),
    caller('a token without signature', unsigned),
    caller("another one's token", `${head}.${changed}.${signature}`),
    caller('an expired token', expired),
    caller('a token for another API', elsewhere),
    caller('the token of a login that was ended', ended),
  ]
}

/** Tokens that the auth server's own key has signed, and that are good for nothing here. */
async function badlySaid({ databaseUrl, dataDir }: Stack, good: string) {
  const { KEY_ENCRYPTION_KEY } = await loadSecrets(join(dataDir, 'secrets.json'))
  const { kid, alg, privateKey } = await withDatabase(databaseUrl, async (db) =>
    (await openKeyRing(db, [KEY_ENCRYPTION_KEY])).current(String(decodeProtectedHeader(good).alg)),
  )
  const claims = decodeJwt(good)
  const sign = (changed: object) =>
    new SignJWT({ ...claims, ...changed }).setProtectedHeader({ alg, typ: 'at+jwt', kid }).sign(privateKey)
  const past = Math.floor(Date.now() / 1000) - 3600
  return {
    expired: await sign({ iat: past - 600, nbf: undefined, exp: past }),
    elsewhere: await sign({ aud: 'https://elsewhere.example' }),
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
