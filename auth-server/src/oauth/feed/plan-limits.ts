// POST /plan-limits: a gateway tells the limits of the plans it knows, so that commands and pages can show numbers; an extension of ours.
import type { RouteHandlerMethod } from 'fastify'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import type { Deps } from '../../deps.ts'
import { jsonOf } from '../../http/json.ts'
import { COUNTED, PERIODS, replacePlanLimits, type ToldLimit } from '../../store/tables/plan-limits.ts'
import { OAuthError } from '../errors.ts'
import { PLAN_LIMITS_SCOPE, requireGateway } from './gateway-access.ts'

export const PLAN_LIMITS_PATH = '/plan-limits'

const NAME = Type.String({ minLength: 1, maxLength: 255, pattern: '^[^\\u0000-\\u001f\\u007f]*$' })
const CALLS = Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000_000 }))
const PERIOD_LIMITS = Type.Object(
  { second: CALLS, minute: CALLS, hour: CALLS, day: CALLS },
  { additionalProperties: false },
)

const REPORT = Compile(
  Type.Object(
    {
      node: NAME,
      policies: Type.Array(
        Type.Object(
          {
            policy: NAME,
            audiences: Type.Array(NAME, { maxItems: 100 }),
            plans: Type.Array(
              Type.Object(
                {
                  plan: Type.Union([NAME, Type.Null()]),
                  user: Type.Optional(PERIOD_LIMITS),
                  attested: Type.Optional(PERIOD_LIMITS),
                  application: Type.Optional(PERIOD_LIMITS),
                },
                { additionalProperties: false },
              ),
              { maxItems: 101 },
            ),
          },
          { additionalProperties: false },
        ),
        { maxItems: 500 },
      ),
    },
    { additionalProperties: false },
  ),
)

/** All limits one by one. */
function limitsOf({ policies }: ReturnType<typeof readReport>): readonly ToldLimit[] {
  return policies.flatMap(({ policy, audiences, plans }) =>
    plans.flatMap(({ plan, ...limits }) =>
      COUNTED.flatMap((counted) =>
        PERIODS.flatMap((period) => {
          const calls = limits[counted]?.[period]
          if (calls === undefined) return []
          return audiences.map((audience) => ({ policy, audience, plan: plan ?? '', counted, period, calls }))
        }),
      ),
    ),
  )
}

function readReport(body: unknown) {
  if (REPORT.Check(body)) return body
  const [first] = REPORT.Errors(body)
  const says = first?.keyword === 'boolean' ? 'is no member of a report' : (first?.message ?? 'is no report of limits')
  throw new OAuthError('invalid_request', `${first?.instancePath || 'the body'} ${says}`)
}

/** Saying it again changes nothing: what a node says takes the place of what it said before. */
export function planLimitsHandler(deps: Deps): RouteHandlerMethod {
  return async (request, reply) => {
    const { client } = await requireGateway(deps, request, reply, PLAN_LIMITS_SCOPE)
    const body = jsonOf(request)
    if (!body) throw new OAuthError('invalid_request', 'send the limits as application/json in the body')
    const report = readReport(body)
    return {
      known: await replacePlanLimits(
        deps.db,
        { applicationId: client.applicationId, node: report.node },
        limitsOf(report),
      ),
    }
  }
}
