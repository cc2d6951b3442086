// The status line of a backend's answer: what of it can be passed on.
import type { IncomingMessage } from 'node:http'
import { UpstreamError } from './upstream.ts'

/** Reasons may hold tabs, blanks, printable ASCII and any byte from 0x80 on (RFC 9112 §4). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about.
const control = /[\x00-\x08\x0a-\x1f\x7f]/g

/**
 * Reads the status line of a final answer. A reason is for people, so it loses control characters and no more.
 * @throws UpstreamError for a status that no final answer has
 */
export function readStatusLine(answer: IncomingMessage): { readonly status: number; readonly reason: string } {
  const { statusCode: status = 0, statusMessage = '' } = answer
  if (status < 200) throw new UpstreamError(`the backend answered with the status ${status}`, 502)
  return { status, reason: statusMessage.replace(control, '') }
}
