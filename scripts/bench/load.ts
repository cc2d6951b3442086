// Makes load: wrk where it is on PATH, else autocannon; every answer must be a success.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findOnPath } from '../stack/find-on-path.ts'

const run = promisify(execFile)

/** What to call, and how hard. */
export interface Load {
  /** Origin of the gateway. */
  readonly origin: string
  readonly path: string
  /** File with one token per line; calls carry them in turn. */
  readonly tokensFile: string
  readonly connections: number
  readonly seconds: number
}

/** What came of it. */
export interface Measured {
  readonly requests: number
  readonly requestsPerSecond: number
  readonly p50Millis: number
  readonly p99Millis: number
}

/** A load generator. */
export interface Generator {
  readonly name: string
  /** @throws {Error} when an answer was no success, or none came */
  run(load: Load): Promise<Measured>
}

/** wrk costs far less than a generator in Node, and so leaves more of a small machine to what is measured. */
export function chooseGenerator(): Generator {
  const wrk = findOnPath('wrk')
  return wrk === undefined
    ? { name: 'autocannon', run: runAutocannon }
    : { name: 'wrk', run: (load) => runWrk(wrk, load) }
}

interface Counts {
  readonly requests: number
  readonly seconds: number
  readonly p50Millis: number
  readonly p99Millis: number
  /** Answers that are no success. */
  readonly refused: number
  /** Connections that broke or were silent. */
  readonly broken: number
}

function judge(load: Load, { requests, seconds, refused, broken, p50Millis, p99Millis }: Counts): Measured {
  if (requests === 0 || refused > 0 || broken > 0)
    throw new Error(`${load.path}: of ${requests} calls ${refused} were refused and ${broken} got no answer`)
  return { requests, requestsPerSecond: requests / seconds, p50Millis, p99Millis }
}

async function runWrk(wrk: string, load: Load): Promise<Measured> {
  const how = ['-t1', `-c${load.connections}`, `-d${load.seconds}s`, '-s', join(import.meta.dirname, 'wrk.lua')]
  const { stdout } = await run(wrk, [...how, load.origin, '--', load.path, load.tokensFile])
  const found: Record<'requests' | 'microseconds' | 'p50' | 'p99' | 'refused' | 'broken', number> = JSON.parse(
    stdout.trimEnd().split('\n').at(-1) ?? '',
  )
  const { requests, refused, broken } = found
  const times = { seconds: found.microseconds / 1e6, p50Millis: found.p50 / 1000, p99Millis: found.p99 / 1000 }
  return judge(load, { requests, refused, broken, ...times })
}

/** The part of autocannon (which has no types) that is used. */
type Autocannon = (options: object) => Promise<{
  readonly requests: { readonly total: number }
  readonly duration: number
  readonly latency: { readonly p50: number; readonly p99: number }
  readonly '2xx': number
  readonly non2xx: number
  readonly errors: number
  readonly timeouts: number
}>

async function runAutocannon(load: Load): Promise<Measured> {
  const autocannon: Autocannon = createRequire(import.meta.url)('autocannon')
  const tokens = (await readFile(load.tokensFile, 'utf8')).trim().split('\n')
  const found = await autocannon({
    url: load.origin,
    connections: load.connections,
    duration: load.seconds,
    requests: tokens.map((token) => ({ path: load.path, headers: { authorization: `Bearer ${token}` } })),
  })
  return judge(load, {
    requests: found['2xx'] + found.non2xx,
    seconds: found.duration,
    p50Millis: found.latency.p50,
    p99Millis: found.latency.p99,
    refused: found.non2xx,
    broken: found.errors + found.timeouts,
  })
}
