// What is sent to and fetched from addresses that developers and providers chose; where it may go: guarded-request.ts.
import type { IncomingMessage } from 'node:http'
import { type JsonObject, parseJsonObject } from '../json.ts'
import { guardedRequest, type OutboundOptions } from './guarded-request.ts'

/** Posts a form and returns the status of the answer, whose body is never read; throws what guardedRequest does. */
export function postForm(
  address: string,
  form: Readonly<Record<string, string>>,
  options: OutboundOptions,
): Promise<number> {
  const body = new URLSearchParams(form).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return guardedRequest(address, { method: 'POST', headers, body }, options, ({ statusCode = 0 }) => statusCode)
}

/** Posts a body and returns the status of the answer, whose body is never read; throws what guardedRequest does. */
export function postBody(
  address: string,
  {
    contentType,
    body,
    headers,
  }: Readonly<{ contentType: string; body: string; headers?: Readonly<Record<string, string>> }>,
  options: OutboundOptions,
): Promise<number> {
  const all = { ...headers, 'content-type': contentType, accept: 'application/json' }
  return guardedRequest(address, { method: 'POST', headers: all, body }, options, ({ statusCode = 0 }) => statusCode)
}

/** Thrown for an answer that is no document: another status than 200 (so a redirect, too), too long, compressed, no JSON. */
export class UnusableAnswer extends Error {
  override name = 'UnusableAnswer'
}

/** A document that was fetched, and for how long it may be kept (RFC 9111 §5.2), as its server says. */
export interface JsonDocument {
  readonly json: JsonObject
  readonly cacheControl: string | undefined
}

/**
 * Fetches a JSON object of at most `maxBytes`, read as strictly as what comes to us.
 * The time limit holds until the last byte.
 * @throws {UnusableAnswer}, or what guardedRequest does.
 */
export function fetchJson(
  address: string,
  options: OutboundOptions & Readonly<{ maxBytes: number }>,
): Promise<JsonDocument> {
  const headers = { accept: 'application/json', 'accept-encoding': 'identity' }
  return guardedRequest(address, { method: 'GET', headers }, options, async (response) => {
    if (response.statusCode !== 200) throw new UnusableAnswer(`the answer has status ${response.statusCode}`)
    const body = await readBody(response, options.maxBytes)
    try {
      return { json: parseJsonObject(body), cacheControl: response.headers['cache-control'] }
    } catch (error) {
      throw new UnusableAnswer('the answer is not a plain JSON object', { cause: error })
    }
  })
}

/** An answer as it came; what is longer than `maxBytes` is cut there. */
export interface PlainAnswer {
  readonly status: number
  readonly location: string | undefined
  readonly contentType: string | undefined
  readonly body: Buffer
}

/** Fetches whatever is there, whatever the status, to look at it; throws what guardedRequest does. */
export function fetchPlain(
  address: string,
  options: OutboundOptions & Readonly<{ maxBytes: number }>,
): Promise<PlainAnswer> {
  const headers = { 'accept-encoding': 'identity' }
  return guardedRequest(address, { method: 'GET', headers }, options, async (response) => {
    const { statusCode: status = 0, headers } = response
    const { bytes: body } = await readUpTo(response, options.maxBytes)
    return { status, location: headers.location, contentType: headers['content-type'], body }
  })
}

/** The beginning of a body, and whether there is more of it. */
export async function readUpTo(
  response: IncomingMessage,
  maxBytes: number,
): Promise<Readonly<{ bytes: Buffer; isCut: boolean }>> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response) {
    const bytes = Buffer.from(chunk)
    chunks.push(bytes)
    length += bytes.length
    if (length > maxBytes) break
  }
  return { bytes: Buffer.concat(chunks).subarray(0, maxBytes), isCut: length > maxBytes }
}

/** The body of an answer. @throws {UnusableAnswer} when it is longer, or compressed. */
export async function readBody(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const { headers } = response
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') throw new UnusableAnswer('the answer is compressed')
  const tooLong = new UnusableAnswer(`the answer is longer than ${maxBytes} bytes`)
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw tooLong
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response) {
    const bytes = Buffer.from(chunk)
    length += bytes.length
    if (length > maxBytes) throw tooLong
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}
