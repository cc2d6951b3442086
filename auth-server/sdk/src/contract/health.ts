// The contract of how the server fares, for whoever runs it.
import Type from 'typebox'
import type { OperationTable } from './operation.ts'
import { exactly, MOMENT, nullable } from './schemas.ts'

const HEALTH = exactly({
  version: Type.String({ description: 'The release that answers.' }),
  instance: Type.String({ description: 'Which one answers, where several run: its host and its process.' }),
  database: exactly({
    writable: Type.Boolean(),
    schema: Type.String({ description: 'The newest migration that was applied.' }),
  }),
  gateways: Type.Array(
    exactly({
      client_id: Type.String(),
      nodes: Type.Integer({ description: 'How many of its plugin servers.' }),
      heard_at: MOMENT,
      lost_calls: Type.Integer({ description: 'That it could not tell for the figures, in the last three days.' }),
      lost_refusals: Type.Integer({ description: 'That it could not tell for the lists, in the last three days.' }),
    }),
    { description: 'Those that told the limits of their plans within three hours.' },
  ),
  deliveries: Type.Array(
    exactly({
      kind: Type.String({ description: '`mail`, `logout-notice`, `api-event`, `provider-revocation` or `hook`.' }),
      waiting: Type.Integer(),
      failing: Type.Integer({ description: 'Of them those that have been tried, and will be again.' }),
      oldest_seconds: Type.Integer(),
    }),
    { description: 'What has not reached its receiver yet; a kind of which nothing waits is not there.' },
  ),
  jobs: Type.Array(
    exactly({
      name: Type.String(),
      every_seconds: Type.Integer(),
      ran_at: nullable(MOMENT),
      failed: Type.Boolean({ description: 'Whether its last run failed; it runs again.' }),
    }),
    { description: 'Of the instance that answers.' },
  ),
})

export const HEALTH_OPERATIONS = {
  'health.get': {
    method: 'GET',
    path: '/health',
    scope: 'health:read',
    summary: 'Read how the server fares',
    answers: { 200: HEALTH },
  },
} as const satisfies OperationTable
