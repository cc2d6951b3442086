// Whether this process can decide on requests: without keys, revocations or counters that fail closed it could only refuse.
import type { Services } from '../services.ts'

/**
 * What is missing, in words for people; nothing when ready. Asking helps: what is missing is tried again, since a server
 * that gets no requests because it is not ready would never do so by itself.
 */
export function whatIsMissing({ keySources, standings, redis }: Services): string[] {
  const missing: string[] = []
  for (const { source } of keySources.all()) {
    if (source.isUsable()) continue
    missing.push('signing keys of an issuer')
    void source.refresh()
  }
  for (const { follower } of standings.all()) {
    if (follower.ageMs() === Number.POSITIVE_INFINITY) missing.push('revocations of an issuer')
  }
  for (const link of redis.needed()) {
    if (link.isUp) continue
    missing.push('a Redis without which calls are refused')
    link.warmUp()
  }
  return missing
}
