// The contract of approvals: one has asked that an application may use an API, another decides.
import Type from 'typebox'
import { LIMITS_OF_PLAN } from './apis.ts'
import { KIND } from './applications.ts'
import type { OperationTable } from './operation.ts'
import { exactly, nullable, oneOf, PLAN_NAME, pageOf } from './schemas.ts'
import { ONE_SUBSCRIPTION, SCOPES, SUBSCRIPTION, SUBSCRIPTION_FILTERS, TRUSTED } from './subscriptions.ts'

/** In characters. */
export const MAX_REASON_LENGTH = 300
const REASON = Type.String({
  maxLength: MAX_REASON_LENGTH,
  description: 'One line that the people of the application read in the mail about the decision.',
})

/** What somebody has to know who decides; no more of the application is theirs to see. */
const ASKED = exactly({
  subscription: SUBSCRIPTION,
  application: exactly({
    name: Type.String(),
    name_verified: Type.Boolean(),
    kind: KIND,
    grant_types: Type.Array(Type.String()),
    redirect_uris: Type.Array(Type.String()),
    policy_uri: nullable(Type.String()),
    tos_uri: nullable(Type.String()),
    support_contact: nullable(Type.String()),
  }),
  scopes: Type.Array(exactly({ name: Type.String(), description: Type.String() })),
  limits: LIMITS_OF_PLAN,
  decided_by: {
    ...oneOf(['caller', 'others', 'operator']),
    description:
      '`others`: nobody decides on what they or their team asked for. `operator`: it is an API of the server itself.',
  },
})

export const APPROVAL_OPERATIONS = {
  'approvals.list': {
    method: 'GET',
    path: '/approvals',
    scope: 'approvals:read',
    summary: 'List the subscriptions that wait for a decision',
    query: exactly(SUBSCRIPTION_FILTERS),
    answers: { 200: pageOf(SUBSCRIPTION) },
  },
  'approvals.get': {
    method: 'GET',
    path: '/approvals/{subscription_id}',
    scope: 'approvals:read',
    summary: 'Read what a decision on a subscription needs',
    params: ONE_SUBSCRIPTION,
    answers: { 200: ASKED },
    problems: [404],
  },
  'approvals.approve': {
    method: 'POST',
    path: '/approvals/{subscription_id}/approve',
    scope: 'approvals:write',
    summary: 'Approve a subscription',
    params: ONE_SUBSCRIPTION,
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
    params: ONE_SUBSCRIPTION,
    body: exactly({ reason: Type.Optional(REASON) }),
    answers: { 204: null },
    problems: [404, 409],
  },
  'approvals.change': {
    method: 'PATCH',
    path: '/approvals/{subscription_id}',
    scope: 'approvals:write',
    summary: 'Change what an approved subscription allows',
    params: ONE_SUBSCRIPTION,
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
