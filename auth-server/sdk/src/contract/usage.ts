// The contract of usage: how often applications called which API, and what a gateway refused, and why.
import Type from 'typebox'
import type { OperationTable } from './operation.ts'
import {
  API_ID,
  CLIENT_ID,
  exactly,
  MOMENT,
  nullable,
  oneOf,
  PAGE_MEMBERS,
  PLAN_NAME,
  pageOf,
  text,
} from './schemas.ts'

const CALLS = { accepted: Type.Integer(), refused: Type.Integer() }

export const USAGE_OPERATIONS = {
  'usage.list': {
    method: 'GET',
    path: '/usage',
    scope: 'usage:read',
    summary: 'Read how often applications called which API',
    description:
      'As gateways told, within a minute or two. Figures by the hour are kept for 30 days, by the day for 13 months; days are those of UTC.',
    query: exactly({
      client_id: Type.Optional(CLIENT_ID),
      api_id: Type.Optional(API_ID),
      plan: Type.Optional(PLAN_NAME),
      by: Type.Optional({ ...oneOf(['hour', 'day']), description: '`day` without it.' }),
      since: Type.Optional({ ...MOMENT, description: 'A day ago by the hour, 30 days ago by the day, without it.' }),
      until: Type.Optional({ ...MOMENT, description: 'Now without it.' }),
    }),
    answers: {
      200: exactly({
        by: oneOf(['hour', 'day']),
        ...CALLS,
        people: nullable(
          Type.Integer({
            description:
              'For how many people at least, in fives: so that neither a number nor the difference of two tells of fewer. Null below five, with `plan`, and for a time before the last 30 days.',
          }),
        ),
        periods: Type.Array(exactly({ at: MOMENT, ...CALLS }), {
          description: 'Each hour or day, the first one first.',
        }),
        parts: Type.Array(
          exactly({
            client_id: Type.String(),
            name: Type.String(),
            api_id: Type.String(),
            plan: Type.String(),
            ...CALLS,
          }),
          { description: 'By application, API and plan, the most calls first; 100 at most.' },
        ),
      }),
    },
    problems: [404],
  },
} as const satisfies OperationTable

export const REFUSAL_OPERATIONS = {
  'refusals.list': {
    method: 'GET',
    path: '/applications/{client_id}/refusals',
    scope: 'usage:read',
    summary: 'Read which calls of an application a gateway refused, and why, the newest first',
    description:
      'Calls whose token was signed by this server, for 7 days: some of each minute, 500 at most. Nothing of them tells for whom they were.',
    params: exactly({ client_id: CLIENT_ID }),
    query: exactly({
      ...PAGE_MEMBERS,
      request_id: Type.Optional(text(64, 'As the answer to the call had it in X-Kong-Request-Id.')),
    }),
    answers: {
      200: pageOf(
        exactly({
          request_id: Type.String(),
          at: MOMENT,
          api_id: Type.String(),
          plan: Type.String(),
          code: Type.String({ description: 'The reason, for programs: `invalid-token-expired`.' }),
          facts: Type.Record(Type.String(), Type.Unknown(), { description: 'What belongs to the code: `seconds`.' }),
          explanation: Type.String({ description: 'The same for people, in English.' }),
        }),
      ),
    },
    problems: [404],
  },
} as const satisfies OperationTable
