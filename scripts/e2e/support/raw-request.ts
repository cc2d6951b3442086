// Requests that no decent HTTP client would send, byte by byte.
import { connect } from 'node:net'

/** Sends the lines as one request with `Connection: close` unless a Connection header is among them; returns the status and the body. */
export function rawRequest(
  gateway: string,
  target: string,
  headers: readonly string[],
  method = 'GET',
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const { port, host } = new URL(gateway)
    const connection = headers.some((line) => /^connection:/i.test(line)) ? [] : ['Connection: close']
    const socket = connect(Number(port), '127.0.0.1')
    let answer = ''
    socket.setTimeout(5000, () => socket.destroy(new Error('no answer within 5 s')))
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1')
    })
    socket.on('error', (error) => (answer === '' ? reject(error) : undefined))
    socket.on('close', () => {
      const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(answer) ?? []
      if (status === undefined) return reject(new Error(`no HTTP answer: ${answer.slice(0, 200)}`))
      resolve({ status: Number(status), body: answer.slice(answer.indexOf('\r\n\r\n') + 4) })
    })
    socket.write([`${method} ${target} HTTP/1.1`, `Host: ${host}`, ...connection, ...headers, '', ''].join('\r\n'))
  })
}
