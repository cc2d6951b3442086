// Issuers behind a proxy: keys and revocations are fetched through it, as HTTP_PROXY and NO_PROXY say.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { eventually } from '../support/eventually.ts'
import { startFeedServer } from '../support/feed-server.ts'
import { createSigningKey, gatewayConfig, signToken, startKeyServer } from '../support/issuer.ts'
import { KongClient } from '../support/kong-client.ts'

const main = join(import.meta.dirname, '../../src/server/main.ts')

/** A forward proxy that knows one foreign host: this machine by another name. */
async function startProxy(t: Test) {
  const asked: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.writeHead(405).end()
  })
  server.on('connect', (request, client: Socket) => {
    asked.push(`CONNECT ${request.url}`)
    const [host, port] = request.url?.split(':') ?? []
    if (host !== 'issuer.invalid') return void client.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    const target = connect(Number(port), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      client.pipe(target).pipe(client)
    })
    for (const socket of [client, target]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.closeAllConnections()
    server.close()
  })
  const { port }: AddressInfo = Object(server.address())
  return { url: `http://127.0.0.1:${port}`, asked }
}

/** The plugin server as a process with these variables; its log so far. */
async function startServer(t: Test, env: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), 'proxied-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const socketPath = join(folder, 'p.sock')
  const child = spawn(process.execPath, [main, '--socket', socketPath], {
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk
    })
  await Promise.race([eventually(() => output.includes('plugin server listens'), 15_000), once(child, 'exit')])
  return { socketPath, output: () => output, child }
}

/** The same addresses, seen from outside. */
function elsewhere<T>(value: T): T {
  return JSON.parse(JSON.stringify(value).replaceAll('127.0.0.1', 'issuer.invalid'))
}

const key = await createSigningKey()

async function call(t: Test, socketPath: string, config: Record<string, unknown>) {
  const kong = new KongClient(socketPath)
  t.teardown(() => kong.close())
  const id = await kong.start('mobile-gateway', config)
  return kong.access(id, { headers: { authorization: `Bearer ${await signToken(key)}` } })
}

t.test('keys and the feed of an issuer are fetched through the proxy, and by TLS as well', async (t) => {
  const [proxy, keys, feed] = [await startProxy(t), await startKeyServer(t, key), await startFeedServer(t)]
  const server = await startServer(t, { HTTP_PROXY: proxy.url, https_proxy: proxy.url })
  const issuer = 'http://localhost:4000'
  const issuers = [{ issuer, jwks_uri: elsewhere(keys.jwksUri), revocations: elsewhere(feed.config()) }]
  await call(t, server.socketPath, gatewayConfig('', { issuers }))
  await eventually(() => feed.polls > 0 && keys.requests > 0)
  t.match(await call(t, server.socketPath, gatewayConfig('', { issuers })), { kind: 'passed' })
  t.ok(proxy.asked.includes(`CONNECT ${new URL(elsewhere(keys.jwksUri)).host}`))
  const secure = [{ issuer, jwks_uri: 'https://other.invalid/jwks' }]
  t.match(await call(t, server.socketPath, gatewayConfig('', { issuers: secure })), { status: 503 })
  t.ok(proxy.asked.includes('CONNECT other.invalid:443'), 'the other variable, in lower case')
})

t.test('NO_PROXY and this machine are reached without it', async (t) => {
  const [proxy, keys] = [await startProxy(t), await startKeyServer(t, key)]
  for (const near of ['near.invalid', 'far.invalid *']) {
    const server = await startServer(t, { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url, NO_PROXY: near })
    t.match(await call(t, server.socketPath, gatewayConfig(keys.jwksUri)), { kind: 'passed' })
    t.match(await call(t, server.socketPath, gatewayConfig('http://near.invalid:1234/jwks')), { status: 503 })
  }
  t.strictSame(proxy.asked, [])
})

t.test('a proxy that is no address is told at the start', async (t) => {
  for (const address of ['proxy.example:3128', 'junk', 'socks5://proxy.example']) {
    const { child, output } = await startServer(t, { HTTPS_PROXY: address })
    if (child.exitCode === null) await once(child, 'exit')
    t.equal(child.exitCode, 1)
    t.equal(output(), 'HTTPS_PROXY must be the address of an HTTP proxy, such as http://proxy.example:3128\n')
  }
})
