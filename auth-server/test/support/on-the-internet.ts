// A server of tests as if it were on the internet: its name leads to a public address, where a connection ends up on this machine, and its certificate is trusted.
import dns from 'node:dns'
import { createServer } from 'node:https'
import { syncBuiltinESMExports } from 'node:module'
import { Socket } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import { selfSigned } from './self-signed.ts'
import { listen } from './site.ts'

/** Of a public network; nothing is ever sent there. */
const ADDRESS = '93.184.215.14'

/** Serves an app by https under a name, from port 443. */
export async function onTheInternet(t: Test, app: FastifyInstance, host: string): Promise<void> {
  await app.ready()
  const certificate = selfSigned(host)
  const port = await listen(
    t,
    createServer(certificate, (request, response) => app.routing(request, response)),
  )
  const before = { lookup: dns.lookup, connect: Socket.prototype.connect, authorities: getCACertificates('default') }
  t.teardown(() => {
    dns.lookup = before.lookup
    Socket.prototype.connect = before.connect
    setDefaultCACertificates(before.authorities)
    syncBuiltinESMExports()
  })
  setDefaultCACertificates([...before.authorities, certificate.cert])
  Object.assign(dns, {
    lookup(name: string, options: object, callback: (...answer: readonly unknown[]) => void) {
      if (name === host) callback(null, [{ address: ADDRESS, family: 4 }])
      else Reflect.apply(before.lookup, dns, [name, options, callback])
    },
  })
  syncBuiltinESMExports()
  Object.assign(Socket.prototype, {
    connect(this: Socket, ...args: readonly unknown[]) {
      const [first] = args
      const [options, ...more] = Array.isArray(first) ? first : args
      const isThere = Object(options).host === host && Number(Object(options).port) === 443
      const led = isThere ? { ...options, host: '127.0.0.1', port, lookup: judged(options, host) } : options
      return Reflect.apply(before.connect, this, isThere ? [led, ...more] : args)
    },
  })
}

/** Where the connection may go is asked as it would be; only then it ends up here. */
function judged({ lookup }: Readonly<{ lookup: (...asked: readonly unknown[]) => void }>, host: string) {
  return (_name: string, options: object, callback: (...answer: readonly unknown[]) => void) =>
    lookup(host, { ...options, all: false }, (error: unknown) => callback(error, '127.0.0.1', 4))
}
