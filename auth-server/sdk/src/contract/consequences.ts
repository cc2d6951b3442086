// The contract of what goes with an application when it is deleted, and of whose owner is gone when a person is.
import Type from 'typebox'
import type { OperationTable } from './operation.ts'
import { CLIENT_ID, exactly, nullable, oneOf } from './schemas.ts'

const COUNT = Type.Integer({ minimum: 0 })

const CONSEQUENCES = exactly({
  subscriptions: Type.Array(
    exactly({
      api_id: Type.String(),
      api_name: Type.String(),
      plan: Type.String(),
      status: oneOf(['pending', 'approved', 'suspended']),
    }),
    { description: 'All of them.' },
  ),
  people: nullable({
    ...COUNT,
    description: 'How many are signed in to it, in steps of five; null below five.',
  }),
  people_counted: Type.Boolean({
    description: 'Whether that is all; false for an application of so many logins that 10,000 of them are looked at.',
  }),
  secrets: COUNT,
  keys: COUNT,
  android: nullable(Type.String({ description: 'The package that phones know it by.' })),
  apple: nullable(Type.String({ description: 'The team and the bundle.' })),
  members: { ...COUNT, description: 'Who owns it or works on it.' },
  invitations: { ...COUNT, description: 'That nobody has accepted yet.' },
})

export const CONSEQUENCE_OPERATIONS = {
  'applications.consequences': {
    method: 'GET',
    path: '/applications/{client_id}/consequences',
    scope: 'applications:read',
    summary: 'Read what goes with an application when it is deleted',
    params: exactly({ client_id: CLIENT_ID }),
    answers: { 200: CONSEQUENCES },
    problems: [404],
  },
} as const satisfies OperationTable
