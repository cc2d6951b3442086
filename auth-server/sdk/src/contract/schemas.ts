// Schemas that many operations share. Each object says that it has no other members: what is unknown is an error.
import Type, { type TProperties, type TSchema } from 'typebox'

/** An object with these members and no other. */
export function exactly<Members extends TProperties>(members: Members) {
  return Type.Object(members, { additionalProperties: false })
}

/** Something, or null. */
export function nullable<Schema extends TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()])
}

/** One of these words. */
export function oneOf<const Words extends readonly string[]>(words: Words) {
  return Type.Unsafe<Words[number]>({ type: 'string', enum: words })
}

/** Text of a length that fits where it is shown. */
export function text(maxLength: number, description?: string) {
  return Type.String({ minLength: 1, maxLength, ...(description !== undefined && { description }) })
}

/** A moment, in UTC (RFC 3339). */
export const MOMENT = Type.String({ format: 'date-time' })

/** An absolute address; what else it has to be, the description of its member says. */
export const ADDRESS = Type.String({ minLength: 1, maxLength: 2000 })

export const CLIENT_ID = Type.String({
  pattern: '^[A-Za-z0-9._~-]{1,128}$',
  description: 'The client_id of an application.',
})
const SHORT_NAME = '^[a-z][a-z0-9-]{0,62}$'
export const API_ID = Type.String({
  pattern: SHORT_NAME,
  description: 'The short name of an API, also in addresses: `orders-api`.',
})
export const PERSON_ID = Type.String({ pattern: '^usr_[A-Za-z0-9_-]{22}$', description: 'The id of a person (`sub`).' })
export const GROUP_NAME = Type.String({ pattern: SHORT_NAME, description: 'The name of a group.' })
/** RFC 6749 §3.3 */
export const SCOPE_NAME = Type.String({
  pattern: '^[!#-\\[\\]-~]{1,128}$',
  description: 'A scope, as it stands in tokens.',
})
export const PLAN_NAME = Type.String({
  pattern: SHORT_NAME,
  description: 'A plan; its limits stand in kong.yml.',
})

const WAY = Type.String({ pattern: '^[a-z][a-z0-9-]{0,31}$' })
/** Ways to sign in. */
export const SIGN_IN_OFFER = exactly({
  providers: Type.Array(WAY, {
    minItems: 1,
    maxItems: 20,
    description:
      'The ways that are offered, in this order: providers by their names, and `own`: accounts of this server.',
  }),
  default: Type.Optional({ ...WAY, description: 'The one of them that people are led to at once.' }),
})

/** `file`: the catalogue file owns it, and here it is read-only. */
export const MANAGED_BY = oneOf(['file', 'portal'])

export const MAX_PAGE = 100
const CURSOR = Type.String({
  minLength: 1,
  maxLength: 400,
  pattern: '^[A-Za-z0-9_-]+$',
})

/** Which part of a list is asked for. */
export const PAGE_MEMBERS = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: MAX_PAGE, description: 'How many at most; 50 without it.' }),
  ),
  cursor: Type.Optional({ ...CURSOR, description: '`next` of the page before.' }),
}

/** A page of a list: `next` is the cursor of the page after it, null on the last one. */
export function pageOf<Item extends TSchema>(item: Item) {
  return exactly({ items: Type.Array(item), next: nullable(CURSOR) })
}
