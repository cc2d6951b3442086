// What the operations on credentials do: they tell by what people sign in, and take second factors away.
import { removeSecondFactors } from '../identity/administration/factors.ts'
import { type ListedSession, listSessionsOf, readCredentials } from '../store/queries/credentials-of-person.ts'
import { listAddresses } from '../store/tables/email-addresses.ts'
import { requirePerson } from './administered.ts'
import type { HandlersOf } from './handler.ts'
import { noteRead } from './note-read.ts'
import { readPage, toPage } from './page.ts'
import { notFound, notThere } from './refusals.ts'

export type CredentialId = 'people.credentials' | 'people.remove_second_factors' | 'people.sessions'

/** As JSON of the database has it. */
function momentOf(text: string): string {
  return new Date(text).toISOString()
}

function showUse({ since, used }: Readonly<{ since: string; used: string | null }>) {
  return { created_at: momentOf(since), last_used_at: used === null ? null : momentOf(used) }
}

function showSession({ id, acr, amr, authTime, expiresAt }: ListedSession) {
  return { id, acr, amr, signed_in_at: authTime.toISOString(), expires_at: expiresAt.toISOString() }
}

export const CREDENTIAL_HANDLERS: Pick<HandlersOf<'people'>, CredentialId> = {
  'people.credentials': {
    async read({ db, actor, input: { params } }) {
      const personId = params.person_id
      const found = await readCredentials(db, personId)
      if (!found) throw notFound('person')
      await noteRead(db, actor, personId)
      const { passwordSince, needsNewPassword, factors, recoveryCodes, identities } = found
      const addresses = await listAddresses(db, personId)
      return {
        addresses: addresses.map(({ address, isPrimary, proof }) => ({ address, is_primary: isPrimary, proof })),
        password: { changed_at: passwordSince?.toISOString() ?? null, reset_required: needsNewPassword },
        second_factors: factors.map(({ kind, name, ...use }) => ({ kind, name, ...showUse(use) })),
        recovery_codes: recoveryCodes,
        identities: identities.map(({ issuer, ...use }) => ({ issuer, ...showUse(use) })),
      }
    },
  },
  'people.remove_second_factors': {
    async write({ trx, actor, input: { params } }) {
      const { id } = await requirePerson(trx, params.person_id)
      if ((await removeSecondFactors(trx, actor.authority, id)) === 'unchanged') throw notThere('no_second_factor')
      return undefined
    },
  },
  'people.sessions': {
    async read({ db, actor, input: { params, query } }) {
      const page = readPage(query)
      const { id: personId } = await requirePerson(db, params.person_id)
      await noteRead(db, actor, personId)
      return toPage(page, await listSessionsOf(db, personId, page.oneMore), ({ id }) => id, showSession)
    },
  },
}
