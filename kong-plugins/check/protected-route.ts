// Which of our plugins protect a route, whether they belong together, and what they leave for the guard.

import { type Entity, nameOf } from '../gateway/config/model/entity.ts'
import { isRecord } from '../gateway/config/model/source.ts'
import type { StageName } from '../src/chain-context.ts'
import { claimHeadersOf } from './claim-headers.ts'
import type { Proof } from './guard-requests.ts'
import type { ReportProblem } from './problem.ts'
import type { Scopes } from './scopes.ts'

/** A route that our plugins protect. */
export interface ProtectedRoute {
  readonly route: Entity
  /** The plugin entries that protect it. */
  readonly by: readonly Entity[]
  readonly proof: Proof
}

/** The three plugins that hand over to each other, and what a chain without one of them lacks. */
const STAGE_PLUGINS: readonly { readonly stage: StageName; readonly name: string; readonly lack: string }[] = [
  { stage: 'token', name: 'mobile-token', lack: 'nobody verifies its tokens' },
  { stage: 'identity', name: 'mobile-identity', lack: 'its backend is not told who calls' },
  { stage: 'quota', name: 'mobile-quota', lack: 'nobody counts its calls' },
]

/** The configuration of a plugin entry. */
export function configOf({ values }: Entity): Record<string, unknown> {
  return isRecord(values.config) ? values.config : {}
}

/** What protects a route; undefined where none of our plugins does. Reports what does not belong together. */
export function protectionOf(scopes: Scopes, route: Entity, report: ReportProblem): ProtectedRoute | undefined {
  const gateway = scopes.atWork(route, 'mobile-gateway')
  const stages = STAGE_PLUGINS.map((plugin) => ({ ...plugin, entity: scopes.atWork(route, plugin.name) }))
  const by = [gateway, ...stages.map(({ entity }) => entity)].filter((entity) => entity !== undefined)
  const [leading] = by
  if (leading === undefined) return undefined
  const policy = configOf(leading).policy
  for (const entity of by) {
    if (configOf(entity).policy !== policy) {
      const what = `${nameOf(entity)} has another policy than ${nameOf(leading)} on ${nameOf(route)}`
      report([...entity.path, 'config', 'policy'], what, `policy: ${policy}`)
    }
  }
  const [token, ...others] = stages
  const lonely = token?.entity === undefined ? others.find(({ entity }) => entity !== undefined)?.entity : undefined
  if (lonely !== undefined) {
    const what = `${nameOf(lonely)} needs mobile-token before it and refuses everything`
    report(lonely.path, what, '- name: mobile-token')
  }
  if (gateway === undefined) {
    for (const { name, lack, entity } of others) {
      if (entity !== undefined) continue
      report(
        leading.path,
        `${nameOf(route)} has ${nameOf(leading)} without ${name}, so ${lack}`,
        `${name} with policy: ${policy} beside it, or mobile-gateway, which is all three in one`,
      )
    }
  }
  if (typeof policy !== 'string') return undefined
  const anonymous = configOf(leading).anonymous === true
  const name = route.refers.get('service')?.values.name
  const service = typeof name === 'string' ? name : null
  const kind = gateway === undefined ? 'shared' : 'header'
  return { route, by, proof: { policy, service, kind, anonymous, claimHeaders: claimHeadersOf(leading) } }
}
