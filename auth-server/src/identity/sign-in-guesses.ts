// Guessing passwords: which limits hold for whom, so that no stranger keeps the right person out.
import { hmac } from '../crypto/digest.ts'
import { randomSecret } from '../crypto/random.ts'
import { type KnownSecrets, makerOf } from '../crypto/secrets.ts'
import type { Limits } from '../limits/index.ts'
import type { Attempt } from '../limits/shared-limit.ts'

/** Accounts that one browser is known to. */
const MAX_KNOWN = 5
const TOKEN = /^([\w-]{11})([\w-]{22})$/

function tokenProof(cookieSecret: string, account: string, nonce: string): string {
  return hmac(cookieSecret, 'known browser', account, nonce).slice(0, 22)
}

/** What a browser is known as to an account, by what its cookie holds; undefined for a browser that is new to it. */
export function knownAs(cookieSecrets: KnownSecrets, account: string, tokens: readonly string[]): string | undefined {
  return tokens.find((token) => {
    const [, nonce, proof] = TOKEN.exec(token) ?? []
    if (nonce === undefined || proof === undefined) return false
    return makerOf(cookieSecrets, proof, (secret) => tokenProof(secret, account, nonce)) !== undefined
  })
}

/** Whether a browser has signed in to the account before, by what its cookie holds. */
export function isKnownBrowser(cookieSecrets: KnownSecrets, account: string, tokens: readonly string[]): boolean {
  return knownAs(cookieSecrets, account, tokens) !== undefined
}

/** What the cookie holds after a sign-in to the account, the newest first; by the secret of now, for it is kept for a year. */
export function rememberBrowser(
  cookieSecrets: KnownSecrets,
  account: string,
  tokens: readonly string[],
): readonly string[] {
  const nonce = randomSecret(8)
  const [now] = cookieSecrets
  const known = knownAs([now], account, tokens) ?? `${nonce}${tokenProof(now, account, nonce)}`
  const before = knownAs(cookieSecrets, account, tokens)
  return [known, ...tokens.filter((token) => token !== known && token !== before)].slice(0, MAX_KNOWN)
}

/**
 * Counts a guess before its password is looked at. What many addresses may try together is bounded by account and in all;
 * but whoever exhausts that makes only those browsers wait that have never signed in to the account. A browser that has
 * gets a count of its own (OWASP: device cookies), also where strangers share its address, and the forgotten password goes on working everywhere.
 * @param account the canonical form of an e-mail address
 */
export function admitSignInGuess(
  limits: Limits,
  cookieSecrets: KnownSecrets,
  { account, address, tokens }: Readonly<{ account: string; address: string; tokens: readonly string[] }>,
): Promise<Attempt> {
  const known = knownAs(cookieSecrets, account, tokens)
  if (known !== undefined) return limits.admit({ signInGuessesByKnownBrowser: { about: `${account} ${known}` } })
  return limits.admit({
    signInGuesses: { address, about: account },
    signInGuessesByAddress: { address },
    signInGuessesByAccount: { about: account },
    signInGuessesOfAll: {},
  })
}
