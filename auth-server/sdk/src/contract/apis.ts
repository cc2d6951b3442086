// The contract of APIs: what apps call with our tokens, with scopes in words and the plans on offer.
import Type from 'typebox'
import { DOCUMENT_FACTS } from './api-documents.ts'
import type { OperationTable } from './operation.ts'
import { REGISTRATION_FORM } from './registration-form.ts'
import {
  ADDRESS,
  API_ID,
  exactly,
  GROUP_NAME,
  MANAGED_BY,
  MOMENT,
  nullable,
  oneOf,
  PAGE_MEMBERS,
  PLAN_NAME,
  pageOf,
  SCOPE_NAME,
  SIGN_IN_OFFER,
  text,
} from './schemas.ts'

const NAME = text(80)
const RESOURCE = { ...ADDRESS, description: 'The `aud` of its tokens: an absolute URI without fragment (RFC 8707 §2).' }
const DESCRIPTION = Type.String({
  maxLength: 200,
  description: 'What it allows, in words for the person who is asked.',
})
const TOKEN_GROUPS = Type.Array(GROUP_NAME, {
  maxItems: 100,
  description: 'The groups of a person that its tokens name.',
})
const GUEST_PLAN = nullable({ ...PLAN_NAME, description: 'The plan of guests; null: it admits none.' })
const EVENTS_URI = nullable({
  ...ADDRESS,
  description: 'Where its backend hears that a guest became part of an account, or that a `sub` has ended (RFC 8935).',
})
const OFFER = {
  ...oneOf(['open', 'deprecated', 'hidden']),
  description:
    '`deprecated`: it takes no new subscriptions, and those that there are go on. `hidden`: only those see it whose applications have one.',
}
const SIGN_IN = nullable({ ...SIGN_IN_OFFER, description: 'How its people sign in; null: in every way that there is.' })
const WHO_MAY_COME =
  'Who may come. `open`: everybody. `invitation`: who is invited (memberships). `approval`: who is invited, and whom an administrator approves when they ask. `domains`: who is invited, and who has a proven address at one of them. Logins of those who may not come any more end.'
const SIGN_UP = Type.Union(
  [
    oneOf(['open', 'invitation', 'approval']),
    exactly({ domains: Type.Array(text(253), { minItems: 1, maxItems: 100, uniqueItems: true }) }),
  ],
  { description: WHO_MAY_COME },
)
const PLANS = Type.Array(PLAN_NAME, { minItems: 1, maxItems: 50 })

const PLAN_DESCRIPTIONS = Type.Record(Type.String(), Type.String({ maxLength: 200 }), {
  maxProperties: 50,
  description: 'What its plans are for, by their names: for developers who choose one.',
})

export const API = exactly({
  id: API_ID,
  name: Type.String(),
  description: Type.String(),
  resource: Type.String(),
  scopes: Type.Array(
    exactly({
      name: Type.String(),
      description: Type.String(),
      required_group: nullable(Type.String()),
      for_guests: Type.Boolean(),
    }),
  ),
  plans: Type.Array(Type.String()),
  plan_descriptions: Type.Record(Type.String(), Type.String(), {
    description: 'What its plans are for, by their names; of those that say nothing there is nothing.',
  }),
  token_groups: Type.Array(Type.String()),
  guest_plan: nullable(Type.String()),
  events_uri: nullable(Type.String()),
  offer: OFFER,
  sign_in: SIGN_IN,
  sign_up: SIGN_UP,
  registration: nullable(REGISTRATION_FORM),
  document: nullable(DOCUMENT_FACTS),
  built_in: Type.Boolean({ description: 'It belongs to this server, which alone changes it.' }),
  managed_by: MANAGED_BY,
  suspended_at: nullable(MOMENT),
})

const NEW_SCOPES = Type.Array(
  exactly({
    name: SCOPE_NAME,
    description: DESCRIPTION,
    required_group: Type.Optional(nullable(GROUP_NAME)),
    for_guests: Type.Optional(Type.Boolean()),
  }),
  { maxItems: 100 },
)

