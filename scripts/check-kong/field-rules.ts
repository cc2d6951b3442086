// Rules of services, routes and formats that a table of fields cannot express.
import type { Entity } from './document.ts'
import { nameOf } from './document.ts'
import { requestProtocols } from './entities.ts'
import type { Report } from './problem.ts'
import { protocol } from './value-types.ts'

const isSet = (value: unknown): boolean =>
  value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0) && !isEmpty(value)

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

const listed = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

function checkService(entity: Entity, report: Report): void {
  const { url } = entity.values
  if (typeof url !== 'string') return
  const path = [...entity.path, 'url']
  const [, scheme, authority, rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^?#]*)/i.exec(url) ?? []
  const schemes = listed(protocol.one_of)
  if (scheme === undefined || !authority) {
    report(path, `services.url "${url}" has no protocol and host`, 'url: http://host:port/path')
  } else if (!schemes.includes(scheme)) {
    report(path, `services.url has the unknown protocol ${scheme}`, `one of ${schemes.join(', ')}`)
  } else if (Number(/:(\d+)$/.exec(authority)?.[1] ?? 0) > 65_535) {
    report(path, 'services.url has a port above 65535', 'url: http://host:port/path')
  } else if (rest !== '' && !scheme.startsWith('http')) {
    report(path, `services.url has a path, which ${scheme} has no use for`, `url: ${scheme}://${authority}`)
  }
}

/** What a route can match by, by the protocol it is for. */
const matchers: readonly (readonly [protocol: string, fields: readonly string[]])[] = [
  ['https', ['methods', 'hosts', 'headers', 'paths', 'snis']],
  ['http', ['methods', 'hosts', 'headers', 'paths']],
  ['grpcs', ['hosts', 'headers', 'paths', 'snis']],
  ['grpc', ['hosts', 'headers', 'paths']],
  ['tls_passthrough', ['snis']],
  ...['tcp', 'tls', 'udp'].map((each): [string, string[]] => [each, ['sources', 'destinations', 'snis']]),
]

const families = [['http', 'https'], ['tcp', 'tls', 'udp'], ['tls_passthrough'], ['grpc', 'grpcs']]

function checkRoute(entity: Entity, expressions: boolean, report: Report): void {
  const { values, path } = entity
  const name = nameOf(entity)
  const protocols = routeProtocols(entity)
  const used = families.filter((family) => family.some((each) => protocols.includes(each)))
  if (used.length > 1) {
    report([...path, 'protocols'], `${name} mixes ${protocols.join(', ')}`, 'a route for each kind of protocol')
    return
  }
  if (isSet(values.expression)) {
    if (!expressions) {
      const what = `${name} matches by an expression, which Kong refuses unless its router_flavor is expressions`
      report([...path, 'expression'], what, 'paths, hosts, methods or headers; or call the checker with --expressions')
    }
    return
  }
  const [kind, fields = []] = matchers.find(([each]) => protocols.includes(each)) ?? []
  if (kind !== undefined && !fields.some((field) => isSet(values[field]))) {
    report(path, `${name} has nothing to match requests by`, `${fields.join(', ')}: at least one of them`)
  }
  const isHttp = protocols.some((each) => requestProtocols.has(each))
  const unusable = isHttp ? ['sources', 'destinations'] : ['methods', 'hosts', 'paths', 'headers']
  const isGrpc = protocols.some((each) => each.startsWith('grpc'))
  for (const field of [...unusable, ...(isGrpc ? ['methods'] : [])]) {
    if (isSet(values[field])) {
      report(
        [...path, field],
        `${name} cannot match by ${field} with ${protocols.join(', ')}`,
        `nothing: leave ${field} out`,
      )
    }
  }
  if (isGrpc && values.strip_path === true) {
    report([...path, 'strip_path'], `${name} cannot strip the path of gRPC calls`, 'strip_path: false')
  }
  if (isSet(values.snis) && !protocols.some((each) => ['https', 'grpcs', 'tls', 'tls_passthrough'].includes(each))) {
    report([...path, 'snis'], `${name} cannot match by SNI without TLS`, 'protocols: [https]')
  }
}

/** The protocols of a route, Kong's default included. */
export function routeProtocols({ values }: Entity): string[] {
  const given = listed(values.protocols).map(String)
  return given.length === 0 ? ['http', 'https'] : given
}

/** Checks what the field table leaves. */
export function checkFieldRules(entities: readonly Entity[], expressions: boolean, report: Report): void {
  for (const entity of entities) {
    if (entity.list === 'services') checkService(entity, report)
    if (entity.list === 'routes') checkRoute(entity, expressions, report)
  }
}
