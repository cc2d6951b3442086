// npm run user -- add: invites a person, and says where the mail is.
import { OPERATIONS } from '@mobile-api-gateway/sdk/contract/index.ts'
import { each } from '@mobile-api-gateway/sdk/management/index.ts'
import { Mistake } from './mistake.ts'
import { inputOf, optionsOf, requireMembers } from './options.ts'
import { facts, type Told } from './tell.ts'
import type { Verb, VerbCall } from './verb.ts'

const CREATE = OPERATIONS['people.create']

export const USER_ADD: Verb = {
  summary: CREATE.summary,
  takes: [],
  options: optionsOf(CREATE),
  run: addUser,
}

async function addUser({ client, values, isTerminal, deps }: VerbCall): Promise<Told> {
  const given = { email: '', ...inputOf(CREATE, values) }
  requireMembers(CREATE, inputOf(CREATE, values))
  const { body } = await client.call('people.create', given)
  const where = deps?.config.development ? ' Beside npm start it is shown in that terminal.' : ''
  const text = `${facts(body, isTerminal)}\n\nA mail with a link is on its way to ${body.email}: the account begins when they accept.${where}`
  return { json: body, text }
}

/** An address names its invitation. */
export async function invitationId({ client }: VerbCall, text: string): Promise<string> {
  if (!text.includes('@')) return text
  for await (const { email, person_id: id } of each(client.people.invitations, {}))
    if (email.toLowerCase() === text.toLowerCase()) return id
  throw new Mistake(`${text} has no invitation: npm run user -- invitations lists them.`)
}
