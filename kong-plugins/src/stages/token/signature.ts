// Whether a token carries the signature of a key that its issuer publishes now.
import { namesOf } from '@mobile-api-gateway/sdk/algorithm.ts'
import { compactVerify, errors } from 'jose'
import type { KeySource } from './key-source.ts'
import type { PublishedKey } from './keys.ts'
import { invalidToken, type Refusal } from './refusals.ts'
import type { ParsedToken } from './token.ts'
import type { TokenCache } from './token-cache.ts'

/** Looks the keys up, tries them, and remembers what came of it. */
export async function verifySignature(
  text: string,
  digest: string,
  token: ParsedToken,
  source: KeySource,
  cache: TokenCache,
): Promise<Refusal | undefined> {
  cache.forget(digest)
  const lookup = await source.find(token)
  if (lookup.kind === 'unavailable') return { kind: 'undecided', why: 'signing keys not available' }
  if (lookup.kind === 'unknown') return invalidToken('key')

  const tried = [...lookup.keys]
  let key = await signer(text, digest, tried, cache)
  if (!key) {
    const others = await source.findOthers(token, tried)
    tried.push(...others)
    key = await signer(text, digest, others, cache)
  }
  // RFC 8725 §3.1: the keys decide the algorithm; the header may only agree.
  if (tried.length === 0) return invalidToken('algorithm')
  if (!key) {
    cache.keepForged(digest, tried)
    return invalidToken('signature')
  }
  cache.keepAuthentic(digest, { ...token, key }, text.length)
  return undefined
}

/**
 * Whether a token that is refused anyhow was signed by its issuer, as far as the keys at hand tell: what comes of it is for
 * the figures of the application alone, so that nothing is fetched, and our own trouble is none of the caller's.
 */
export async function carriesKnownSignature(
  text: string,
  digest: string,
  token: ParsedToken,
  source: KeySource,
  cache: TokenCache,
): Promise<boolean> {
  const keys = source.known(token)
  const key = await signer(text, digest, keys, cache).catch(() => undefined)
  if (key) cache.keepAuthentic(digest, { ...token, key }, text.length)
  else if (keys.length > 0) cache.keepForged(digest, keys)
  return key !== undefined
}

/** The key whose signature the token carries, if any. */
async function signer(
  text: string,
  digest: string,
  keys: readonly PublishedKey[],
  cache: TokenCache,
): Promise<PublishedKey | undefined> {
  for (const key of keys) {
    if (cache.isForged(digest, key)) continue
    try {
      await compactVerify(text, key.key, { algorithms: [...namesOf(key.algorithm)] })
      return key
    } catch (error) {
      // Anything but a verdict of jose on the token is our own trouble, and the shell answers that with 503.
      if (!(error instanceof errors.JOSEError)) throw error
    }
  }
  return undefined
}
