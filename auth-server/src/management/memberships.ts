// What the operations on memberships do.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { record } from '../audit/record.ts'
import { emailKey } from '../identity/email.ts'
import { decideOnRequest } from '../identity/membership-requests.ts'
import { countRequests, findRequest, type ListedRequest, listRequests } from '../store/queries/listed-memberships.ts'
import { type ApiMember, deleteMember, findMembership, listMembersOfApis } from '../store/tables/memberships.ts'
import { requireApi } from './apis.ts'
import { readReason } from './decision.ts'
import type { HandlersOf } from './handler.ts'
import { addMember, inviteAddress, mayRead } from './new-member.ts'
import { readPage, toPage } from './page.ts'
import { requireOrdinaryApi } from './privileged.ts'
import { invalid, notFound } from './refusals.ts'

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

const ANYBODY = { emailKey: undefined, name: undefined }

export const MEMBERSHIP_HANDLERS: HandlersOf<'memberships'> = {
  'memberships.list': {
    async read({ db, actor, input: { query } }) {
      const page = readPage(query)
      await record(db, { type: 'account', outcome: 'searched-for' }, actor.authority.context)
      const { api_id: apiId, person_id: personId, email, name } = query
      const key = email === undefined ? undefined : emailKey(email)
      if (email !== undefined && key === undefined) return { items: [], next: null }
      const filter = { apiId, personId, emailKey: key, name: name?.normalize('NFC') }
      return toPage(page, await listMembersOfApis(db, filter, page.oneMore), ({ id }) => id, showMembership)
    },
  },
  'memberships.create': {
    async write(call) {
      const { actor, trx } = call
      const { api_id: apiId, person_id: personId, email } = call.input.body
      const api = await requireApi(trx, actor, apiId)
      requireOrdinaryApi(actor, apiId)
      if ((personId === undefined) === (email === undefined)) throw invalid('person_or_email')
      return showMembership(await (personId === undefined ? inviteAddress(call, api.name) : addMember(call, personId)))
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
  'memberships.waiting': {
    async read({ db }) {
      const counts = await countRequests(db)
      const items = counts.map(({ apiId, apiName, waiting }) => ({ api_id: apiId, api_name: apiName, waiting }))
      return { items, next: null }
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
      const [member] = decided
        ? await listMembersOfApis(trx, { ...decided, ...ANYBODY }, { after: undefined, limit: 1 })
        : []
      if (!member) throw notFound('request')
      return showMembership(mayRead(actor) ? member : { ...member, personId: null, person: null })
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
      // Whoever may not read memberships is told nothing by an id that they got for somebody who was a member before.
      if (!member && !mayRead(actor)) return undefined
      if (!member) throw notFound('membership')
      const { apiId, personId } = member
      const { context } = actor.authority
      if (personId === null) await record(trx, { type: 'membership', outcome: 'promise-withdrawn', apiId }, context)
      else await record(trx, { type: 'membership', outcome: 'ended', personId, apiId }, context)
      return undefined
    },
  },
}
