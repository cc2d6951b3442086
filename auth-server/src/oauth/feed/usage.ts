// POST /usage: a gateway tells which calls it has counted and refused, for the figures of developers; an extension of ours.
import type { RouteHandlerMethod } from 'fastify'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import type { Deps } from '../../deps.ts'
import { jsonOf } from '../../http/json.ts'
import { takeUsage } from '../../store/queries/take-usage.ts'
import { OAuthError } from '../errors.ts'
import { requireGateway, USAGE_SCOPE } from './gateway-access.ts'

export const USAGE_PATH = '/usage'

function text(maxLength: number) {
  return Type.String({ minLength: 1, maxLength, pattern: '^[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]*$' })
}
const CALLS = Type.Integer({ minimum: 0, maximum: 1_000_000_000 })
const MOMENT = Type.Integer({ minimum: 0, maximum: 100_000_000_000 })
const HOUR = Type.Integer({ minimum: 0, maximum: 100_000_000_000, multipleOf: 3600 })
const ABOUT = { audience: text(1000), client_id: text(255), plan: Type.Optional(text(255)) }
const FACT = Type.Union([text(200), Type.Number(), Type.Array(text(200), { maxItems: 5 })])

const BATCH = Compile(
  Type.Object(
    {
      batch: Type.String({ pattern: '^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$' }),
      counts: Type.Array(
        Type.Object(
          {
            ...ABOUT,
            hour: HOUR,
            sub: Type.Optional(text(255)),
            accepted: CALLS,
            refused: CALLS,
          },
          { additionalProperties: false },
        ),
        { maxItems: 500 },
      ),
      /** Calls that `counts` of this gateway has, too, for whom they were: told more rarely. */
      people: Type.Optional(
        Type.Array(
          Type.Object(
            {
              audience: ABOUT.audience,
              client_id: ABOUT.client_id,
              sub: text(255),
              hour: HOUR,
              accepted: CALLS,
              refused: CALLS,
            },
            { additionalProperties: false },
          ),
          { maxItems: 500 },
        ),
      ),
      /** What the gateway could not tell, since it last told so. */
      lost: Type.Optional(Type.Object({ calls: CALLS, refusals: CALLS }, { additionalProperties: false })),
      refusals: Type.Array(
        Type.Object(
          {
            ...ABOUT,
            request_id: Type.String({ pattern: '^[0-9A-Za-z_-]{1,64}$' }),
            at: MOMENT,
            code: Type.String({ pattern: '^[a-z0-9-]{1,60}$' }),
            facts: Type.Record(Type.String({ pattern: '^[a-z_]{1,40}$' }), FACT, {
              additionalProperties: false,
              maxProperties: 5,
            }),
          },
          { additionalProperties: false },
        ),
        { maxItems: 500 },
      ),
    },
    { additionalProperties: false },
  ),
)

function readBatch(body: unknown) {
  if (BATCH.Check(body)) return body
  const [first] = BATCH.Errors(body)
  const says = first?.keyword === 'boolean' ? 'is no member of a batch' : (first?.message ?? 'is no batch of usage')
  throw new OAuthError('invalid_request', `${first?.instancePath || 'the body'} ${says}`)
}

/**
 * A batch that comes twice counts once; the answer says which it was, and neither is an error. It also says how many lines
 * were left out, so that a gateway with a clock that is off hears of it.
 */
export function usageHandler(deps: Deps): RouteHandlerMethod {
  return async (request, reply) => {
    const { client } = await requireGateway(deps, request, reply, USAGE_SCOPE)
    const body = jsonOf(request)
    if (!body) throw new OAuthError('invalid_request', 'send the usage as application/json in the body')
    const { isNew, leftOut } = await takeUsage(deps.db, client.applicationId, readBatch(body))
    return { counted: isNew, left_out: leftOut }
  }
}
