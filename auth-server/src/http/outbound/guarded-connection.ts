// Whether a host takes connections, under the guard of every request: it is connected to, by TLS where the address is https, and nothing is said.
import { connect as connectPlain, isIP, type Socket } from 'node:net'
import { connect as connectSecure } from 'node:tls'
import { withoutBrackets } from '@mobile-api-gateway/sdk/network.ts'
import { guardOf, type OutboundOptions } from './guarded-request.ts'

/** @throws {ForbiddenAddress}, or what the network, the certificate or the time limit says. */
export async function guardedConnection(
  address: string,
  options: Pick<OutboundOptions, 'timeoutMillis' | 'allowLoopback' | 'trustedHosts'>,
): Promise<void> {
  const url = new URL(address)
  const { isSecure, lookup } = guardOf(url, options)
  const host = withoutBrackets(url.hostname)
  const port = Number(url.port || (isSecure ? 443 : 80))
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const socket: Socket = isSecure
    ? connectSecure({ host, port, lookup, ...(isIP(host) === 0 && { servername: host }) }, resolve)
    : connectPlain({ host, port, lookup }, resolve)
  socket.on('error', reject)
  const limit = setTimeout(() => reject(new Error(`${host} took too long`)), options.timeoutMillis)
  try {
    await promise
  } finally {
    clearTimeout(limit)
    socket.destroy()
  }
}
