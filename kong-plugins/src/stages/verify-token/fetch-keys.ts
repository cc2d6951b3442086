// Fetches a JWK set over HTTP: no redirects, a time limit and a size limit.

/** Fetches one document; fails by throwing. */
export type FetchKeys = (uri: string) => Promise<unknown>

/** Shorter than the deadline of a request (2 s), so that the request still gets an answer of ours. */
const TIMEOUT_MS = 1500
const MAX_BYTES = 256 * 1024

/** @throws Error when the server cannot be reached in time, does not answer 200, or sends too much or no JSON */
export const fetchKeys: FetchKeys = async (uri) => {
  const response = await fetch(uri, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  if (response.status !== 200 || !response.body) {
    await response.body?.cancel()
    throw new Error(`status ${response.status}`)
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body) {
    size += chunk.length
    if (size > MAX_BYTES) throw new Error(`more than ${MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  return JSON.parse(Buffer.concat(chunks).toString())
}
