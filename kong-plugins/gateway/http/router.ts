// Finds the route of a request by the rules of Kong 3.9's default router flavor (traditional_compatible).

import { compileHeaderRegex, compilePathRegex } from '../config/regular-expressions.ts'
import type { Route } from '../config/types.ts'
import { sanitizePostfix, upstreamPathV0, upstreamPathV1 } from './uri.ts'

/** What routes are matched on. */
export interface RouteQuery {
  readonly method: string
  /** Normalised, without the query. */
  readonly path: string
  /** As in the Host header. */
  readonly host: string
  /** The gateway's own port: what a port in a route's `hosts` means. */
  readonly port: number
  readonly headerValues: (name: string) => readonly string[]
}

export interface RouteMatch {
  readonly route: Route
  /** The part of the path that was stripped (`X-Forwarded-Prefix`), when the route strips. */
  readonly prefix: string | undefined
  /** The path for the backend, not yet escaped. */
  readonly upstreamPath: string
}

interface Candidate {
  readonly route: Route
  /** Kong 3.9: router/transform.lua `get_priority`, most significant first. */
  readonly rank: readonly number[]
  /** How much of a path it matches; undefined when it does not. */
  readonly matchPath: (path: string) => number | undefined
}

function pathMatcher(path: string | undefined): Candidate['matchPath'] {
  if (path === undefined) return () => 0
  if (!path.startsWith('~')) {
    // Kong: a prefix is any leading text: /mobile matches /mobiles too.
    return (given) => (given.startsWith(path) ? path.length : undefined)
  }
  const regex = compilePathRegex(path.slice(1))
  return (given) => {
    if (regex === undefined) return undefined
    regex.lastIndex = 0
    return regex.exec(given)?.[0].length
  }
}

function candidate(route: Route, path: string | undefined): Candidate {
  const criteria = [route.methods, route.hosts, route.headers, path === undefined ? [] : [path]]
  const isRegex = path?.startsWith('~') === true
  const plainHostsOnly = route.hosts.length > 0 && route.hosts.every((host) => !host.includes('*'))
  return {
    route,
    rank: [
      criteria.filter((list) => list.length > 0).length,
      Number(plainHostsOnly),
      route.headers.length,
      Number(isRegex),
      isRegex ? route.regexPriority : 0,
      isRegex ? 0 : (path?.length ?? 0),
    ],
    matchPath: pathMatcher(path),
  }
}

function byRank(a: Candidate, b: Candidate): number {
  for (const [i, rank] of a.rank.entries()) {
    const difference = (b.rank[i] ?? 0) - rank
    if (difference !== 0) return difference
  }
  return 0
}

function hostMatches(pattern: string, query: RouteQuery): boolean {
  const [wanted = '', port] = pattern.toLowerCase().split(/:(?=\d+$)/)
  if (port !== undefined && Number(port) !== query.port) return false
  const host = query.host.toLowerCase().replace(/:\d*$/, '')
  if (wanted.startsWith('*')) return host.endsWith(wanted.slice(1))
  if (wanted.endsWith('*')) return host.startsWith(wanted.slice(0, -1))
  return host === wanted
}

function headerMatches(wanted: readonly string[], given: readonly string[]): boolean {
  return given.some((value) => {
    const lower = value.toLowerCase()
    return wanted.some((w) =>
      w.startsWith('~*') ? compileHeaderRegex(w.slice(2))?.test(lower) === true : w.toLowerCase() === lower,
    )
  })
}

function criteriaMatch(route: Route, query: RouteQuery): boolean {
  return (
    (route.methods.length === 0 || route.methods.includes(query.method)) &&
    (route.hosts.length === 0 || route.hosts.some((host) => hostMatches(host, query))) &&
    route.headers.every(([name, values]) => headerMatches(values, query.headerValues(name)))
  )
}

function toMatch(route: Route, path: string, length: number): RouteMatch {
  const matched = length > 0
  const postfix = matched ? sanitizePostfix(path.slice(length)) : path.slice(1)
  const join = route.pathHandling === 'v1' ? upstreamPathV1 : upstreamPathV0
  const base = route.service?.path || '/'
  return {
    route,
    prefix: route.stripPath && matched ? path.slice(0, length) : undefined,
    upstreamPath: join(route.stripPath, postfix, path, base),
  }
}

/** Builds the lookup for a set of routes; a route with several paths competes once per path, as in Kong. */
export function createRouter(routes: readonly Route[]): (query: RouteQuery) => RouteMatch | undefined {
  const candidates = routes
    .flatMap((route) => (route.paths.length === 0 ? [undefined] : route.paths).map((path) => candidate(route, path)))
    .sort(byRank)
  return (query) => {
    for (const { route, matchPath } of candidates) {
      if (!criteriaMatch(route, query)) continue
      const length = matchPath(query.path)
      if (length !== undefined) return toMatch(route, query.path, length)
    }
    return undefined
  }
}
