// Rules for routes that our plugins protect: a guard that works, nothing that answers before it, nobody mixed up with another.
import { isRecord } from '@mobile-api-gateway/kong-plugins/gateway/config/source.ts'
import { ANSWERING, NATIVE_CHECK } from './answering-plugins.ts'
import { type Entity, nameOf } from './document.ts'
import { pluginSchemas } from './facts.ts'
import { acceptedPolicy, isForOthers, leftByOthers, type Proof, tryGuard } from './guard.ts'
import { luaOf } from './plugin-configs.ts'
import { Prober } from './probe.ts'
import type { ReportProblem } from './problem.ts'
import { configOf, type ProtectedRoute, protectionOf } from './protected-route.ts'
import { Scopes } from './scopes.ts'
import { checkStripping, isReserved, METHOD_HEADERS } from './stripping.ts'

/** Checks all protected routes; a file without any has nothing to fear here. */
export async function checkProtection(entities: readonly Entity[], report: ReportProblem): Promise<void> {
  const scopes = new Scopes(entities)
  const routes = scopes.routes.flatMap((route) => protectionOf(scopes, route, report) ?? [])
  const [first] = routes
  if (first === undefined) return
  const prober = await Prober.create()
  try {
    // Where the method decides about scopes, the backend has to see the same method as we do.
    const byMethod = routes.some(({ by }) => by.some((entity) => hasEntries(configOf(entity).method_scopes)))
    const secrets = routes.flatMap(({ by }) => by.map((entity) => configOf(entity).backend_secret_header))
    const alsoForged = [...(byMethod ? METHOD_HEADERS : []), ...secrets.filter((name) => typeof name === 'string')]
    const rewrite = checkStripping(scopes, prober, first.by[0]?.path ?? first.route.path, alsoForged, report)
    const policies = [...new Set(routes.map(({ proof }) => proof.policy))]
    for (const each of routes) {
      checkGuard(scopes, prober, each, { rewrite, policies, report })
      checkAnswers(scopes, each, report)
      checkHeaders(scopes, each, report)
      checkIdentity(scopes, prober, each, report)
      checkPreflights(scopes, each, report)
      checkRetries(each, report)
    }
  } finally {
    prober.close()
  }
}

function hasEntries(value: unknown): boolean {
  return isRecord(value) && Object.keys(value).length > 0
}

interface Surroundings {
  readonly rewrite: readonly string[]
  /** All policies of the file. */
  readonly policies: readonly string[]
  readonly report: ReportProblem
}

/** Where the guard for each kind of proof is to be found, and by which plugins that proof is left. */
const GUARDS: Readonly<Record<Proof['kind'], { readonly file: string; readonly plugins: string }>> = {
  header: { file: 'kong.yml', plugins: 'mobile-gateway' },
  shared: { file: 'kong-plugins/separate-plugins.yml', plugins: 'the three separate plugins' },
}

function checkGuard(scopes: Scopes, prober: Prober, { route, by, proof }: ProtectedRoute, around: Surroundings): void {
  const { rewrite, policies, report } = around
  const owner = by[0] ?? route
  const instead = `the guard of this project's ${GUARDS[proof.kind].file} beside ${nameOf(owner)}, with "${proof.policy}" as its policy`
  const all = scopes.candidates(route, 'post-function')
  const works = (entity: Entity): boolean => tryGuard(prober, proof, luaOf(entity, 'access'), rewrite).length === 0
  const guard = scopes.atWork(route, 'post-function')
  if (guard === undefined) {
    report(
      owner.path,
      `${nameOf(route)} is protected by ${nameOf(owner)} but has no guard (post-function), so it is open as soon as that plugin does not run`,
      instead,
    )
    return
  }
  const findings = tryGuard(prober, proof, luaOf(guard, 'access'), rewrite)
  const at = [...guard.path, 'config', 'access']
  const displaced = findings.some(({ open }) => open) ? all.find((other) => other !== guard && works(other)) : undefined
  if (displaced !== undefined) {
    report(
      guard.path,
      `this post-function takes the place of the guard on ${nameOf(route)}, and is none`,
      'the guard as its first function, then your own',
    )
    return
  }
  const other = findings.length === 0 ? undefined : acceptedPolicy(prober, proof, luaOf(guard, 'access'), policies)
  if (other !== undefined && other !== proof.policy) {
    report(
      at,
      `the guard on ${nameOf(route)} expects policy ${other}, but ${nameOf(owner)} has ${proof.policy}`,
      `"${proof.policy}" in the guard`,
    )
    return
  }
  if (findings.length > 0 && isForOthers(prober, proof, luaOf(guard, 'access'))) {
    const others = GUARDS[proof.kind === 'header' ? 'shared' : 'header'].plugins
    const what = `the guard on ${nameOf(route)} is the one for ${others}: it asks for marks that ${nameOf(owner)} does not leave`
    report(at, what, instead)
    return
  }
  for (const { text } of findings) report(at, `the guard on ${nameOf(route)} does not work: ${text}`, instead)
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
