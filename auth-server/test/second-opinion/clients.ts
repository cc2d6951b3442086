// The clients that both servers of the second opinion know.
import type { ApplicationDefinition } from '../../src/catalogue/applications.ts'
import { basic } from '../support/clients.ts'
import { APP } from '../support/server.ts'
import { CLAIMED_URI } from '../support/session.ts'

export const SECRET = 'a secret of more than thirty-two characters'

/** Beside `APP`, which both know too. */
export const CLIENTS: readonly ApplicationDefinition[] = [
  { ...APP, clientId: 'one-app', redirectUris: ['https://one.example.com/callback'] },
  { ...APP, clientId: 'other-app', redirectUris: [CLAIMED_URI] },
  {
    clientId: 'machine',
    name: 'Machine',
    kind: 'web',
    redirectUris: [],
    authMethod: 'client_secret_basic',
    clientSecret: SECRET,
    grantTypes: ['client_credentials'],
  },
]

/** The headers of `machine`. */
export const asMachine = basic('machine', SECRET)
