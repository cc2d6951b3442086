// Bodies on their way: the client's to the backend, the backend's to the client, and both ways after a handshake.
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Service } from '../config/types.ts'
import { UpstreamError } from './upstream.ts'
import { Watchdog } from './watchdog.ts'

/** Sends the client's body on as it arrives; calls back when the last byte is handed over. */
export function sendRequestBody(
  req: IncomingMessage,
  upstream: ClientRequest,
  service: Service,
  sent: () => void,
): void {
  const stalled = new Watchdog(service.writeTimeout, () => {
    upstream.destroy(new UpstreamError(`the backend took no data for ${service.writeTimeout} ms`, 504))
  })
  req.on('data', (chunk: Buffer) => {
    if (upstream.destroyed || upstream.write(chunk)) return
    req.pause()
    stalled.arm()
  })
  upstream.on('drain', () => {
    stalled.disarm()
    req.resume()
  })
  req.once('end', () => {
    upstream.end()
    sent()
  })
  upstream.once('close', () => {
    stalled.disarm()
    // What is left of the body has nowhere to go; it is read to keep the client's connection in order.
    req.resume()
  })
}

/** Sends the backend's body back as it arrives. */
export function sendResponseBody(
  answer: IncomingMessage,
  res: ServerResponse,
  service: Service,
  failed: (e: Error) => void,
): void {
  const silent = new Watchdog(service.readTimeout, () => {
    answer.destroy(new UpstreamError(`the backend sent nothing for ${service.readTimeout} ms`, 504))
  })
  silent.arm()
  answer.on('data', (chunk: Buffer) => {
    silent.arm()
    if (res.write(chunk)) return
    answer.pause()
    silent.disarm()
  })
  res.on('drain', () => {
    silent.arm()
    answer.resume()
  })
  answer.once('end', () => res.end())
  answer.once('error', failed)
  answer.once('close', () => {
    silent.disarm()
    if (!answer.complete)
      failed(new UpstreamError('the backend closed the connection in the middle of its answer', 502))
  })
}

/** What flows after a protocol switch, in both directions, until one side ends or both fall silent. */
export function tunnel(client: Duplex, backend: Duplex, idleMillis: number): void {
  const close = (): void => {
    idle.disarm()
    client.destroy()
    backend.destroy()
  }
  const idle = new Watchdog(idleMillis, close)
  idle.arm()
  for (const [from, to] of [
    [client, backend],
    [backend, client],
  ] as const) {
    from.on('data', () => idle.arm())
    from.on('error', close)
    from.on('close', close)
    from.pipe(to)
  }
}
