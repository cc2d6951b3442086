// npm run role: makes people developers, approvers of an API and administrators, and takes it away again.
import { runCommand, UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import { CATALOGUE_FILE_NAME } from '../catalogue/actor.ts'
import { OPERATOR } from '../identity/administration/authority.ts'
import { type GivableRole, giveRole, takeRole } from '../identity/administration/role-changes.ts'
import { findApi } from '../store/tables/apis.ts'
import { listAdministrators, listRoles, type RoleHolder } from '../store/tables/person-roles.ts'
import { requireSettings } from './command-settings.ts'
import { withDatabase } from './database-command.ts'
import { requirePerson } from './require-person.ts'

const USAGE = `Usage: npm run role -- list
       npm run role -- give ROLE PERSON
       npm run role -- take ROLE PERSON

Says who has which role, gives somebody one, or takes it away. ROLE is administrator, developer, or approver:API with the short name of an API.
PERSON is an e-mail address or an id (usr_…). Administrators and approvers act with two factors only, from their next
sign-in on. The first administrator comes by npm run setup.

  --help  this text

Needs DATABASE_URL, the one that the auth server runs with; beside a running npm start it is known.
`

const STEPS = {
  give: {
    take: giveRole,
    says: (person: string, role: string, isDone: boolean) =>
      isDone ? `${person} is ${role} now.` : `Nothing has changed: ${person} is ${role} already.`,
  },
  take: {
    take: takeRole,
    says: (person: string, role: string, isDone: boolean) =>
      `${person} ${isDone ? 'is no longer' : 'was not'} ${role}.`,
  },
} as const

await runCommand({ usage: USAGE, options: {}, allowPositionals: true }, async ({ positionals }) => {
  const [action = '', text = '', person, ...more] = positionals
  const url = () => requireSettings('DATABASE_URL')('DATABASE_URL')
  if (action === 'list' && text === '') {
    console.log(tell(await withDatabase(url(), listRoles)))
    return 0
  }
  const step = action === 'give' || action === 'take' ? STEPS[action] : undefined
  const role = readRole(text)
  if (!step || role === undefined || person === undefined || more.length > 0)
    throw new UsageError('Say list, give ROLE PERSON or take ROLE PERSON.')
  await withDatabase(url(), async (db) => {
    if (role.role === 'approver' && !(await findApi(db, role.apiId)))
      throw new Error(`There is no API ${role.apiId}. Nothing has changed.`)
    const outcome = await step.take(db, OPERATOR, await requirePerson(db, person), role)
    if (outcome === 'managed by file')
      throw new Error(`${person} is ${text} by ${CATALOGUE_FILE_NAME}: take it away there. Nothing has changed.`)
    const isDone = outcome === 'done'
    console.log(step.says(person, text, isDone))
    if (isDone && action === 'take' && (await listAdministrators(db)).length === 0)
      console.log('There is no administrator now. npm run setup makes the next one.')
  })
  return 0
})

function tell(holders: readonly RoleHolder[]): string {
  if (holders.length === 0) return 'Nobody has a role yet.'
  return holders.map(({ id, email, role, apiId }) => `${email ?? id}: ${role}${apiId ? `:${apiId}` : ''}`).join('\n')
}

function readRole(text: string): GivableRole | undefined {
  if (text === 'administrator' || text === 'developer') return { role: text }
  const [, apiId] = /^approver:([\w.-]+)$/.exec(text) ?? []
  return apiId === undefined ? undefined : { role: 'approver', apiId }
}
