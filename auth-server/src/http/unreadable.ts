// Answers what never becomes a request, because it is no HTTP, too long or too slow: in the words of all other refusals (RFC 6749 §5.2).
import type { Socket } from 'node:net'
import { newRequestId, REQUEST_ID } from './request-id.ts'
import { securityHeaders } from './security-headers.ts'

interface Answer {
  readonly status: string
  readonly description: string
}

/** By Node's code of what is wrong; everything else is no HTTP. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    description:
      'the address and the headers of this request are longer than 16 KiB; a browser may have to forget cookies',
  },
  ERR_HTTP_REQUEST_TIMEOUT: { status: '408 Request Timeout', description: 'the request did not arrive in time' },
}
const NO_HTTP: Answer = { status: '400 Bad Request', description: 'this is no request that HTTP/1.1 knows' }

const HEAD = 'HEAD '

/** What a log does. */
interface Hears {
  info(fields: object, message: string): void
}

/** What Node says of it. `rawPacket`: the bytes that arrived last, where they are what is wrong. */
type Unreadable = NodeJS.ErrnoException & { readonly rawPacket?: unknown }

/** Fastify's handler; the connection is of no use afterwards. */
export function answerUnreadable(log: Hears): (error: Unreadable, socket: Socket) => void {
  return (error, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
    const { status, description } = ANSWERS[error.code ?? ''] ?? NO_HTTP
    const reqId = newRequestId()
    log.info({ reqId, error: 'invalid_request', detail: error.code, status: Number.parseInt(status, 10) }, description)
    const body = JSON.stringify({ error: 'invalid_request', error_description: description })
    const headers = {
      ...securityHeaders(false),
      [REQUEST_ID]: reqId,
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      connection: 'close',
    }
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
    // RFC 9110 §9.3.2: what follows the head of an answer to HEAD is no part of it, and trouble to whoever asked.
    const sent = isHead(error.rawPacket) ? '' : body
    socket.end([`HTTP/1.1 ${status}`, ...lines, '', sent].join('\r\n'), () => socket.destroy())
  }
}

function isHead(bytes: unknown): boolean {
  return Buffer.isBuffer(bytes) && bytes.toString('latin1', 0, HEAD.length) === HEAD
}
