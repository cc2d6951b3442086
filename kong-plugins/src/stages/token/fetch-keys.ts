// Fetches a JWK set over HTTP: no redirects, a time limit and a size limit.
import { readBoundedJson } from '../../bounded-json.ts'
import { askAuthServer } from '../../tracing/ask-auth-server.ts'

/** Fetches one document; fails by throwing. */
export type FetchKeys = (uri: string) => Promise<unknown>

/** Shorter than the deadline of a request (2 s), so that the request still gets an answer of ours. */
const TIMEOUT_MILLIS = 1500
const MAX_BYTES = 256 * 1024

/** @throws {Error} when the server cannot be reached in time, does not answer 200, or sends too much or no JSON */
export const fetchKeys: FetchKeys = async (uri) => {
  const response = await askAuthServer('fetch keys', uri, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MILLIS),
  })
  return readBoundedJson(response, MAX_BYTES)
}
