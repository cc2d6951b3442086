// How each kind of server shows that it is up: by an HTTP answer, or by the plugin server's own status call.
import { connect } from 'node:net'
import { createMessageDecoder } from '@mobile-api-gateway/kong-plugins/server/frames.ts'

/** True when a GET is answered below 500 (or, with `onlyOk`, by a 2xx) within a second. */
export async function answersHttp(url: string, { onlyOk = false } = {}): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1000), redirect: 'manual' })
    await response.body?.cancel()
    return onlyOk ? response.ok : response.status < 500
  } catch {
    return false
  }
}

/** MessagePack of the request `[0, 1, "plugin.GetStatus", []]`. */
const getStatus = Buffer.concat([
  Buffer.from([0x94, 0x00, 0x01, 0xb0]),
  Buffer.from('plugin.GetStatus'),
  Buffer.from([0x90]),
])

/** `[1, id, error, result]` without an error. */
function isGoodAnswer(message: unknown): boolean {
  return Array.isArray(message) && message[0] === 1 && message[1] === 1 && message[2] === null
}

/** True when the plugin server on this unix socket answers its status call within a second. */
export function answersPluginCalls(socketPath: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ path: socketPath, timeout: 1000 })
    const decode = createMessageDecoder()
    const settle = (answer: boolean): void => {
      socket.destroy()
      done(answer)
    }
    socket.once('connect', () => socket.write(getStatus))
    socket.on('data', (chunk: Buffer) => {
      try {
        const [message] = decode(chunk)
        if (message !== undefined) settle(isGoodAnswer(message))
      } catch {
        settle(false) // not a plugin server
      }
    })
    socket.once('error', () => settle(false))
    socket.once('close', () => settle(false))
    socket.once('timeout', () => settle(false))
  })
}
