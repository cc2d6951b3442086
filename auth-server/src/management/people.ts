// What the operations on people do: the functions of administration, and their results as the contract names them.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { record } from '../audit/record.ts'
import type { Administered } from '../identity/administration/authority.ts'
import { deletePerson } from '../identity/administration/deletion.ts'
import { forcePasswordReset, restorePerson, suspendPerson } from '../identity/administration/people.ts'
import { emailKey } from '../identity/email.ts'
import type { Trx } from '../store/database.ts'
import { type ListedPerson, listPeople, lockPerson } from '../store/queries/listed-people.ts'
import type { ManagementActor } from './actor.ts'
import { requireDone, requirePerson } from './administered.ts'
import type { CredentialId } from './credentials.ts'
import type { HandlersOf } from './handler.ts'
import type { InvitationId } from './invitations.ts'
import { moment } from './moment.ts'
import type { MovingId } from './moving-people.ts'
import { noteRead } from './note-read.ts'
import { readPage, toPage } from './page.ts'
import type { BelongingId } from './people-belongings.ts'
import { notFound } from './refusals.ts'

export function showPerson({ kind, eraseAfter, createdAt, ...person }: ListedPerson) {
  const { id, name, email, isEmailVerified, language, claims, groups, status } = person
  return {
    id,
    name,
    email,
    email_verified: isEmailVerified,
    language,
    claims,
    groups,
    kind: kind === 'member' ? ('account' as const) : kind,
    status,
    erase_after: moment(eraseAfter),
    created_at: createdAt.toISOString(),
  }
}

interface Change {
  readonly trx: Trx
  readonly actor: ManagementActor
  readonly input: Readonly<{ params: Readonly<{ person_id: string }> }>
}

/** Does something to a person, and tells what they are then. */
async function administer(
  { trx, actor, input }: Change,
  step: (trx: Trx, by: ManagementActor['authority'], personId: string) => Promise<Administered>,
): Promise<OperationAnswer<'people.get'>> {
  const { person_id: personId } = input.params
  await requirePerson(trx, personId)
  requireDone(await step(trx, actor.authority, personId))
  return showPerson(await requirePerson(trx, personId))
}

export const PEOPLE_HANDLERS: Omit<HandlersOf<'people'>, BelongingId | CredentialId | InvitationId | MovingId> = {
  'people.list': {
    async read({ db, actor, input: { query } }) {
      const page = readPage(query)
      const { email, name, status } = query
      // The table's own word for who has an account.
      const kind = query.kind === 'account' ? 'member' : query.kind
      await record(db, { type: 'account', outcome: 'searched-for' }, actor.authority.context)
      const key = email === undefined ? undefined : emailKey(email)
      if (email !== undefined && key === undefined) return { items: [], next: null }
      const filter = { emailKey: key, name: name?.normalize('NFC'), status, kind }
      return toPage(page, await listPeople(db, filter, page.oneMore), ({ id }) => id, showPerson)
    },
  },
  'people.get': {
    async read({ db, actor, input: { params } }) {
      const person = await requirePerson(db, params.person_id)
      await noteRead(db, actor, person.id)
      return showPerson(person)
    },
  },
  'people.suspend': { write: (call) => administer(call, suspendPerson) },
  'people.restore': { write: (call) => administer(call, restorePerson) },
  'people.reset_password': { write: (call) => administer(call, forcePasswordReset) },
  'people.delete': {
    async write(call) {
      const person = await lockPerson(call.trx, call.input.params.person_id)
      if (!person) throw notFound('person')
      call.requireVersion(showPerson(person))
      return administer(call, deletePerson)
    },
  },
}
