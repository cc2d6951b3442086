// Ports: a mistake or a port in use is named together with the variable that changes it.
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import t from 'tap'
import { freePorts, PortProblem, readPorts, requireFree } from '../../stack/ports.ts'

t.test('ports come from their variables, or are the usual ones', async (t) => {
  t.strictSame(readPorts({}), { auth: 4000, api: 3000, gateway: 8000 })
  t.strictSame(readPorts({ AUTH_PORT: '4001', API_PORT: '', GATEWAY_PORT: '80' }), {
    auth: 4001,
    api: 3000,
    gateway: 80,
  })
})

t.test('all mistakes are named in one go', async (t) => {
  t.throws(
    () => readPorts({ AUTH_PORT: 'x', API_PORT: '70000', GATEWAY_PORT: '1.5' }),
    new PortProblem(
      'AUTH_PORT must be a port number from 1 to 65535, not "x".\n' +
        'API_PORT must be a port number from 1 to 65535, not "70000".\n' +
        'GATEWAY_PORT must be a port number from 1 to 65535, not "1.5".',
    ),
  )
  t.throws(
    () => readPorts({ GATEWAY_PORT: '3000' }),
    new PortProblem('GATEWAY_PORT and API_PORT are both 3000; give each its own port.'),
  )
})

for (const host of ['127.0.0.1', '0.0.0.0', '::1']) {
  t.test(`a port in use on ${host} is named with its variable`, async (t) => {
    const ports = await freePorts()
    const server = createServer()
    server.listen(ports.gateway, host)
    try {
      await once(server, 'listening')
    } catch {
      t.comment(`this machine has no ${host}`)
      return
    }
    t.teardown(() => server.close())
    const error = await requireFree(ports).catch((error: unknown) => error)
    t.ok(error instanceof PortProblem)
    t.match(
      String(error),
      new RegExp(
        `Port ${ports.gateway}, on which the gateway should listen, is in use\\. Free it, or choose another: GATEWAY_PORT=\\d+$`,
      ),
    )
  })
}

t.test('ports that are suggested are free, different, and none of the others', async (t) => {
  const auth = 20_000 + Math.floor(Math.random() * 10_000)
  const servers: Server[] = []
  const listen = async (port: number) => {
    const server = createServer().listen(port, '127.0.0.1')
    servers.push(server)
    await once(server, 'listening')
  }
  t.teardown(() => servers.map((server) => server.close()))
  // auth and api are taken, as is the port after each of them; the gateway should have the next.
  for (const port of [auth, auth + 1, auth + 2]) await listen(port)
  const ports = { auth, api: auth + 1, gateway: auth + 3 }
  const error = await requireFree(ports).catch((error: unknown) => error)
  const suggested = [...String(error).matchAll(/(\w+)_PORT=(\d+)/g)].map(([, who, port]) => [who, Number(port)])
  const [first, second] = suggested
  t.match(suggested, [
    ['AUTH', Number],
    ['API', Number],
  ])
  t.not(first?.[1], second?.[1])
  for (const [, port] of suggested) {
    t.notOk(Object.values(ports).includes(Number(port)))
    await listen(Number(port))
  }
})

t.test('free ports pass, and are three', async (t) => {
  const ports = await freePorts()
  await requireFree(ports)
  t.equal(new Set(Object.values(ports)).size, 3)
})
