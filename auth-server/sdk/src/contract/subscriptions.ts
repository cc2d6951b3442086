// The contract of subscriptions: somebody asks that an application may use an API.
import Type from 'typebox'
import type { OperationTable } from './operation.ts'
import {
  API_ID,
  CLIENT_ID,
  exactly,
  MANAGED_BY,
  MOMENT,
  nullable,
  oneOf,
  PAGE_MEMBERS,
  PLAN_NAME,
  pageOf,
  SCOPE_NAME,
} from './schemas.ts'

const STATUS = oneOf(['pending', 'approved', 'suspended'])
export const SCOPES = Type.Array(SCOPE_NAME, { maxItems: 100 })
export const TRUSTED = Type.Boolean({ description: 'People are not asked to allow the scopes one by one.' })

export const SUBSCRIPTION = exactly({
  id: Type.String(),
  client_id: CLIENT_ID,
  client_name: Type.String(),
  api_id: Type.String(),
  api_name: Type.String(),
  plan: Type.String(),
  scopes: Type.Array(Type.String()),
  trusted: TRUSTED,
  status: {
    ...STATUS,
    description: '`suspended`: approved, while it, its application or its API is suspended.',
  },
  suspended_at: nullable({ ...MOMENT, description: 'When it was suspended by itself.' }),
  requested_by: nullable(Type.String({ description: 'The client_id of whoever asked for it by this API.' })),
  requested_by_person: nullable(exactly({ name: nullable(Type.String()), email: nullable(Type.String()) })),
  requested_at: nullable(MOMENT),
  managed_by: MANAGED_BY,
})

export const ONE_SUBSCRIPTION = exactly({ subscription_id: Type.String({ pattern: '^sub_[A-Za-z0-9_-]{22}$' }) })
export const SUBSCRIPTION_FILTERS = {
  ...PAGE_MEMBERS,
  client_id: Type.Optional(CLIENT_ID),
  api_id: Type.Optional(API_ID),
}

export const SUBSCRIPTION_OPERATIONS = {
  'subscriptions.list': {
    method: 'GET',
    path: '/subscriptions',
    scope: 'subscriptions:read',
    summary: 'List subscriptions',
    query: exactly({ ...SUBSCRIPTION_FILTERS, status: Type.Optional(STATUS) }),
    answers: { 200: pageOf(SUBSCRIPTION) },
  },
  'subscriptions.create': {
    method: 'POST',
    path: '/subscriptions',
    scope: 'subscriptions:write',
    summary: 'Ask that an application may use an API',
    description:
      'It is of use once it is approved. An application with the grant `authorization_code` has a redirect URI first: 409 without. Nobody approves what they or their team asked for; those who can decide get a mail, once an hour for each API at most.',
    body: exactly({ client_id: CLIENT_ID, api_id: API_ID, plan: PLAN_NAME, scopes: SCOPES }),
    answers: { 201: SUBSCRIPTION },
    versioned: true,
    problems: [404, 409],
  },
  'subscriptions.get': {
    method: 'GET',
    path: '/subscriptions/{subscription_id}',
    scope: 'subscriptions:read',
    summary: 'Read a subscription',
    params: ONE_SUBSCRIPTION,
    answers: { 200: SUBSCRIPTION },
    versioned: true,
    problems: [404],
  },
  'subscriptions.suspend': {
    method: 'POST',
    path: '/subscriptions/{subscription_id}/suspend',
    scope: 'approvals:write',
    summary: 'Put a subscription out of use',
    description: 'Gateways refuse its tokens within two seconds. Logins are kept, and go on when it is restored.',
    params: ONE_SUBSCRIPTION,
    answers: { 200: SUBSCRIPTION },
    versioned: true,
    problems: [404, 409],
  },
  'subscriptions.restore': {
    method: 'POST',
    path: '/subscriptions/{subscription_id}/restore',
    scope: 'approvals:write',
    summary: 'Take the suspension of a subscription back',
    params: ONE_SUBSCRIPTION,
    answers: { 200: SUBSCRIPTION },
    versioned: true,
    problems: [404, 409],
  },
  'subscriptions.delete': {
    method: 'DELETE',
    path: '/subscriptions/{subscription_id}',
    scope: 'subscriptions:write',
    summary: 'End a subscription, or withdraw the request for it',
    description: 'Gateways refuse its tokens within two seconds.',
    params: ONE_SUBSCRIPTION,
    answers: { 204: null },
    precondition: true,
    problems: [404, 409],
  },
} as const satisfies OperationTable
