// npm run bench -- memory: whether the plugin server's memory stays flat under refused calls, and under ever other tokens.
import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import { answersPluginCalls } from '../stack/readiness.ts'
import { waitUntil } from '../stack/wait.ts'
import { AUDIENCE, type Callers, createCallers, ISSUER } from './callers.ts'
import { makeCalls, type Outcomes, startInstance } from './plugin-caller.ts'

export const USAGE = `npm run bench -- memory [--calls 200000] [--tokens 50000]

Makes so many calls that are refused, for every reason there is, then as many that are accepted, with so many different
tokens, and looks at what is left in the plugin server's memory after each quarter.
`

/** How much to do. */
export interface MemoryOptions {
  /** Refused calls, and accepted ones as well. */
  readonly calls: number
  readonly tokens: number
}

/** What counts as flat, in bytes of growth over the second half: by then caches are full. */
const FLAT = { heapUsed: 2.5e6, external: 2.5e6, rss: 40e6 }
/** With fewer calls the allocator has not yet taken what it works with, so its pages (rss) tell nothing about leaks. */
const CALLS_UNTIL_RSS_COUNTS = 100_000
const CONNECTIONS = 32
const QUARTERS = [1, 2, 3, 4]
const MB = 1e6

const serverEntry = join(import.meta.dirname, '..', '..', 'kong-plugins', 'src', 'server', 'main.ts')
const preload = join(import.meta.dirname, 'gc-on-demand.ts')

/** Command line of {@link measureMemory}. */
export async function benchMemory(args: readonly string[], print: (line: string) => void): Promise<void> {
  const options = {
    calls: { type: 'string', default: '200000' },
    tokens: { type: 'string', default: '50000' },
  } as const
  const { values } = parseArgs({ args: [...args], options })
  const [calls, tokens] = [Number(values.calls), Number(values.tokens)]
  if (!(calls >= 4 && tokens >= 1)) throw new UsageError('--calls must be a number from 4, and --tokens one from 1.')
  await measureMemory({ calls, tokens }, print)
}

/** Measures and prints. @throws {Error} when memory grows, or a call ends otherwise than it should */
export async function measureMemory({ calls, tokens }: MemoryOptions, print: (line: string) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-memory-'))
  const socketPath = join(folder, 'plugins.sock')
  const server = fork(serverEntry, ['--socket', socketPath], {
    env: { ...process.env, LOG_LEVEL: 'error' },
    execArgv: ['--expose-gc', '--import', preload],
  })
  print(`signing ${tokens} tokens…`)
  const callers = await createCallers(tokens)
  try {
    if (!(await waitUntil(() => answersPluginCalls(socketPath), { timeoutMillis: 10_000 })))
      throw new Error('no plugin server')
    const instanceId = await startInstance(socketPath, configFor(callers))
    const to = { socketPath, instanceId, connections: CONNECTIONS }
    const phase = async (name: string, expected: RegExp, authorization: (n: number) => string | undefined) => {
      const samples: NodeJS.MemoryUsage[] = []
      for (const quarter of QUARTERS) {
        const from = ((quarter - 1) * calls) / QUARTERS.length
        const total = calls / QUARTERS.length
        const outcomes = await makeCalls({ ...to, total, authorization: (n) => authorization(from + n) })
        requireAll(outcomes, expected, name)
        const sample = await memoryOf(server)
        samples.push(sample)
        print(`${name}, ${(from + total).toFixed(0)} calls: ${inWords(sample)}   ${JSON.stringify(outcomes)}`)
      }
      requireFlat(
        name,
        samples,
        calls >= CALLS_UNTIL_RSS_COUNTS ? ['heapUsed', 'external', 'rss'] : ['heapUsed', 'external'],
      )
    }
    await makeCalls({ ...to, total: Math.min(calls, 2000), authorization: (n) => bearer(callers, n) })
    print(`at the start: ${inWords(await memoryOf(server))}`)
    await phase('refused', /^4\d\d$/, (n) => refusable(callers, n))
    await phase('accepted', /^passed$/, (n) => bearer(callers, n))
    print(`flat: the second half added less than ${FLAT.heapUsed / MB} MB of heap`)
  } finally {
    server.kill('SIGKILL')
    await callers.close()
    await rm(folder, { recursive: true, force: true })
  }
}

function configFor(callers: Callers): object {
  return {
    policy: 'mobile-api',
    issuers: [{ issuer: ISSUER, jwks_uri: callers.jwksUri }],
    audiences: [AUDIENCE],
    plans: { basic: { day: 1_000_000_000 } },
  }
}

function bearer({ tokens }: Callers, n: number): string {
  return `Bearer ${tokens[n % tokens.length]}`
}

/** Calls that are refused, no two alike where that can be: signatures that do not match, unknown keys, noise, nothing. */
function refusable(callers: Callers, n: number): string | undefined {
  const [header = '', payload = ''] = callers.tokens[n % callers.tokens.length]?.split('.') ?? []
  const noise = randomBytes(64).toString('base64url')
  const unknownKey = Buffer.from(JSON.stringify({ typ: 'at+jwt', alg: 'ES256', kid: noise })).toString('base64url')
  const kinds = [
    undefined,
    `Bearer ${header}.${payload}.${noise}`,
    `Bearer ${unknownKey}.${payload}.${noise}`,
    `Bearer ${noise}`,
    `Basic ${noise}`,
    `Bearer ${noise} ${noise}`,
  ]
  return kinds[n % kinds.length]
}

function memoryOf(server: ChildProcess): Promise<NodeJS.MemoryUsage> {
  return new Promise((resolve, reject) => {
    server.once('message', (message) => resolve(Object(message)))
    server.once('exit', () => reject(new Error('the plugin server ended')))
    server.send('collect')
  })
}

function requireAll(outcomes: Outcomes, expected: RegExp, name: string): void {
  const others = Object.keys(outcomes).filter((outcome) => !expected.test(outcome))
  if (others.length > 0) throw new Error(`calls that should be ${name} ended ${JSON.stringify(outcomes)}`)
}

function requireFlat(
  name: string,
  samples: readonly NodeJS.MemoryUsage[],
  parts: readonly (keyof typeof FLAT)[],
): void {
  const [halfway, last] = [samples[1], samples.at(-1)]
  for (const what of parts) {
    const grown = (last?.[what] ?? 0) - (halfway?.[what] ?? 0)
    if (grown >= FLAT[what])
      throw new Error(`${name} calls: ${what} grew by ${(grown / MB).toFixed(1)} MB in the second half`)
  }
}

function inWords({ heapUsed, rss, external }: NodeJS.MemoryUsage): string {
  const [heap, all, outside] = [heapUsed, rss, external].map((bytes) => (bytes / MB).toFixed(1).padStart(6))
  return `heap ${heap} MB, external ${outside} MB, rss ${all} MB`
}
