// What the operations on invitations do.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { record } from '../audit/record.ts'
import { readAddress } from '../delivery/mail/mailbox.ts'
import { asOneLine } from '../http/one-line.ts'
import { invite, type NotInvited, withdrawInvitation } from '../identity/invitations.ts'
import { MAX_NAME_LENGTH } from '../identity/person-name.ts'
import { type Invitation, listInvitations } from '../store/tables/invitations.ts'
import { hasScope } from './actor.ts'
import type { HandlersOf } from './handler.ts'
import { readPage, toPage } from './page.ts'
import { conflict, insufficientScope, invalid, notFound } from './refusals.ts'

/** The operations on invitations. */
export type InvitationId = 'people.create' | 'people.invitations' | 'people.withdraw_invitation'

function showInvitation(invitation: Invitation): OperationAnswer<'people.create'> {
  const { id, address, name, language, groups, developer, createdAt, expiresAt } = invitation
  return {
    person_id: id,
    email: address,
    name,
    language,
    groups,
    developer,
    created_at: createdAt.toISOString(),
    expires_at: expiresAt.toISOString(),
  }
}

const WHY_NOT = {
  'address taken': 'address_taken',
  'invited already': 'invited_already',
  'too many mails': 'too_many_mails',
} as const satisfies Record<Extract<NotInvited, string>, string>

export const INVITATION_HANDLERS: Pick<HandlersOf<'people'>, InvitationId> = {
  'people.create': {
    async write({ deps, trx, actor, input: { body } }) {
      const { email, name = '', language = 'en', groups = [], developer = false } = body
      // Whoever is in a group may allow more: people:write alone puts nobody into one.
      if (groups.length > 0 && !hasScope(actor, 'groups:write')) throw insufficientScope('groups:write')
      if (developer && !hasScope(actor, 'roles:write')) throw insufficientScope('roles:write')
      if (!deps.mailer) throw conflict('no_mail')
      const address = readAddress(email)
      if (address?.mailbox === undefined) throw invalid('email')
      const to = { key: address.key, address: address.mailbox }
      const called = asOneLine(name, MAX_NAME_LENGTH)
      const invited = await invite(
        trx,
        { to, name: called, language, groups: [...new Set(groups)], developer },
        actor.authority.context,
      )
      if (typeof invited === 'string') throw conflict(WHY_NOT[invited])
      if ('missing' in invited) throw invalid('no_group', invited.missing.join(', '))
      return showInvitation(invited)
    },
  },
  'people.invitations': {
    async read({ db, actor, input: { query } }) {
      const page = readPage(query)
      await record(db, { type: 'account', outcome: 'searched-for' }, actor.authority.context)
      return toPage(page, await listInvitations(db, page.oneMore), ({ id }) => id, showInvitation)
    },
  },
  'people.withdraw_invitation': {
    async write({ trx, actor, input: { params } }) {
      if (!(await withdrawInvitation(trx, params.invitation_id, actor.authority.context))) throw notFound('invitation')
      return undefined
    },
  },
}
