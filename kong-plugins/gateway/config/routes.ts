// Routes of kong.yml, as the gateway's router matches them.
import type { Entity } from './model/entity.ts'
import type { Notes } from './notes.ts'
import { compileHeaderRegex, compilePathRegex } from './regular-expressions.ts'
import { refuseFields } from './services.ts'
import { stableId } from './stable-id.ts'
import type { Route, Service } from './types.ts'
import { numberOf, textOf, textsOf } from './values.ts'
import { notUnderstood } from './words.ts'

function checkExpressions(path: Entity['path'], { paths, headers }: Route, notes: Notes): void {
  for (const [i, each] of paths.entries()) {
    if (each.startsWith('~') && compilePathRegex(each.slice(1)) === undefined)
      notes.problem([...path, 'paths', i], notUnderstood('paths', each.slice(1)))
  }
  for (const [name, values] of headers) {
    for (const value of values.filter((each) => each.startsWith('~*'))) {
      if (compileHeaderRegex(value.slice(2)) === undefined)
        notes.problem([...path, 'headers'], notUnderstood(`headers.${name}`, value.slice(2)))
    }
  }
}

/** Reads a route. */
export function readRoute(entity: Entity, service: Service | undefined, notes: Notes): Route {
  const { fields, path } = entity
  const id = textOf(fields.id) || stableId('route', textOf(fields.name, path.join('.')))
  const route: Route = {
    id,
    name: textOf(fields.name, id),
    service,
    hosts: textsOf(fields.hosts),
    paths: textsOf(fields.paths),
    methods: textsOf(fields.methods),
    headers: Object.entries(Object(fields.headers)).map(([name, list]) => [name.toLowerCase(), textsOf(list)]),
    protocols: textsOf(fields.protocols),
    stripPath: fields.strip_path === true,
    preserveHost: fields.preserve_host === true,
    regexPriority: numberOf(fields.regex_priority),
    pathHandling: fields.path_handling === 'v1' ? 'v1' : 'v0',
    httpsRedirectStatus: numberOf(fields.https_redirect_status_code),
    entity: { ...fields, id, service: service && { id: service.id } },
  }
  for (const protocol of route.protocols.filter((each) => each !== 'http' && each !== 'https'))
    notes.refuse({ routeId: id }, [...path, 'protocols'], `routes of protocol ${protocol}`)
  refuseFields(entity, { routeId: id }, notes)
  const matchers = [route.hosts, route.paths, route.methods, route.headers]
  const others = ['expression', 'snis'].filter((field) => (entity.values[field] ?? undefined) !== undefined)
  // What it would match is unknown here, so nothing may be let through in its stead.
  if (matchers.every((list) => list.length === 0) && others[0] !== undefined)
    notes.refuse({}, [...path, others[0]], 'routes that match by SNI or expression alone')
  checkExpressions(path, route, notes)
  return route
}
