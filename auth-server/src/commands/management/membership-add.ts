// npm run membership -- add: somebody is invited to an API, by their id or by an address.
import { OPERATIONS } from '@mobile-api-gateway/sdk/contract/index.ts'
import { inputOf, optionsOf } from './options.ts'
import { facts } from './tell.ts'
import type { Verb } from './verb.ts'

const CREATE = OPERATIONS['memberships.create']
const { language } = optionsOf(CREATE)

export const MEMBERSHIP_ADD: Verb = {
  summary: 'Invite somebody to an API; an address gets a mail',
  takes: ['API', 'PERSON'],
  options: { ...(language && { language }), 'no-mail': { type: 'boolean', help: 'No mail is sent' } },
  run: async ({ client, args: [api_id = '', person = ''], values, isTerminal }) => {
    const who = person.includes('@') ? { email: person } : { person_id: person }
    const mail = values['no-mail'] === true ? { mail: false } : {}
    const { body } = await client.call('memberships.create', { ...inputOf(CREATE, values), ...mail, api_id, ...who })
    return { json: body, text: facts(body, isTerminal) }
  },
}
