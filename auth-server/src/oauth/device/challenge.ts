// Challenges for device keys, kept nowhere: good for one client and for minutes by a tag under TOKEN_SECRET; used once. Pure.
import { hmac } from '../../crypto/digest.ts'
import { randomSecret } from '../../crypto/random.ts'
import { type KnownSecrets, makerOf } from '../../crypto/secrets.ts'

/** Long enough for a key store that asks for a fingerprint, and for what vouches for the key. */
export const CHALLENGE_TTL_SECONDS = 300

const CHALLENGE = /^(\d{1,12})\.([\w-]{22})\.[\w-]{43}$/

/** @param at Unix seconds by the database's clock */
export function newChallenge([now]: KnownSecrets, clientId: string, at: number): string {
  return challenge(now, clientId, at + CHALLENGE_TTL_SECONDS, randomSecret(16))
}

/** Whether it is one of ours for this client, and still good; that it is used once is for the database to settle. */
export function isChallenge(tokenSecrets: KnownSecrets, clientId: string, text: string, now: number): boolean {
  const [, expiresAt, random] = CHALLENGE.exec(text) ?? []
  if (expiresAt === undefined || random === undefined) return false
  const make = (secret: string) => challenge(secret, clientId, Number(expiresAt), random)
  return makerOf(tokenSecrets, text, make) !== undefined && now < Number(expiresAt)
}

function challenge(tokenSecret: string, clientId: string, expiresAt: number, random: string): string {
  return `${expiresAt}.${random}.${hmac(tokenSecret, 'device-challenge', clientId, String(expiresAt), random)}`
}
