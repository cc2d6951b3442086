// The test app as phones know it, at a server of https.

import { setAppIdentity } from '../../src/catalogue/set-app-identity.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { APP, type TestServer } from './server.ts'

export const HTTPS_ISSUER = 'https://login.example.com'
/** Of a signing key that Google Play keeps, and of one for uploads. */
export const PLAY_DIGEST = Array.from({ length: 32 }, () => 'AB').join(':')
export const UPLOAD_DIGEST = Array.from({ length: 32 }, () => '01').join(':')
export const IDENTITY = {
  androidPackage: 'com.example.shop',
  androidDigests: [PLAY_DIGEST, UPLOAD_DIGEST],
  appleTeam: 'ABCDE12345',
  appleBundle: 'com.example.shop',
} as const

/** The app's own link, once its record is there. */
export const APP_LINK = `${HTTPS_ISSUER}/apps/${APP.clientId}/callback`

export function identify({ db, config }: TestServer, changes: Readonly<Record<string, unknown>> = {}): Promise<void> {
  return setAppIdentity(db, config.issuer, APP.clientId, { ...IDENTITY, ...changes }, OPERATOR)
}
