// Whoever becomes a member of an API by the management API: a person by their id, or whoever has an address, or will.
import type { OperationInput } from '@mobile-api-gateway/sdk/contract/index.ts'
import { record } from '../audit/record.ts'
import { readAddress } from '../delivery/mail/mailbox.ts'
import { inviteToApi } from '../identity/api-invitations.ts'
import { readPerson } from '../store/queries/listed-people.ts'
import { type ApiMember, insertMember, likeNewMember } from '../store/tables/memberships.ts'
import { callerOf, hasScope, type ManagementActor } from './actor.ts'
import { requirePerson } from './administered.ts'
import type { WriteCall } from './handler.ts'
import { conflict, invalid } from './refusals.ts'

type Creating = WriteCall<OperationInput<'memberships.create'>>

const WHY_NOT = { 'member already': 'member_already', 'too many mails': 'too_many_invitations' } as const

/** Who has an address, and who is a member, is for those to know who may see members. */
export function mayRead(actor: ManagementActor): boolean {
  return hasScope(actor, 'memberships:read')
}

/** @throws {HttpProblem} 404, and 409 for a guest, who is nobody that could be invited, and for a member */
export async function addMember({ trx, actor, input: { body } }: Creating, id: string): Promise<ApiMember> {
  const { api_id: apiId } = body
  const { id: personId, kind } = await requirePerson(trx, id)
  if (kind === 'guest') throw conflict('guest_member')
  const member = await insertMember(trx, { personId, apiId })
  if (member) await record(trx, { type: 'membership', outcome: 'begun', personId, apiId }, actor.authority.context)
  if (!mayRead(actor))
    return { ...(member ?? (await likeNewMember(trx, { apiId, personId, address: null }))), person: null }
  if (!member) throw conflict('member_already')
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
    deps.limits.admitBy(trx),
    actor.authority.context,
  )
  const unseen = { apiId, personId: null, address: to.address }
  if (invited === 'member already' && !mayRead(actor)) return likeNewMember(trx, unseen)
  if (typeof invited === 'string') throw conflict(WHY_NOT[invited])
  return mayRead(actor) ? invited : { ...invited, ...unseen, person: null }
}
