// What the operations on memberships do.
import type { OperationAnswer, OperationInput } from '@mobile-api-gateway/sdk/contract/index.ts'
import { record } from '../audit/record.ts'
import { readAddress } from '../delivery/mail/mailbox.ts'
import { decideOnRequest } from '../identity/membership-requests.ts'
import type { Trx } from '../store/database.ts'
import { findRequest, type ListedRequest, listRequests } from '../store/queries/listed-memberships.ts'
import { lockInvitation } from '../store/tables/invitations.ts'
import {
  type ApiMember,
  deleteMember,
  findMembership,
  insertMember,
  insertMemberByAddress,
  listMembersOfApis,
} from '../store/tables/memberships.ts'
import { requirePerson } from './administered.ts'
import { requireApi } from './apis.ts'
import { readReason } from './decision.ts'
import type { HandlersOf } from './handler.ts'
import { readPage, toPage } from './page.ts'
import { requireOrdinaryApi } from './privileged.ts'
import { conflict, invalid, notFound } from './refusals.ts'

function showMembership(member: ApiMember): OperationAnswer<'memberships.create'> {
  const { id, apiId, personId, person, address, createdAt } = member
  return { id, api_id: apiId, person_id: personId, email: address, person, created_at: createdAt.toISOString() }
}

function showRequest(request: ListedRequest): OperationAnswer<'memberships.get_request'> {
  const { id, apiId, apiName, personId, person, reason, createdAt } = request
  return {
    id,
    api_id: apiId,
    api_name: apiName,
    person_id: personId,
    name: person.name,
    email: person.email,
    reason,
    created_at: createdAt.toISOString(),
  }
}

/** @throws {HttpProblem} 400, 404, and 409 for a guest, who is nobody that could be invited */
async function insert(
  trx: Trx,
  { api_id: apiId, person_id: id, email }: OperationInput<'memberships.create'>['body'],
): Promise<ApiMember | undefined> {
  if ((id === undefined) === (email === undefined)) throw invalid('person_or_email')
  if (id !== undefined) {
    const { id: personId, kind } = await requirePerson(trx, id)
    if (kind === 'guest') throw conflict('guest_member')
    return insertMember(trx, { personId, apiId })
  }
  const address = readAddress(email ?? '')
  if (address?.mailbox === undefined) throw invalid('email')
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
      if (!member) throw conflict('member_already')
      const { context } = actor.authority
      if (member.personId === null) await record(trx, { type: 'membership', outcome: 'promised', apiId }, context)
      else await record(trx, { type: 'membership', outcome: 'begun', personId: member.personId, apiId }, context)
      return showMembership(member)
    },
  },
  'memberships.get': {
    async read({ db, input: { params } }) {
      const member = await findMembership(db, params.membership_id)
      if (!member) throw notFound('membership')
      return showMembership(member)
    },
  },
  'memberships.requests': {
    async read({ db, actor, input: { query } }) {
      const page = readPage(query)
      await record(db, { type: 'account', outcome: 'searched-for' }, actor.authority.context)
      return toPage(page, await listRequests(db, query.api_id, page.oneMore), ({ id }) => id, showRequest)
    },
  },
  'memberships.get_request': {
    async read({ db, input: { params } }) {
      const request = await findRequest(db, params.request_id)
      if (!request) throw notFound('request')
      return showRequest(request)
    },
  },
  'memberships.approve': {
    async write({ trx, actor, input: { params, body } }) {
      const decision = { decision: 'approved', reason: readReason(body.reason) } as const
      const decided = await decideOnRequest(trx, params.request_id, decision, actor.authority.context)
      const [member] = decided ? await listMembersOfApis(trx, decided, { after: undefined, limit: 1 }) : []
      if (!member) throw notFound('request')
      return showMembership(member)
    },
  },
  'memberships.decline': {
    async write({ trx, actor, input: { params, body } }) {
      const decision = { decision: 'declined', reason: readReason(body.reason) } as const
      if (!(await decideOnRequest(trx, params.request_id, decision, actor.authority.context))) throw notFound('request')
      return undefined
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
