// HTTP over a plain socket: for requests that no client library would send.
import { connect } from 'node:net'

/** Sends lines as one request and returns everything that came back until the connection closed. */
export function rawRequest(port: number, request: string, deadlineMillis = 8000): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let answer = ''
    const timer = setTimeout(() => socket.destroy(new Error(`no end of answer: ${answer}`)), deadlineMillis)
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      answer += text
    })
    socket.on('error', reject)
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(answer)
    })
    socket.write(request, 'latin1')
  })
}

/** A GET with the given header lines, on a connection that closes afterwards unless they say otherwise. */
export function rawGet(port: number, path: string, headers: readonly string[] = []): Promise<string> {
  const closing = headers.some((line) => /^connection:/i.test(line)) ? [] : ['Connection: close']
  return rawRequest(port, [`GET ${path} HTTP/1.1`, 'Host: localhost', ...closing, ...headers, '', ''].join('\r\n'))
}

/** Status code of a raw answer. */
export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0)
}

/** Body of a raw answer. */
export function bodyOf(answer: string): string {
  return answer.slice(answer.indexOf('\r\n\r\n') + 4)
}
