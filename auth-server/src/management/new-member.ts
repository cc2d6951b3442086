// Whoever becomes a member of an API by the management API: a person by their id, or whoever has an address, or will.
import type { OperationInput } from '@mobile-api-gateway/sdk/contract/index.ts'
import { record } from '../audit/record.ts'
import { readAddress } from '../delivery/mail/mailbox.ts'
import { inviteToApi } from '../identity/api-invitations.ts'
import { readPerson } from '../store/queries/listed-people.ts'
import { type ApiMember, insertMember } from '../store/tables/memberships.ts'
import { callerOf, hasScope } from './actor.ts'
import { requirePerson } from './administered.ts'
import type { WriteCall } from './handler.ts'
import { conflict, invalid } from './refusals.ts'

type Creating = WriteCall<OperationInput<'memberships.create'>>

const NOBODY = { personId: null, person: null }
const WHY_NOT = { 'member already': 'member_already', 'too many mails': 'too_many_invitations' } as const

/** @throws {HttpProblem} 404, and 409 for a guest, who is nobody that could be invited, and for a member */
export async function addMember({ trx, actor, input: { body } }: Creating, id: string): Promise<ApiMember> {
  const { api_id: apiId } = body
  const { id: personId, kind } = await requirePerson(trx, id)
  if (kind === 'guest') throw conflict('guest_member')
  const member = await insertMember(trx, { personId, apiId })
  if (!member) throw conflict('member_already')
  await record(trx, { type: 'membership', outcome: 'begun', personId, apiId }, actor.authority.context)
  return member
}

/** @throws {HttpProblem} 400, and 409 for a member, or where there were too many mails */
export async function inviteAddress({ deps, trx, actor, input: { body } }: Creating, api: string): Promise<ApiMember> {
  const { api_id: apiId, email = '', mail = true, language = 'en' } = body
  const address = readAddress(email)
  if (address?.mailbox === undefined) throw invalid('email')
  const to = { key: address.key, address: address.mailbox }
  const by = actor.person ? ((await readPerson(trx, actor.person.id))?.email ?? null) : null
  const mayMakeAccount = deps.config.signUp === 'open'
  const told = { api, language, by, inviter: callerOf(actor), mayMakeAccount }
  const invited = await inviteToApi(
    trx,
    { apiId, to, mail: mail && deps.mailer ? told : undefined },
    deps.limits.admitWithin(trx),
    actor.authority.context,
  )
  if (typeof invited === 'string') throw conflict(WHY_NOT[invited])
  // Who has the address, if anybody, is for those to know who may see members.
  return hasScope(actor, 'memberships:read') ? invited : { ...invited, ...NOBODY, address: to.address }
}
