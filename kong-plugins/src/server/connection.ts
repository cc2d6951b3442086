// One connection from Kong: reads requests, calls the method, writes the answer; nothing that arrives can end the process.
import type { Socket } from 'node:net'
import type { Logger } from 'pino'
import { encodeMessage } from './encode-message.ts'
import { createMessageDecoder } from './frames.ts'
import type { Method } from './methods.ts'

/** How the listener ends a connection. */
export interface Connection {
  /** Closes it once the calls in progress are answered. */
  finish(): void
}

const REQUEST = 0
const RESPONSE = 1

interface Request {
  readonly id: number
  readonly method: string
  readonly argument: unknown
}

/** Serves one socket. Tokens travel here: neither arguments nor results are ever logged. */
export function serveConnection(socket: Socket, methods: ReadonlyMap<string, Method>, log: Logger): Connection {
  const decode = createMessageDecoder()
  let inProgress = 0
  let finishing = false

  const delivered = (): boolean => socket.writable
  const finishIfIdle = (): void => {
    if (finishing && inProgress === 0) socket.end(() => socket.destroy())
  }

  function respond({ id, method, argument }: Request): void {
    inProgress += 1
    const send = (message: string): boolean => {
      inProgress -= 1
      const heard = delivered()
      if (heard) socket.write(message, 'latin1')
      finishIfIdle()
      return heard
    }
    const answer = (result: unknown): boolean => send(encodeMessage([RESPONSE, id, null, result]))
    const fail = (cause: unknown): void => {
      const error = cause instanceof Error ? cause.message : 'unknown error'
      log.warn({ method: methods.has(method) ? method : 'unknown', error }, 'call from Kong failed')
      send(encodeMessage([RESPONSE, id, error, null]))
    }
    try {
      const handler = methods.get(method)
      if (!handler) throw new Error('method not supported')
      handler(argument, answer)?.catch(fail)
    } catch (cause) {
      fail(cause)
    }
  }

  socket.on('error', (cause) => log.debug({ err: cause }, 'connection from Kong broke')) // e.g. EPIPE of a worker that died
  socket.on('data', (chunk) => {
    try {
      for (const message of decode(chunk)) {
        const request = readRequest(message)
        if (!request) throw new Error('not a request')
        respond(request)
      }
    } catch (cause) {
      log.error({ err: cause }, 'unreadable bytes from Kong; closing the connection')
      socket.destroy()
    }
  })

  return {
    finish() {
      finishing = true
      finishIfIdle()
    },
  }
}

/** `[0, id, method, [argument]]` */
function readRequest(message: unknown): Request | undefined {
  if (!Array.isArray(message)) return undefined
  const [type, id, method, args]: unknown[] = message
  if (type !== REQUEST || typeof id !== 'number' || typeof method !== 'string' || !Array.isArray(args)) return undefined
  return { id, method, argument: args[0] }
}
