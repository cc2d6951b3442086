// The contract of the way back from keys: an application proves itself by a secret once more.
import Type from 'typebox'
import type { OperationTable } from './operation.ts'
import { CLIENT_ID, exactly, oneOf } from './schemas.ts'

const METHOD = oneOf(['client_secret_basic', 'client_secret_post'])

export const SECRET_INSTEAD_OPERATIONS = {
  'applications.use_secret': {
    method: 'POST',
    path: '/applications/{client_id}/use-secret',
    scope: 'applications:write',
    summary: 'Let an application prove itself by a new secret in place of its keys',
    description:
      'For one with a server of its own (web) that proves itself by private_key_jwt. The secret is told in this answer alone; its keys are gone at once, so that until its server sends the secret it gets no tokens. Logins go on.',
    params: exactly({ client_id: CLIENT_ID }),
    body: exactly({
      token_endpoint_auth_method: Type.Optional({ ...METHOD, description: 'client_secret_basic unless told.' }),
    }),
    answers: {
      200: exactly({
        client_id: CLIENT_ID,
        token_endpoint_auth_method: METHOD,
        client_secret: Type.String({ description: 'Told this once.' }),
      }),
    },
    problems: [404, 409],
  },
} as const satisfies OperationTable
