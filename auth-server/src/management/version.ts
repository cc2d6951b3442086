// The version of what an operation shows, told by ETag and asked for by If-Match (RFC 9110 §8.8.3, §13.1.1). Pure.
import { sha256 } from '../crypto/digest.ts'
import { invalid, preconditionFailed, preconditionRequired } from './refusals.ts'

const ETAG = /^"[\w-]{22}"$/

/** The version of an object as it is answered. */
export function versionOf(shown: unknown): string {
  return `"${sha256(JSON.stringify(shown)).slice(0, 22)}"`
}

/**
 * Holds the version that somebody names against what is there.
 * @param ifMatch the header; `*` for whichever version there is
 * @throws {HttpProblem} 412 when it is another
 */
export function requireVersion(ifMatch: string | undefined, shown: unknown): void {
  if (ifMatch === '*') return
  const named = (ifMatch ?? '').split(',').map((etag) => etag.trim())
  if (!named.includes(versionOf(shown))) throw preconditionFailed()
}

/** @throws {HttpProblem} 428 without the header, 400 when it cannot be one */
export function requireIfMatch(ifMatch: string | undefined): void {
  if (ifMatch === undefined) throw preconditionRequired()
  if (ifMatch !== '*' && !ifMatch.split(',').every((etag) => ETAG.test(etag.trim()) || etag.trim().startsWith('W/')))
    throw invalid('if_match')
}
