// What is told to each auth server: the plans of the policies that take its tokens, with their numbers.
import type { LimitsConfig, WINDOW_NAMES } from '../schema/limits.ts'
import type { RevocationsConfig } from '../schema/revocations.ts'
import type { KnownLimits, PolicyLimits } from './known-limits.ts'

/** What one auth server is told. */
export interface PlanLimitsReport {
  /** The issuer and its client: equal for reports of which the next replaces the one before. */
  readonly to: string
  readonly issuer: string
  readonly access: RevocationsConfig
  /** As the endpoint takes it; equal text means that nothing has changed. */
  readonly body: string
}

type Periods = Readonly<Record<(typeof WINDOW_NAMES)[number], number | undefined>>

/** Windows without a limit are no members of JSON. */
function periodsOf({ second, minute, hour, day }: Periods): Periods {
  return { second, minute, hour, day }
}

function planOf(plan: string | null, { attested, application, ...user }: LimitsConfig) {
  return {
    plan,
    user: periodsOf(user),
    ...(attested && { attested: periodsOf(attested) }),
    ...(application && { application: periodsOf(application) }),
  }
}

function plansOf({ plans, defaultLimit }: PolicyLimits) {
  return [...[...plans].map(([name, limits]) => planOf(name, limits)), planOf(null, defaultLimit)]
}

/** A report for each auth server that this gateway is a client of. @param node the name of this plugin server */
export function reportsOf(known: KnownLimits, node: string): readonly PlanLimitsReport[] {
  const { limits, apis } = known.inForce()
  const byServer = Map.groupBy(apis, ({ issuer, access }) => JSON.stringify([issuer, access.url, access.clientId]))
  return [...byServer].flatMap(([to, ofServer]) => {
    const [first] = ofServer
    if (first === undefined) return []
    const policies = ofServer.flatMap(({ policy, audiences }) =>
      limits
        .filter((each) => each.policy === policy)
        .map((each) => ({ policy, audiences: audiences.toSorted(), plans: plansOf(each) })),
    )
    return [{ to, issuer: first.issuer, access: first.access, body: JSON.stringify({ node, policies }) }]
  })
}
