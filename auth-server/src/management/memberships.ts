// What the operations on memberships do.
import type { OperationAnswer, OperationInput } from '@mobile-api-gateway/sdk/contract/index.ts'
import { record } from '../audit/record.ts'
import { readAddress } from '../delivery/mail/mailbox.ts'
import type { Trx } from '../store/database.ts'
import { lockInvitation } from '../store/tables/invitations.ts'
import {
  type ApiMember,
  deleteMember,
  insertMember,
  insertMemberByAddress,
  listMembersOfApis,
} from '../store/tables/memberships.ts'
import { requirePerson } from './administered.ts'
import { requireApi } from './apis.ts'
import type { HandlersOf } from './handler.ts'
import { readPage, toPage } from './page.ts'
import { requireOrdinaryApi } from './privileged.ts'
import { conflict, invalid, notFound } from './refusals.ts'

function showMembership({ id, apiId, personId, address, createdAt }: ApiMember): OperationAnswer<'memberships.create'> {
  return { id, api_id: apiId, person_id: personId, email: address, created_at: createdAt.toISOString() }
}

/** @throws {HttpProblem} 400, 404, and 409 for a guest, who is nobody that could be invited */
async function insert(
  trx: Trx,
  { api_id: apiId, person_id: id, email }: OperationInput<'memberships.create'>['body'],
): Promise<ApiMember | undefined> {
  if ((id === undefined) === (email === undefined)) throw invalid('name person_id or email, and one of them alone')
  if (id !== undefined) {
    const { id: personId, kind } = await requirePerson(trx, id)
    if (kind === 'guest') throw conflict('A guest, who has no account, is no member of an API.')
    return insertMember(trx, { personId, apiId })
  }
  const address = readAddress(email ?? '')
  if (address?.mailbox === undefined) throw invalid('email is no address that a mail can be sent to')
  // Whoever is about to prove it waits.
  await lockInvitation(trx, address.key)
  return insertMemberByAddress(trx, { key: address.key, address: address.mailbox, apiId })
}

export const MEMBERSHIP_HANDLERS: HandlersOf<'memberships'> = {
  'memberships.list': {
    async read({ db, actor, input: { query } }) {
      const page = readPage(query)
      await record(db, { type: 'account', outcome: 'searched-for' }, actor.authority.context)
      const { api_id: apiId, person_id: personId } = query
      return toPage(
        page,
        await listMembersOfApis(db, { apiId, personId }, page.oneMore),
        ({ id }) => id,
        showMembership,
      )
    },
  },
  'memberships.create': {
    async write({ trx, actor, input: { body } }) {
      const { api_id: apiId } = body
      await requireApi(trx, actor, apiId)
      requireOrdinaryApi(actor, apiId)
      const member = await insert(trx, body)
      if (!member) throw conflict('they are a member of this API already')
      const { context } = actor.authority
      if (member.personId === null) await record(trx, { type: 'membership', outcome: 'promised', apiId }, context)
      else await record(trx, { type: 'membership', outcome: 'begun', personId: member.personId, apiId }, context)
      return showMembership(member)
    },
  },
  'memberships.end': {
    async write({ trx, actor, input: { params } }) {
      const member = await deleteMember(trx, params.membership_id)
      if (!member) throw notFound('membership')
      const { apiId, personId } = member
      const { context } = actor.authority
      if (personId === null) await record(trx, { type: 'membership', outcome: 'promise-withdrawn', apiId }, context)
      else await record(trx, { type: 'membership', outcome: 'ended', personId, apiId }, context)
      return undefined
    },
  },
}