/** An API but for its id. */
const DEFINITION = {
  name: NAME,
  description: Type.Optional(Type.String({ maxLength: 200, description: 'For developers: what it is for.' })),
  resource: RESOURCE,
  scopes: NEW_SCOPES,
  plans: PLANS,
  plan_descriptions: Type.Optional(PLAN_DESCRIPTIONS),
  token_groups: Type.Optional(TOKEN_GROUPS),
  guest_plan: Type.Optional(GUEST_PLAN),
  events_uri: Type.Optional(EVENTS_URI),
  offer: Type.Optional(OFFER),
  sign_in: Type.Optional(SIGN_IN),
  sign_up: Type.Optional({ ...SIGN_UP, description: `${WHO_MAY_COME} A change that does not name it leaves it.` }),
  registration: Type.Optional(
    nullable({ ...REGISTRATION_FORM, description: 'What people are asked before an app gets its tokens.' }),
  ),
}

/** Of a plan. */
export const LIMITS_OF_PLAN = Type.Array(
  exactly({
    api_id: Type.String(),
    counted: {
      ...oneOf(['user', 'attested', 'application']),
      description: 'Whose calls: of a person, of one on a device that is attested, or of the whole application.',
    },
    period: oneOf(['second', 'minute', 'hour', 'day']),
    said: Type.Array(exactly({ calls: Type.Integer(), nodes: Type.Integer() }), {
      description: 'How many calls, and by how many nodes of gateways it is said. Several: they disagree.',
    }),
  }),
  { description: 'As gateways tell them; what none has told is not known.' },
)

const PLAN = exactly({
  name: Type.String(),
  apis: Type.Array(Type.String()),
  limits: LIMITS_OF_PLAN,
  managed_by: MANAGED_BY,
})

const ONE = exactly({ id: API_ID })

export const API_OPERATIONS = {
  'apis.list': {
    method: 'GET',
    path: '/apis',
    scope: 'apis:read',
    summary: 'List APIs',
    query: exactly({ ...PAGE_MEMBERS, suspended: Type.Optional(Type.Boolean()) }),
    answers: { 200: pageOf(API) },
  },
  'apis.create': {
    method: 'POST',
    path: '/apis',
    scope: 'apis:write',
    summary: 'Add an API',
    body: exactly({ id: API_ID, ...DEFINITION }),
    answers: { 201: API },
    versioned: true,
    problems: [409],
  },
  'apis.get': {
    method: 'GET',
    path: '/apis/{id}',
    scope: 'apis:read',
    summary: 'Read an API',
    params: ONE,
    answers: { 200: API },
    versioned: true,
    problems: [404],
  },
  'apis.update': {
    method: 'PUT',
    path: '/apis/{id}',
    scope: 'apis:write',
    summary: 'Change an API',
    description: 'Scopes and plans that the body does not name are taken away; a plan that a subscription has stays.',
    params: ONE,
    body: exactly(DEFINITION),
    answers: { 200: API },
    versioned: true,
    precondition: true,
    problems: [404, 409],
  },
  'apis.delete': {
    method: 'DELETE',
    path: '/apis/{id}',
    scope: 'apis:write',
    summary: 'Delete an API, which nobody is subscribed to any more',
    params: ONE,
    answers: { 204: null },
    precondition: true,
    problems: [404, 409],
  },
  'apis.suspend': {
    method: 'POST',
    path: '/apis/{id}/suspend',
    scope: 'apis:write',
    summary: 'Put an API out of use',
    description: 'Gateways refuse its tokens within two seconds.',
    params: ONE,
    answers: { 200: API },
    versioned: true,
    problems: [404, 409],
  },
  'apis.restore': {
    method: 'POST',
    path: '/apis/{id}/restore',
    scope: 'apis:write',
    summary: 'Take the suspension of an API back',
    params: ONE,
    answers: { 200: API },
    versioned: true,
    problems: [404],
  },
  'plans.list': {
    method: 'GET',
    path: '/plans',
    scope: 'apis:read',
    summary: 'List plans with their limits, and the APIs that offer them',
    query: exactly({ ...PAGE_MEMBERS, api_id: Type.Optional(API_ID) }),
    answers: { 200: pageOf(PLAN) },
  },
} as const satisfies OperationTable
