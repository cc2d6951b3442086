// npm run group -- add and remove: one person into a group, or out of it, as far as operators and administrators put them there.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { ManagementError } from '@mobile-api-gateway/sdk/management/index.ts'
import { Mistake } from './mistake.ts'
import { personId } from './person-id.ts'
import type { Told } from './tell.ts'
import type { Verb, VerbCall } from './verb.ts'

/** Whose word the groups are that these verbs give and take. */
const SOURCE = 'operator'

const TAKES = ['GROUP', 'PERSON']

export const GROUP_ADD: Verb = {
  summary: 'Put a person into a group',
  takes: TAKES,
  options: {},
  run: (call) => setMembership(call, { is: 'is now in', was: 'was already in' }, (groups, name) => [...groups, name]),
}

export const GROUP_REMOVE: Verb = {
  summary: 'Take a person out of a group; other sources, such as an identity provider, may keep them in',
  takes: TAKES,
  options: {},
  run: (call) =>
    setMembership(call, { is: 'is no longer in', was: 'was not put by an operator into' }, (groups, name) =>
      groups.filter((group) => group !== name),
    ),
}

async function setMembership(
  call: VerbCall,
  words: Readonly<{ is: string; was: string }>,
  change: (groups: readonly string[], name: string) => readonly string[],
): Promise<Told> {
  const { client, args } = call
  const [name = '', person = ''] = args
  await requireGroup(call, name)
  const params = { person_id: await personId(call, person) }
  const { body: before, etag = '' } = await client.call('groups.of_person', params)
  const groups = before.groups.filter(({ source }) => source === SOURCE).map((group) => group.name)
  const wanted = [...new Set(change(groups, name))]
  if (wanted.length === groups.length) return { json: before, text: `${person} ${words.was} ${name}.` }
  const { body } = await client.call('groups.set_of_person', { ...params, groups: wanted }, { ifMatch: etag })
  return { json: body, text: `${person} ${words.is} ${name}.` }
}

/** @throws {Mistake} that says where the groups are listed */
async function requireGroup({ client }: VerbCall, name: string): Promise<OperationAnswer<'groups.get'>> {
  try {
    return await client.groups.get({ name })
  } catch (error) {
    if (!(error instanceof ManagementError) || error.status !== 404) throw error
    throw new Mistake(`There is no group ${name}: npm run group -- list names them.`)
  }
}
