// The head of a backend's answer: what of it can be passed on, and what nginx would not take.
import type { IncomingMessage } from 'node:http'
import { UpstreamError } from './upstream.ts'

/** nginx's `proxy_buffer_size`: status line and headers must fit in. */
const MAX_BYTES = 4096

/** Reasons may hold tabs, blanks, printable ASCII and any byte from 0x80 on (RFC 9112 §4). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about.
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/g

/**
 * Reads the status line of a final answer. A reason is for people, so it loses control characters and no more.
 * @throws {UpstreamError} for a status that no final answer has, and for a head that nginx refuses
 */
export function readHead(answer: IncomingMessage): { readonly status: number; readonly reason: string } {
  const { statusCode: status = 0, statusMessage = '', rawHeaders } = answer
  if (status < 200) throw new UpstreamError(`the backend answered with the status ${status}`, 502)
  const coding = answer.headers['transfer-encoding']
  if (coding !== undefined && coding.toLowerCase() !== 'chunked')
    throw new UpstreamError(`the backend answered with the transfer coding ${coding}`, 502)
  // Each name has ": " behind it, each value a line end.
  const bytes = rawHeaders.reduce((sum, text) => sum + text.length + 2, `HTTP/1.1 200 ${statusMessage}`.length + 4)
  if (bytes > MAX_BYTES)
    throw new UpstreamError(`the head of the backend's answer has more than ${MAX_BYTES} bytes`, 502)
  return { status, reason: statusMessage.replace(CONTROL, '') }
}
