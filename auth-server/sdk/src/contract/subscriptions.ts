// The contract of subscriptions and approvals: one asks that an application may use an API, another decides.
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
const SCOPES = Type.Array(SCOPE_NAME, { maxItems: 100 })
const TRUSTED = Type.Boolean({ description: 'People are not asked to allow the scopes one by one.' })

const SUBSCRIPTION = exactly({
  id: Type.String(),
  client_id: CLIENT_ID,
  api_id: Type.String(),
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

/** In characters. */
export const MAX_REASON_LENGTH = 300
const REASON = Type.String({
  maxLength: MAX_REASON_LENGTH,
  description: 'One line that the people of the application read in the mail about the decision.',
})

const ONE = exactly({ subscription_id: Type.String({ pattern: '^sub_[A-Za-z0-9_-]{22}$' }) })
const FILTERS = {
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
    query: exactly({ ...FILTERS, status: Type.Optional(STATUS) }),
    answers: { 200: pageOf(SUBSCRIPTION) },
  },
  'subscriptions.create': {
    method: 'POST',
    path: '/subscriptions',
    scope: 'subscriptions:write',
    summary: 'Ask that an application may use an API',
    description:
      'It is of use once it is approved. Nobody approves what they or their team asked for; those who can decide get a mail, once an hour for each API at most.',
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
    params: ONE,
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
    params: ONE,
    answers: { 200: SUBSCRIPTION },
    versioned: true,
    problems: [404, 409],
  },
  'subscriptions.restore': {
    method: 'POST',
    path: '/subscriptions/{subscription_id}/restore',
    scope: 'approvals:write',
    summary: 'Take the suspension of a subscription back',
    params: ONE,
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
    params: ONE,
    answers: { 204: null },
    precondition: true,
    problems: [404, 409],
  },
} as const satisfies OperationTable

export const APPROVAL_OPERATIONS = {
  'approvals.list': {
    method: 'GET',
    path: '/approvals',
    scope: 'approvals:read',
    summary: 'List the subscriptions that wait for a decision',
    query: exactly(FILTERS),
    answers: { 200: pageOf(SUBSCRIPTION) },
  },
  'approvals.approve': {
    method: 'POST',
    path: '/approvals/{subscription_id}/approve',
    scope: 'approvals:write',
    summary: 'Approve a subscription',
    params: ONE,
    body: exactly({ trusted: Type.Optional(TRUSTED), reason: Type.Optional(REASON) }),
    answers: { 200: SUBSCRIPTION },
    versioned: true,
    problems: [404, 409],
  },
  'approvals.decline': {
    method: 'POST',
    path: '/approvals/{subscription_id}/decline',
    scope: 'approvals:write',
    summary: 'Decline a subscription',
    description: 'The request is gone; another can be made.',
    params: ONE,
    body: exactly({ reason: Type.Optional(REASON) }),
    answers: { 204: null },
    problems: [404, 409],
  },
  'approvals.change': {
    method: 'PATCH',
    path: '/approvals/{subscription_id}',
    scope: 'approvals:write',
    summary: 'Change what an approved subscription allows',
    params: ONE,
    body: exactly({
      plan: Type.Optional(PLAN_NAME),
      scopes: Type.Optional(SCOPES),
      trusted: Type.Optional(TRUSTED),
    }),
    answers: { 200: SUBSCRIPTION },
    versioned: true,
    precondition: true,
    problems: [404, 409],
  },
} as const satisfies OperationTable
