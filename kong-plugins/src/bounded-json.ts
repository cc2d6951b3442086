// Reads the JSON of an HTTP answer that may be anything: a wrong status, endless, or no JSON at all.
import secureJson from 'secure-json-parse'

/** @throws {Error} unless it is 200 (or another of `statuses`) with JSON of at most `maxBytes` */
export async function readBoundedJson(
  response: Response,
  maxBytes: number,
  statuses: readonly number[] = [200],
): Promise<unknown> {
  if (!statuses.includes(response.status) || !response.body) {
    await response.body?.cancel()
    throw new Error(`status ${response.status}`)
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body) {
    size += chunk.length
    if (size > maxBytes) throw new Error(`more than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return secureJson.parse(Buffer.concat(chunks).toString())
}
