// npm run membership -- add: somebody is invited to an API, by their id or by an address.
import { facts } from './tell.ts'
import type { Verb } from './verb.ts'

export const MEMBERSHIP_ADD: Verb = {
  summary: 'Invite somebody to an API; no mail is sent',
  takes: ['API', 'PERSON'],
  options: {},
  run: async ({ client, args: [api_id = '', person = ''], isTerminal }) => {
    const who = person.includes('@') ? { email: person } : { person_id: person }
    const { body } = await client.call('memberships.create', { api_id, ...who })
    return { json: body, text: facts(body, isTerminal) }
  },
}
