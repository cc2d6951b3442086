// The state of a sign-in elsewhere: random, with a tag by which it is known which secret the rest of the request was made with.
import { hmac } from './digest.ts'
import { randomSecret } from './random.ts'
import { type KnownSecrets, makerOf } from './secrets.ts'

const RANDOM_BYTES = 24
const RANDOM_LENGTH = 32
const TAG_LENGTH = 11

/** 192 random bits and their tag under the secret of now; 43 characters of base64url. */
export function newState([now]: KnownSecrets): string {
  const random = randomSecret(RANDOM_BYTES)
  return random + tagOf(now, random)
}

/** Which of the secrets a state was made under; the one of now for a state that none of them has made. */
export function madeBy(secrets: KnownSecrets, state: string): string {
  const [random, tag] = [state.slice(0, RANDOM_LENGTH), state.slice(RANDOM_LENGTH)]
  return makerOf(secrets, tag, (secret) => tagOf(secret, random)) ?? secrets[0]
}

function tagOf(secret: string, random: string): string {
  return hmac(secret, 'state', random).slice(0, TAG_LENGTH)
}
