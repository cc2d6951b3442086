// Whether a protected route has its guard: one that works, of its own policy, which no other function displaces.
import { type Entity, nameOf } from '../gateway/config/model/entity.ts'
import { acceptedPolicy, asksForService, claimsNotPutRight, isForOthers, tryGuard } from './guard.ts'
import type { Proof } from './guard-requests.ts'
import type { Prober } from './probe.ts'
import type { ReportProblem } from './problem.ts'
import type { ProtectedRoute } from './protected-route.ts'
import type { Scopes } from './scopes.ts'
import { luaOf } from './serverless.ts'

interface Surroundings {
  readonly rewrite: readonly string[]
  /** All policies of the file. */
  readonly policies: readonly string[]
  readonly report: ReportProblem
}

/** Where the guard for each kind of proof is to be found, and by which plugins that proof is left. */
export const GUARDS: Readonly<Record<Proof['kind'], { readonly file: string; readonly plugins: string }>> = {
  header: { file: 'kong.yml', plugins: 'mobile-gateway' },
  shared: { file: 'kong-plugins/separate-plugins.yml', plugins: 'the three separate plugins' },
}

/** Checks the guard of one route. */
export function checkGuard(
  scopes: Scopes,
  prober: Prober,
  { route, by, proof }: ProtectedRoute,
  around: Surroundings,
): void {
  const { rewrite, policies, report } = around
  const owner = by[0] ?? route
  const instead = `the guard of this project's ${GUARDS[proof.kind].file} beside ${nameOf(owner)}, and one name for the service and its policy`
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
  const { service } = proof
  if (findings.length > 0 && service !== proof.policy && asksForService(prober, proof, luaOf(guard, 'access'))) {
    const named = service === null ? 'its service has no name' : `its service is called ${service}`
    report(
      [...owner.path, 'config', 'policy'],
      `the guard on ${nameOf(route)} expects a policy of the service's name, but ${nameOf(owner)} has ${proof.policy}, and ${named}: every call would be refused`,
      `one name for both: policy: ${proof.policy} in a service with name: ${proof.policy}`,
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
  const left = claimsNotPutRight(prober, proof, luaOf(guard, 'access'))
  if (findings.length === 0 && left.length > 0) {
    const what = `the guard on ${nameOf(route)} knows nothing of claim_headers: whatever another plugin writes as ${left.join(', ')} would reach the backend`
    report(at, what, instead)
  }
}
