// npm run bench -- gateway: what protection costs, beside the bare route and beside Kong's own plugins for the job.

import { readFile } from 'node:fs/promises'
import { availableParallelism, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { chooseGateway } from '../stack/choose-gateway.ts'
import { cpuSeconds } from './cpu.ts'
import { chooseGenerator, type Generator } from './load.ts'
import { countsFrom } from './options.ts'
import { type Result, type Round, report } from './report.ts'
import { interleaved } from './rounds.ts'
import { type BenchGateway, type BenchSite, startSite } from './site.ts'

export const USAGE = `npm run bench -- gateway [--gateway kong|embedded] [--rounds 3] [--seconds 5] [--connections 32] [--users 200]

Requests per second and latency of the bare route of a gateway without us, of the bare route beside ours (our global
function runs there, too), of mobile-gateway (guard and limit headers included), of the three separate plugins, and, on
Kong, of a plugin outside of it that only reads a header and sets one (the floor), and of its own jwt + rate-limiting +
request-transformer; in rounds, forwards and backwards in turn; medians. Ours tell an auth server of calls and refusals,
and hear from it who was signed out. One gateway worker, everything on this machine.
The gateway without us is the stricter measure.
`

/** How to run. */
interface Options {
  readonly gateway: 'kong' | 'embedded'
  readonly rounds: number
  readonly seconds: number
  readonly connections: number
  readonly users: number
}

/** Runs the benchmark and prints what it found. @throws {Error} when an answer was not what it should be */
export async function benchGateway(args: readonly string[], print: (line: string) => void): Promise<void> {
  const options = readOptions(args)
  const generator = chooseGenerator()
  print(`${machine()}; load by ${generator.name}, ${options.connections} connections, ${options.users} users`)
  print(`${options.rounds} rounds of ${options.seconds} s per route, on ${GATEWAY_NAME[options.gateway]}, one worker`)
  const site = await startSite(options.gateway, options.users)
  try {
    const candidates = candidatesOf(site)
    for (const candidate of candidates) await warmUp(candidate, site, generator, options)
    const rounds = new Map<Candidate, Round[]>(candidates.map((candidate) => [candidate, []]))
    for (const candidate of interleaved(candidates, options.rounds).flat())
      rounds.get(candidate)?.push(await measure(candidate, site, generator, options))
    const results = candidates.map((each): Result => ({ ...each, rounds: rounds.get(each) ?? [] }))
    print('')
    for (const line of report(results)) print(line)
  } finally {
    await site.stop()
  }
}

interface Candidate {
  readonly name: string
  readonly title: string
  readonly gateway: BenchGateway
  /** Headers every answer has. */
  readonly headers: readonly string[]
}

const LIMIT_HEADERS = ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset', 'x-ratelimit-limit-minute']

const ONLY_KONG: readonly string[] = ['floor', 'bundled']

function candidatesOf({ kind, own, plain }: BenchSite): Candidate[] {
  const all: Candidate[] = [
    { name: 'bare', title: 'bare route', gateway: plain, headers: [] },
    { name: 'beside', title: 'bare route beside ours', gateway: own, headers: [] },
    { name: 'gateway', title: 'mobile-gateway + guard', gateway: own, headers: LIMIT_HEADERS },
    { name: 'three', title: 'three separate plugins + guard', gateway: own, headers: LIMIT_HEADERS },
    { name: 'floor', title: 'a plugin outside of Kong that does the least', gateway: plain, headers: [] },
    {
      name: 'bundled',
      title: "Kong's jwt + rate-limiting + request-transformer",
      gateway: plain,
      headers: LIMIT_HEADERS,
    },
  ]
  return all.filter(({ name }) => kind === 'kong' || !ONLY_KONG.includes(name))
}

/** One look at an answer as a whole (the load generator only counts statuses), then a little load. */
async function warmUp({ name, gateway, headers }: Candidate, site: BenchSite, generator: Generator, options: Options) {
  const [token] = (await readFile(site.tokensFile, 'utf8')).split('\n')
  const path = `/${name}/x`
  const response = await fetch(gateway.origin + path, { headers: { authorization: `Bearer ${token}` } })
  const missing = headers.filter((header) => !response.headers.has(header))
  if (response.status !== 200 || missing.length > 0)
    throw new Error(`${path}: status ${response.status}, without ${missing.join(', ') || 'anything missing'}`)
  await response.body?.cancel()
  if (['gateway', 'three', 'floor'].includes(name)) {
    const refused = await fetch(gateway.origin + path)
    await refused.body?.cancel()
    if (refused.status !== 401) throw new Error(`${path}: status ${refused.status} without a token`)
  }
  const load = { origin: gateway.origin, path, tokensFile: site.tokensFile, connections: options.connections }
  await generator.run({ ...load, seconds: Math.min(2, options.seconds) })
}

async function measure(
  { name, gateway }: Candidate,
  site: BenchSite,
  generator: Generator,
  options: Options,
): Promise<Round> {
  const used = () => [cpuSeconds(gateway.process.pid), cpuSeconds(gateway.plugins.pid)] as const
  const before = used()
  const load = { origin: gateway.origin, path: `/${name}/x`, tokensFile: site.tokensFile }
  const measured = await generator.run({ ...load, connections: options.connections, seconds: options.seconds })
  const after = used()
  const perRequest = (from: number | undefined, to: number | undefined): number | undefined =>
    from === undefined || to === undefined ? undefined : ((to - from) * 1e6) / measured.requests
  return {
    ...measured,
    gatewayCpuUs: perRequest(before[0], after[0]),
    pluginsCpuUs: perRequest(before[1], after[1]),
  }
}

const GATEWAY_NAME = { kong: 'Kong', embedded: 'the embedded gateway' }

function machine(): string {
  const [processor] = cpus()
  return `${availableParallelism()} cores (${processor?.model ?? process.arch}), Node ${process.versions.node}`
}

/** @throws {Error} when an option makes no sense */
function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      gateway: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '5' },
      connections: { type: 'string', default: '32' },
      users: { type: 'string', default: '200' },
    },
  })
  const { gateway, ...counts } = values
  const count = countsFrom(counts)
  return {
    gateway: chooseGateway(gateway),
    rounds: count('rounds'),
    seconds: count('seconds'),
    connections: count('connections'),
    users: count('users'),
  }
}
