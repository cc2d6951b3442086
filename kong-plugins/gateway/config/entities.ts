// Services and routes of kong.yml, field by field.
import { createHash } from 'node:crypto'
import type { Fields } from './source.ts'
import type { NamedConsumer, Route, Scope, Service } from './types.ts'

const PROTOCOLS = ['http', 'https', 'grpc', 'grpcs', 'tcp', 'tls', 'udp', 'tls_passthrough', 'ws', 'wss'] as const
const MAX_INT = 2_147_483_646

/** An id that stays the same for the same entity, so that plugin instances survive a reload. */
export function stableId(...parts: readonly string[]): string {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex')
  const fields = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ]
  return fields.join('-')
}

/** Reads a consumer's names; its credentials and plugins are not for here. */
export function readConsumer(at: Fields): NamedConsumer {
  const username = at.string('username')
  const customId = at.string('custom_id')
  if (username === undefined && customId === undefined) at.problem('username', 'or custom_id must be set')
  return {
    id: at.string('id') ?? stableId('consumer', username ?? '', customId ?? ''),
    ...(username === undefined ? {} : { username }),
    ...(customId === undefined ? {} : { custom_id: customId }),
  }
}

/** Notes that something covered by a scope is not reproduced here. */
export type Refuse = (scope: Scope, at: Fields, name: string, text: string) => void

const ADDRESS = { protocol: 'http', host: '', port: 0, path: '' }

function readUrl(at: Fields): typeof ADDRESS | undefined {
  const text = at.string('url')
  if (text === undefined) return undefined
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    at.problem('url', 'must be an http or https address')
    return undefined
  }
  const protocol = url.protocol.slice(0, -1)
  const port = url.port === '' ? (protocol === 'https' ? 443 : 80) : Number(url.port)
  return { protocol, host: url.hostname, port, path: url.pathname === '/' ? '' : url.pathname }
}

/** Reads a service; unset fields take Kong's defaults (60 s timeouts, 5 retries). */
export function readService(at: Fields, refuse: Refuse): Service {
  const url = readUrl(at)
  const given = at.oneOf('protocol', PROTOCOLS) ?? url?.protocol ?? 'http'
  const host = at.string('host') ?? url?.host ?? ''
  if (host === '' && !at.has('url')) at.problem('host', 'a service needs a host or a url')
  const id = at.string('id') ?? stableId('service', at.string('name') ?? at.path.join('.'))
  const protocol = given === 'https' ? 'https' : 'http'
  if (given !== protocol) refuse({ serviceId: id }, at, 'protocol', `services of protocol ${given}`)
  return {
    id,
    name: at.string('name') ?? id,
    protocol,
    host,
    port: at.integer('port', 0, 65_535) ?? url?.port ?? 80,
    path: at.string('path') ?? url?.path ?? '',
    connectTimeout: at.integer('connect_timeout', 1, MAX_INT) ?? 60_000,
    readTimeout: at.integer('read_timeout', 1, MAX_INT) ?? 60_000,
    writeTimeout: at.integer('write_timeout', 1, MAX_INT) ?? 60_000,
    retries: at.integer('retries', 0, 32_767) ?? 5,
    tlsVerify: at.boolean('tls_verify') ?? false,
    entity: {
      id,
      name: at.string('name'),
      protocol,
      host,
      port: at.values.port ?? url?.port ?? 80,
      tags: at.values.tags,
    },
  }
}

function readPaths(at: Fields): string[] {
  const paths = at.strings('paths') ?? []
  for (const path of paths) {
    if (!/^[/~]/.test(path)) at.problem('paths', `"${path}" must start with / (prefix) or ~ (regular expression)`)
    else if (path.startsWith('~') && compilePathRegex(path.slice(1)) === undefined) {
      at.problem('paths', `the embedded gateway does not understand the regular expression "${path.slice(1)}"`)
    }
  }
  return paths
}

/** A path's regular expression, anchored at the start of the path. */
export function compilePathRegex(source: string): RegExp | undefined {
  try {
    return new RegExp(source.replaceAll('(?P<', '(?<'), 'y')
  } catch {
    return undefined
  }
}

function readHeaders(at: Fields): [string, string[]][] {
  return Object.entries(at.record('headers') ?? {}).map(([name, values]) => {
    const list = Array.isArray(values) && values.every((v) => typeof v === 'string') ? values.map(String) : []
    if (list.length === 0) at.problem('headers', `${name} must be a list of strings`)
    return [name.toLowerCase(), list]
  })
}

/** Reads a route; unset fields take Kong's defaults (http and https, strip_path). */
export function readRoute(at: Fields, service: Service | undefined, refuse: Refuse): Route {
  const id = at.string('id') ?? stableId('route', at.string('name') ?? at.path.join('.'))
  const wanted = at.strings('protocols') ?? ['http', 'https']
  for (const protocol of wanted.filter((p) => p !== 'http' && p !== 'https')) {
    refuse({ routeId: id }, at, 'protocols', `routes of protocol ${protocol}`)
  }
  const route = {
    id,
    name: at.string('name') ?? id,
    service,
    hosts: at.strings('hosts') ?? [],
    paths: readPaths(at),
    methods: (at.strings('methods') ?? []).map((method) => method.toUpperCase()),
    headers: readHeaders(at),
    protocols: wanted,
    stripPath: at.boolean('strip_path') ?? true,
    preserveHost: at.boolean('preserve_host') ?? false,
    regexPriority: at.integer('regex_priority', -MAX_INT, MAX_INT) ?? 0,
    pathHandling: at.oneOf('path_handling', ['v0', 'v1']) ?? 'v0',
    httpsRedirectStatus: at.oneOf('https_redirect_status_code', [426, 301, 302, 307, 308]) ?? 426,
    entity: {
      ...{ id, name: at.string('name'), service: service && { id: service.id }, tags: at.values.tags },
      ...{ paths: at.values.paths, hosts: at.values.hosts, methods: at.values.methods, protocols: wanted },
    },
  }
  const matchers = [route.hosts, route.paths, route.methods, route.headers]
  if (matchers.every((list) => list.length === 0)) {
    if (['snis', 'expression'].some((field) => at.has(field))) {
      // What it would match is unknown here, so nothing may be let through in its stead.
      refuse({}, at, at.has('expression') ? 'expression' : 'snis', 'routes that match by SNI or expression alone')
    } else at.source.problem(at.path, `route ${route.name} needs hosts, paths, methods or headers`)
  }
  return route
}
