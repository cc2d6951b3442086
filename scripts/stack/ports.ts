// The ports the stack listens on: defaults, the variables that change them, and a clear word when one is taken.
import { connect, createServer } from 'node:net'

/** TCP ports on loopback. */
export interface Ports {
  readonly auth: number
  readonly api: number
  readonly gateway: number
}

/** One row per port: who listens there, which variable moves it, where it is by default. */
const ROWS: readonly { key: keyof Ports; who: string; variable: string; usual: number }[] = [
  { key: 'auth', who: 'the auth server', variable: 'AUTH_PORT', usual: 4000 },
  { key: 'api', who: 'the demo API', variable: 'API_PORT', usual: 3000 },
  { key: 'gateway', who: 'the gateway', variable: 'GATEWAY_PORT', usual: 8000 },
]

/** What is wrong with the ports asked for, one line each, with the way out. */
export class PortProblem extends Error {
  override name = 'PortProblem'
}

/**
 * Reads the ports from `AUTH_PORT`, `API_PORT` and `GATEWAY_PORT`.
 * @throws {PortProblem} naming every variable that holds no port, or one that another has
 */
export function readPorts(env: NodeJS.ProcessEnv): Ports {
  const problems: string[] = []
  const seen = new Map<number, string>()
  const read = (key: keyof Ports): number => {
    const row = ROWS.find((each) => each.key === key)
    if (row === undefined) throw new Error(`no such port: ${key}`)
    const text = env[row.variable] ?? ''
    const port = text === '' ? row.usual : Number(text)
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
      problems.push(`${row.variable} must be a port number from 1 to 65535, not "${text}".`)
    } else if (seen.has(port)) {
      problems.push(`${row.variable} and ${seen.get(port)} are both ${port}; give each its own port.`)
    }
    seen.set(port, row.variable)
    return port
  }
  const ports = { auth: read('auth'), api: read('api'), gateway: read('gateway') }
  if (problems.length > 0) throw new PortProblem(problems.join('\n'))
  return ports
}

/** @throws {PortProblem} that names each port in use, who wanted it, and the variable that changes it */
export async function requireFree(ports: Ports): Promise<void> {
  const taken = await Promise.all(ROWS.map(async (row) => ({ row, taken: await isTaken(ports[row.key]) })))
  const spoken = new Set(Object.values(ports))
  const problems: string[] = []
  for (const { row } of taken.filter((each) => each.taken)) {
    const port = ports[row.key]
    const other = await nextFree(port, spoken)
    spoken.add(other)
    problems.push(
      `Port ${port}, on which ${row.who} should listen, is in use. Free it, or choose another: ${row.variable}=${other}`,
    )
  }
  if (problems.length > 0) throw new PortProblem(problems.join('\n'))
}

/** The first port above that nobody has, and that was not spoken of. */
async function nextFree(port: number, spoken: ReadonlySet<number>): Promise<number> {
  for (let other = port + 1; other <= 65_535; other += 1) {
    if (!spoken.has(other) && !(await isTaken(other))) return other
  }
  return freePort()
}

/**
 * True when something listens on the port. Binding alone does not tell: macOS lets us bind 127.0.0.1 beside a listener
 * on all addresses, and a browser that asks for `localhost` may try ::1 first.
 */
async function isTaken(port: number): Promise<boolean> {
  const answers = await Promise.all(['127.0.0.1', '::1'].map((host) => accepts(host, port)))
  return answers.includes(true) || !(await canBind(port))
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ host, port, timeout: 1000 })
    const settle = (answer: boolean) => {
      socket.destroy()
      done(answer)
    }
    socket.once('connect', () => settle(true))
    socket.once('error', () => settle(false))
    socket.once('timeout', () => settle(false))
  })
}

function canBind(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer()
    server.once('error', () => done(false))
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)))
  })
}

/**
 * A TCP port of 127.0.0.1 that was free a moment ago. From below the ranges that systems give to outgoing connections
 * (Linux from 32768, macOS from 49152), so that none of those takes it before it is bound.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    if (await canBind(port)) return port
  }
}

/** Three different free ports, for a stack that must not meet another. */
export async function freePorts(): Promise<Ports> {
  const auth = await freePort()
  let api = auth
  while (api === auth) api = await freePort()
  let gateway = auth
  while (gateway === auth || gateway === api) gateway = await freePort()
  return { auth, api, gateway }
}
