// npm run group: puts people into groups, which APIs can ask for, and takes them out again.
import { runCommand, UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import { BY_COMMAND } from '../audit/context.ts'
import { OPERATOR_SOURCE } from '../identity/administration/groups.ts'
import { addToGroup, removeFromGroup } from '../identity/groups.ts'
import { listGroups } from '../store/tables/groups.ts'
import { requireSettings } from './command-settings.ts'
import { withDatabase } from './database-command.ts'
import { requirePerson } from './require-person.ts'

const USAGE = `Usage: npm run group -- list [--json]
       npm run group -- add GROUP PERSON
       npm run group -- remove GROUP PERSON

Says which groups there are, puts a person into one, or takes them out. PERSON is an e-mail address or an id (usr_…).
Groups begin with an API whose definition names them: for a scope, or for its tokens. Who is taken out loses what was
theirs as a member within two seconds; other sources, such as an identity provider, may keep them in.

  --json  the groups for programs
  --help  this text

Needs DATABASE_URL, the one that the auth server runs with; beside a running npm start it is known.
`

const STEPS = {
  add: { take: addToGroup, done: 'is now in', nothing: 'was already in' },
  remove: { take: removeFromGroup, done: 'is no longer in', nothing: 'was not put by an operator into' },
} as const

const OPTIONS = { json: { type: 'boolean', default: false } } as const

await runCommand({ usage: USAGE, options: OPTIONS, allowPositionals: true }, async ({ values, positionals }) => {
  const [action = '', group, person, ...more] = positionals
  const isList = action === 'list' && group === undefined
  const step = action === 'add' || action === 'remove' ? STEPS[action] : undefined
  if (!isList && (!step || group === undefined || person === undefined || more.length > 0))
    throw new UsageError('Say list, add GROUP PERSON or remove GROUP PERSON.')
  if (values.json && !isList) throw new UsageError('--json is for list.')
  const url = requireSettings('DATABASE_URL')('DATABASE_URL')
  const says = await withDatabase(url, async (db) => {
    const groups = await listGroups(db)
    if (!step || group === undefined || person === undefined)
      return values.json ? JSON.stringify(groups, null, 2) : tell(groups)
    if (!groups.some(({ name }) => name === group)) throw new Error(`There is no group ${group}. ${tell(groups)}`)
    const personId = await requirePerson(db, person)
    const changed = await step.take(db, { personId, group, source: OPERATOR_SOURCE }, BY_COMMAND)
    return `${person} ${changed ? step.done : step.nothing} ${group}.`
  })
  console.log(says)
  return 0
})

function tell(groups: readonly Readonly<{ name: string; members: number }>[]): string {
  if (groups.length === 0) return 'No API has named a group yet.'
  return groups.map(({ name, members }) => `${name}: ${members} ${members === 1 ? 'person' : 'people'}`).join('\n')
}
