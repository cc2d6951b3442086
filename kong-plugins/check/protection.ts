// Rules for routes that our plugins protect: a guard that works, nothing that answers before it, nobody mixed up with another.

import type { Entity } from '../gateway/config/model/entity.ts'
import { isRecord } from '../gateway/config/model/source.ts'
import { checkClaimHeaders } from './claim-headers.ts'
import { checkGuard } from './guard-in-place.ts'
import { checkNeighbours } from './neighbours.ts'
import { Prober } from './probe.ts'
import type { ReportProblem } from './problem.ts'
import { configOf, protectionOf } from './protected-route.ts'
import { Scopes } from './scopes.ts'
import { checkStripping, METHOD_HEADERS } from './stripping.ts'

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
    const alsoForged = [
      ...(byMethod ? METHOD_HEADERS : []),
      ...secrets.filter((name) => typeof name === 'string'),
      ...new Set(routes.flatMap(({ proof }) => proof.claimHeaders)),
    ]
    const rewrite = checkStripping(scopes, prober, first.by[0]?.path ?? first.route.path, alsoForged, report)
    const policies = [...new Set(routes.map(({ proof }) => proof.policy))]
    for (const each of routes) {
      for (const entity of each.by) checkClaimHeaders(entity, report)
      checkGuard(scopes, prober, each, { rewrite, policies, report })
      checkNeighbours(scopes, prober, each, report)
    }
  } finally {
    prober.close()
  }
}

function hasEntries(value: unknown): boolean {
  return isRecord(value) && Object.keys(value).length > 0
}
