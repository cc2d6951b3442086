// What the operations on people who move do: everybody is told as an import reads them, and one comes from another system.
import type { OperationInput } from '@mobile-api-gateway/sdk/contract/index.ts'
import { record } from '../audit/record.ts'
import { UnusableHash } from '../crypto/imported/hash.ts'
import { NOTHING_COMES_ALONG } from '../identity/import/belongings.ts'
import { rowOf } from '../identity/import/entry.ts'
import { checkPerson, WrongEntry } from '../identity/import/person.ts'
import { readPlain } from '../identity/import/sources/plain.ts'
import { lineOf } from '../identity/migration/line.ts'
import { listForMove } from '../store/queries/export-people.ts'
import { insertImported } from '../store/queries/import-people.ts'
import { findMissingGroups } from '../store/tables/groups.ts'
import { hasScope, type ManagementActor } from './actor.ts'
import { requirePerson } from './administered.ts'
import type { HandlersOf } from './handler.ts'
import { readPage, toPage } from './page.ts'
import { showPerson } from './people.ts'
import { conflict, insufficientScope, invalid } from './refusals.ts'

/** The operations on people who move. */
export type MovingId = 'people.export' | 'people.import'

type Given = OperationInput<'people.import'>['body']

/** What is promised to a proven address, and what a group may allow, is nothing that people:write alone gives. */
function requireScopes(actor: ManagementActor, { email_verified = false, groups = [] }: Given): void {
  if (groups.length > 0 && !hasScope(actor, 'groups:write')) throw insufficientScope('groups:write')
  if (email_verified && !hasScope(actor, 'roles:write')) throw insufficientScope('roles:write')
}

/** @throws {HttpProblem} 400 */
function readGiven(body: Given) {
  try {
    const person = checkPerson(readPlain(body), { ...NOTHING_COMES_ALONG, takesGroups: true })
    if (person.leftOut.length > 0)
      throw new WrongEntry(`has a value that nobody could type here: ${person.leftOut.join(', ')}`)
    return person
  } catch (error) {
    if (error instanceof UnusableHash) throw invalid('password_hash', error.message)
    if (error instanceof WrongEntry) throw invalid('imported_person', error.message)
    throw error
  }
}

export const MOVING_HANDLERS: Pick<HandlersOf<'people'>, MovingId> = {
  'people.export': {
    async read({ db, actor, input: { query } }) {
      const page = readPage(query)
      const { context } = actor.authority
      const found = await listForMove(db, { limit: page.oneMore.limit, after: page.oneMore.after ?? '' })
      const tellsAnswers = hasScope(actor, 'registrations:read')
      await record(db, { type: 'account', outcome: 'searched-for' }, context)
      for (const { id: personId, registrations } of tellsAnswers ? found.slice(0, page.limit) : [])
        for (const { apiId } of registrations)
          await record(db, { type: 'registration', outcome: 'read', apiId, personId }, context)
      return toPage(
        page,
        found,
        ({ id }) => id,
        (person) => lineOf(tellsAnswers ? person : { ...person, registrations: [] }),
      )
    },
  },
  'people.import': {
    async write({ deps, trx, actor, input: { body } }) {
      requireScopes(actor, body)
      const missing = await findMissingGroups(trx, body.groups ?? [])
      if (missing.length > 0) throw invalid('no_group', missing.join(', '))
      const row = await rowOf(readGiven(body), { ...deps.config, trustVerified: true })
      const became = await insertImported(trx, [row], { isByCommand: false })
      if (became.get(row.id)?.outcome !== 'new') throw conflict('address_taken')
      await record(trx, { type: 'account', outcome: 'imported', personId: row.id }, actor.authority.context)
      return showPerson(await requirePerson(trx, row.id))
    },
  },
}
