// The contract of identity providers: which ones the configuration has, how they fare, and what is registered elsewhere. No secret is in it.
import Type from 'typebox'
import type { OperationTable } from './operation.ts'
import { exactly, MOMENT, nullable, pageOf } from './schemas.ts'

const PROVIDER = exactly({
  name: Type.String({ description: 'What the configuration calls it, also in addresses.' }),
  label: Type.String({ description: 'What people know it by.' }),
  kind: Type.String({ description: '`oidc`, `saml` … as the configuration has it.' }),
  issuer: Type.String({ description: 'In whose name space its subjects are.' }),
  endpoint: Type.String({ description: 'Where people are sent, or this server asks; without a query.' }),
  link_only: Type.Boolean({ description: 'It can be linked to an account, and signs nobody in.' }),
  email_domains: Type.Array(Type.String(), {
    description: 'For whose addresses it is the authority; whoever types one of them is led there. `*`: for all.',
  }),
  down: Type.Boolean({ description: 'Whether the instance that answers could not reach it a moment ago.' }),
  last_trouble: {
    ...nullable(exactly({ at: MOMENT, because: Type.String() })),
    description: 'What went wrong the last time at the instance that answers; null: nothing since it runs.',
  },
  addresses: {
    ...Type.Record(Type.String(), Type.String()),
    description: 'Those of this server that are registered there: `callback`, `acs`, `metadata`, `logout`.',
  },
  certificates_end_at: Type.Array(MOMENT, { description: 'When the certificates end by which it is believed (SAML).' }),
  offered: exactly({
    apis: Type.Array(Type.String(), { description: 'The APIs whose choice names it, 100 at most.' }),
    applications: Type.Array(Type.String(), {
      description: 'The applications whose choice names it, by client_id, 100 at most.',
    }),
    open_apis: Type.Integer({ description: 'How many APIs offer every way that there is, and so this one.' }),
  }),
})

export const PROVIDER_OPERATIONS = {
  'providers.list': {
    method: 'GET',
    path: '/providers',
    scope: 'providers:read',
    summary: 'List the identity providers, and how they fare',
    answers: { 200: pageOf(PROVIDER) },
  },
} as const satisfies OperationTable
