// Whether this process can decide on requests: without keys, revocations or counters that fail closed it could only refuse.
import type { Services } from '../services.ts'

/**
 * What is missing, in words for people; nothing when ready. Only what a configuration in force uses counts: one that was
 * corrected, or an issuer that was retired, keeps nobody waiting. Asking helps: what is missing is tried again, since a
 * server that gets no requests because it is not ready would never do so by itself.
 */
export function whatIsMissing({ keySources, standings, redis }: Services): string[] {
  const missing: string[] = []
  for (const { source, jwksUri, issuers } of keySources.current()) {
    if (source.isUsable()) continue
    missing.push(`signing keys of ${[...issuers].join(', ') || 'an issuer'}, from ${withoutSecrets(jwksUri)}`)
    void source.refresh()
  }
  for (const { follower, issuer, url } of standings.current()) {
    if (follower.ageMillis() === Number.POSITIVE_INFINITY)
      missing.push(`revocations of ${issuer}, from ${withoutSecrets(url)}`)
  }
  for (const link of redis.needed()) {
    if (link.isUp) continue
    missing.push(`the Redis ${link.name}, without which calls are refused`)
    link.warmUp()
  }
  return missing
}

/** An address may hold a password or a key of somebody's. */
export function withoutSecrets(address: string): string {
  const { origin, pathname } = new URL(address)
  return origin + pathname
}
