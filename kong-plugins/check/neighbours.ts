// What else stands at a protected route, and must not answer before the guard, write for us or mix people up.
import { type Entity, nameOf } from '../gateway/config/model/entity.ts'
import { pluginSchemas } from '../gateway/config/model/facts.ts'
import { isRecord } from '../gateway/config/model/source.ts'
import { ANSWERING, NATIVE_CHECK } from './answering-plugins.ts'
import { leftByOthers } from './guard.ts'
import { GUARDS } from './guard-in-place.ts'
import type { Prober } from './probe.ts'
import type { ReportProblem } from './problem.ts'
import { configOf, type ProtectedRoute } from './protected-route.ts'
import type { Scopes } from './scopes.ts'
import { luaOf } from './serverless.ts'
import { isReserved } from './stripping.ts'

/** Checks the other plugins at a route, and how often its service is asked. */
export function checkNeighbours(scopes: Scopes, prober: Prober, route: ProtectedRoute, report: ReportProblem): void {
  checkAnswers(scopes, route, report)
  checkHeaders(scopes, route, report)
  checkIdentity(scopes, prober, route, report)
  checkPreflights(scopes, route, report)
  checkRetries(route, report)
}

/** Which headers of the identity a cache has to tell apart. */
const CACHE_KEYS = ['X-Authenticated-UserId', 'X-Consumer-Username']

function checkAnswers(scopes: Scopes, { route, by }: ProtectedRoute, report: ReportProblem): void {
  // Then each user of each application is a consumer of their own, and proxy-cache keeps consumers apart.
  const hasConsumers = by.some((entity) => configOf(entity).kong_consumer === 'virtual')
  const hasNativeCheck = scopes.atWork(route, NATIVE_CHECK) !== undefined
  for (const name of scopes.names(route)) {
    const answers = ANSWERING.get(name)
    if (answers === undefined) continue
    for (const entity of scopes.candidates(route, name).slice(0, 1)) {
      const config = configOf(entity)
      if (name === 'proxy-cache' && !hasConsumers) {
        const varied = (Array.isArray(config.vary_headers) ? config.vary_headers : []).map((each) =>
          String(each).toLowerCase(),
        )
        const missing = CACHE_KEYS.filter((each) => !varied.includes(each.toLowerCase()))
        if (missing.length > 0) {
          const what = `proxy-cache on ${nameOf(route)} does not tell users apart: one gets what was cached for another`
          report(entity.path, what, `vary_headers: [${CACHE_KEYS.join(', ')}]`)
        }
      }
      if (!hasNativeCheck) {
        const what = `${name} on ${nameOf(route)} answers before the guard is asked: where the verifying plugin does not run, anybody gets ${answers}`
        report(
          entity.path,
          what,
          `a route of its own for ${name}, or the plugin ${NATIVE_CHECK} beside it, which refuses whom nobody has authenticated`,
        )
      }
    }
  }
}

/** Where request-transformer takes `Name:value`; in rename it is `Old:New`. */
const SETTINGS = ['add', 'append', 'replace', 'rename']

function checkHeaders(scopes: Scopes, { route }: ProtectedRoute, report: ReportProblem): void {
  for (const entity of scopes.candidates(route, 'request-transformer')) checkTransformer(route, entity, report)
  for (const entity of scopes.candidates(route, 'correlation-id')) {
    const name = configOf(entity).header_name
    if (typeof name !== 'string' || !isReserved(name)) continue
    const what = `correlation-id writes ${name} on ${nameOf(route)}: the backend would take it for the gateway's word`
    report([...entity.path, 'config', 'header_name'], what, 'header_name: Kong-Request-ID')
  }
}

function checkTransformer(route: Entity, entity: Entity, report: ReportProblem): void {
  for (const setting of SETTINGS) {
    const part = configOf(entity)[setting]
    const headers: unknown[] = isRecord(part) && Array.isArray(part.headers) ? part.headers : []
    headers.forEach((header, index) => {
      const [name = '', value = ''] = String(header).split(':')
      const written = (setting === 'rename' ? value : name).trim()
      if (!isReserved(written)) return
      const what = `request-transformer writes ${written} on ${nameOf(route)}: the backend would take it for the gateway's word`
      report([...entity.path, 'config', setting, 'headers', index], what, 'another header, or nothing')
    })
  }
}

/** Bundled plugins that find out who calls by themselves, and tell backends in the same headers as ours. */
const OTHER_IDENTITIES = ['session', 'jwt', 'oauth2', 'key-auth', 'ldap-auth', 'basic-auth', 'hmac-auth']

/** What runs after ours; the others have had their say before. */
const OUR_PRIORITY = 1420

function checkIdentity(
  scopes: Scopes,
  prober: Prober,
  { route, by, proof }: ProtectedRoute,
  report: ReportProblem,
): void {
  const guard = scopes.atWork(route, 'post-function')
  const left = guard === undefined ? [] : leftByOthers(prober, proof, luaOf(guard, 'access'))
  const telling = by.find((entity) => (configOf(entity).kong_consumer ?? 'none') !== 'none')
  for (const name of OTHER_IDENTITIES) {
    const entity = scopes.atWork(route, name)
    if (entity === undefined) continue
    const instead = `${name} at a route of its own, without our plugins`
    if (left.length > 0) {
      const what = `${name} on ${nameOf(route)} tells the backend of somebody else, and the guard there does not put it right: ${left.join(', ')}`
      report(entity.path, what, `${instead}; or the guard of this project's ${GUARDS[proof.kind].file}, unchanged`)
    }
    if (telling !== undefined && Number(pluginSchemas.get(name)?.priority) < OUR_PRIORITY) {
      const what = `${name} on ${nameOf(route)} tells Kong of somebody else after ${nameOf(telling)} has: acl, limits and logs go by that one`
      report(entity.path, what, `${instead}; or kong_consumer: none in ${nameOf(telling)}`)
    }
  }
}

function checkPreflights(scopes: Scopes, { route, by }: ProtectedRoute, report: ReportProblem): void {
  const cors = scopes.atWork(route, 'cors')
  if (cors === undefined || configOf(cors).preflight_continue !== true) return
  const owner = nameOf(by[0] ?? route)
  const what = `cors on ${nameOf(route)} hands preflights on, and as they carry no token ${owner} refuses them: browsers cannot call`
  report([...cors.path, 'config', 'preflight_continue'], what, 'preflight_continue: false')
}

const KONGS_RETRIES = 5

function checkRetries({ route }: ProtectedRoute, report: ReportProblem): void {
  const service = route.refers.get('service')
  if (service === undefined) return
  const retries = typeof service.values.retries === 'number' ? service.values.retries : KONGS_RETRIES
  if (retries <= 1) return
  const path = service.values.retries === undefined ? service.path : [...service.path, 'retries']
  const given = service.values.retries === undefined ? `${retries}, Kong's default` : String(retries)
  report(
    path,
    `${nameOf(service)} is asked again up to ${retries} times (retries: ${given}), also for PUT and DELETE after a timeout`,
    'retries: 1, or 0',
  )
}
