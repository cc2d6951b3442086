// Proves by probes that clients cannot send what only the gateway may say: the mark and the identity headers.
import { GATEWAY_SECRET_HEADER } from '@mobile-api-gateway/sdk/identity-headers.ts'
import type { HeaderLine } from '../gateway/http/header-list.ts'
import { IDENTITY_HEADERS } from '../src/stages/identity/identity.ts'
import type { Prober } from './probe.ts'
import type { ReportProblem } from './problem.ts'
import type { Scopes } from './scopes.ts'
import { luaOf } from './serverless.ts'

/** What Kong's own plugins tell of the caller, and ours do not. */
export const KONGS_HEADERS = ['X-Authenticated-Groups', 'X-Consumer-ID', 'X-Consumer-Groups'] as const

/** What backends believe, whether we say it or Kong's own plugins, and the marks that the guard believes. */
export const RESERVED_HEADERS: readonly string[] = [
  ...['X-Mobile-Gateway', 'X-Mobile-Gateway-Caller', GATEWAY_SECRET_HEADER],
  ...IDENTITY_HEADERS,
  ...KONGS_HEADERS,
]

/** By these some backends take a request for one of another method, whose scopes nobody has asked for. */
export const METHOD_HEADERS = ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'] as const

/** Backends read `X_Foo` as `X-Foo`; a stripping function has to do the same. */
export function plainName(name: string): string {
  return name.toLowerCase().replaceAll('_', '-')
}

const RESERVED = new Set(RESERVED_HEADERS.map(plainName))

/** Whether only the gateway may set a header; those that carry a backend's secret may have other names. */
export function isReserved(name: string): boolean {
  const plain = plainName(name)
  return RESERVED.has(plain) || plain.startsWith('x-gateway-') || plain.startsWith('x-authenticated-')
}

function spellings(name: string): string[] {
  return [...[name, name.toUpperCase(), name.toLowerCase(), name.replaceAll('-', '_')], name.replace('-', '_')]
}

/** More headers than Kong shows by default, so that the forged one comes after them. */
const crowd = Array.from({ length: 120 }, (_, i): HeaderLine => [`X-Filler-${i}`, 'x'])

function connectionLines(name: string): HeaderLine[][] {
  return [
    [['Connection', name]],
    [['connection', `close, ${name.toLowerCase()}`]],
    [['CONNECTION', `keep-alive,${name}`]],
    [
      ['Connection', 'keep-alive'],
      ['Connection', name],
    ],
  ]
}

const HARMLESS: HeaderLine[] = [
  ['Connection', 'keep-alive'],
  ['Authorization', 'Bearer probe'],
  ['X-Custom', 'kept'],
]

/** Which probes a stripping function does not stand; empty when it does its work. */
export function failedProbes(prober: Prober, rewrite: readonly string[], alsoForged: readonly string[] = []): string[] {
  const run = (headers: readonly HeaderLine[]) => prober.run({ headers }, { rewrite, access: [] })
  const kept = run(HARMLESS)
  if (kept.failure !== undefined) return [`it fails: ${kept.failure}`]
  if (kept.status !== undefined) return [`it answers an ordinary request with ${kept.status}`]
  const lost = HARMLESS.filter(([name]) => !kept.request.some(([each]) => each === name)).map(([name]) => name)
  const forged = [...RESERVED_HEADERS, ...alsoForged].flatMap(spellings).filter((name) => {
    const { status, request } = run([...crowd, [name, 'forged'], [name, 'again']])
    return status === undefined && request.some(([each]) => each === name)
  })
  const dropped = [...RESERVED_HEADERS, ...alsoForged].filter((name) => {
    return connectionLines(name).some((lines) => run([...crowd, ...lines]).status === undefined)
  })
  return [
    ...(lost.length === 0 ? [] : [`it removes ${lost.join(', ')}`]),
    ...(forged.length === 0 ? [] : [`it lets clients send ${forged.join(', ')}`]),
    ...(dropped.length === 0
      ? []
      : [`it lets clients have these dropped by naming them in Connection: ${dropped.join(', ')}`]),
  ]
}

const INSTEAD = "the global pre-function of this project's kong.yml, in the top-level list plugins, unchanged"

/**
 * Checks the stripping of a file with protected routes. Kong runs `rewrite` for global plugins alone.
 * @param at where to complain when there is nothing to look at
 * @param alsoForged headers that clients must not send either
 * @returns the Lua that strips, for use before the guard
 */
export function checkStripping(
  scopes: Scopes,
  prober: Prober,
  at: readonly (string | number)[],
  alsoForged: readonly string[],
  report: ReportProblem,
): string[] {
  const all = scopes.named('pre-function').filter((entity) => luaOf(entity, 'rewrite').length > 0)
  const global = all.find(({ refers }) => refers.size === 0)
  if (global === undefined) {
    const works = all.find((entity) => failedProbes(prober, luaOf(entity, 'rewrite')).length === 0)
    if (works === undefined) {
      report(at, 'nothing removes the mark and the identity headers that clients may send', INSTEAD)
    } else report(works.path, 'this pre-function is not global, and Kong runs rewrite for global plugins only', INSTEAD)
    return []
  }
  const code = luaOf(global, 'rewrite')
  const failed = failedProbes(prober, code, alsoForged)
  if (failed.length > 0)
    report(
      [...global.path, 'config', 'rewrite'],
      `this function does not protect what it should: ${failed.join('; ')}`,
      INSTEAD,
    )
  return code
}
