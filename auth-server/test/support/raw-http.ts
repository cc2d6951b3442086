// HTTP by hand: what a well-behaved client library would never send.
import { once } from 'node:events'
import { connect } from 'node:net'

/** Sends the bytes on one connection and returns everything that comes back until the server closes it. */
export async function sendRaw(url: string, bytes: string | Uint8Array): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  let answer = ''
  socket.setEncoding('latin1').on('data', (chunk) => {
    answer += chunk
  })
  socket.write(bytes)
  // The server may close before everything is written; what it said until then is the answer.
  socket.on('error', () => {})
  await once(socket, 'close')
  return answer
}

/** The status codes of the answers in a connection's text. */
export function statusesOf(answer: string): number[] {
  return [...answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status))
}
