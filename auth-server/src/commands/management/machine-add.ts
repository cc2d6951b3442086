// npm run machine -- add: a program that manages by the API. The operator alone makes one, for it may do what its scopes say.
import { MANAGEMENT_SCOPES, type ManagementScope } from '@mobile-api-gateway/sdk/management/index.ts'
import { createMachineClient } from '../../management/machine-client.ts'
import { Mistake } from './mistake.ts'
import type { Told } from './tell.ts'
import { textsOf, type Verb, type VerbCall } from './verb.ts'

export const MACHINE_ADD: Verb = {
  summary: 'Make a machine client with exactly these scopes; its secret is told once',
  takes: [],
  options: {
    name: { type: 'string', help: 'What it is called in lists' },
    scope: { type: 'string', multiple: true, help: `${Object.keys(MANAGEMENT_SCOPES).join('|')}. Once for each` },
  },
  run: addMachine,
}

function isScope(name: string): name is ManagementScope {
  return Object.hasOwn(MANAGEMENT_SCOPES, name)
}

async function addMachine({ deps, values, issuer }: VerbCall): Promise<Told> {
  if (!deps)
    throw new Mistake('Machine clients are made beside the server, not over the network: leave MANAGEMENT_URL out.')
  const { name } = values
  if (typeof name !== 'string') throw new Mistake('--name is missing.')
  const named = textsOf(values, 'scope').flatMap((text) => text.split(' '))
  const unknown = named.find((scope) => !isScope(scope))
  if (unknown !== undefined)
    throw new Mistake(`There is no scope ${unknown}, but ${Object.keys(MANAGEMENT_SCOPES).join(', ')}.`)
  const scopes = named.filter(isScope)
  if (scopes.length === 0) throw new Mistake('--scope is missing: without one it may do nothing.')
  const made = await deps.db.transaction().execute((trx) => createMachineClient(trx, issuer, { name, scopes }))
  const json = { client_id: made.clientId, client_secret: made.clientSecret ?? null, scopes }
  const text = `MANAGEMENT_URL=${issuer}\nMANAGEMENT_CLIENT_ID=${made.clientId}\nMANAGEMENT_CLIENT_SECRET=${made.clientSecret ?? ''}`
  return { json, text }
}
