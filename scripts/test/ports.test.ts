// Ports: a mistake or a port in use is named together with the variable that changes it.
import { once } from 'node:events'
import { createServer } from 'node:net'
import t from 'tap'
import { freePorts, PortProblem, readPorts, requireFree } from '../stack/ports.ts'

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
    await t.rejects(
      requireFree(ports),
      new PortProblem(
        `Port ${ports.gateway}, on which the gateway should listen, is in use. Free it, or choose another: GATEWAY_PORT=${ports.gateway + 1}`,
      ),
    )
  })
}

t.test('free ports pass, and are three', async (t) => {
  const ports = await freePorts()
  await requireFree(ports)
  t.equal(new Set(Object.values(ports)).size, 3)
})
