// What the operations on the people of an application do.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { inviteToTeam, removeFromTeam, withdrawFromTeam } from '../catalogue/team.ts'
import { readAddress } from '../delivery/mail/mailbox.ts'
import {
  type ApplicationInvitation,
  listApplicationInvitations,
  listMembersOf,
} from '../store/queries/application-people.ts'
import { readPerson } from '../store/queries/listed-people.ts'
import { lockOwn, requireApplication } from './applications.ts'
import type { HandlersOf } from './handler.ts'
import { readPage, toPage } from './page.ts'
import { requireOwner } from './privileged.ts'
import { conflict, invalid, notFound } from './refusals.ts'

/** The operations on the people of applications. */
export type ApplicationPeopleId =
  | 'applications.people'
  | 'applications.remove_person'
  | 'applications.invitations'
  | 'applications.invite'
  | 'applications.withdraw_invitation'

function showInvitation(invitation: ApplicationInvitation): OperationAnswer<'applications.invite'> {
  const { id, address, role, handsOver, createdAt, expiresAt } = invitation
  return {
    id,
    email: address,
    role,
    hands_over: handsOver,
    created_at: createdAt.toISOString(),
    expires_at: expiresAt.toISOString(),
  }
}

const WHY_NOT = {
  'invited already': 'invited_already',
  'too many mails': 'too_many_invitations',
} as const

export const APPLICATION_PEOPLE_HANDLERS: Pick<HandlersOf<'applications'>, ApplicationPeopleId> = {
  'applications.people': {
    async read({ db, actor, input: { params, query } }) {
      const page = readPage(query)
      const { id } = await requireApplication(db, actor, params.client_id)
      const found = await listMembersOf(db, id, page.oneMore)
      return toPage(
        page,
        found,
        ({ personId }) => personId,
        ({ personId, name, email, role, since }) => ({
          person_id: personId,
          name,
          email,
          role,
          since: since.toISOString(),
        }),
      )
    },
  },
  'applications.remove_person': {
    async write({ trx, actor, input: { params } }) {
      const application = await lockOwn(trx, actor, params.client_id)
      if (actor.person?.id !== params.person_id) await requireOwner(trx, actor, application.id)
      const outcome = await removeFromTeam(trx, application, params.person_id, actor.authority.context)
      if (outcome === 'unchanged') throw notFound('person of this application')
      if (outcome === 'last owner') throw conflict('last_owner')
      return undefined
    },
  },
  'applications.invitations': {
    async read({ db, actor, input: { params, query } }) {
      const page = readPage(query)
      const { id } = await requireApplication(db, actor, params.client_id)
      return toPage(page, await listApplicationInvitations(db, id, page.oneMore), (each) => each.id, showInvitation)
    },
  },
  'applications.invite': {
    async write({ deps, trx, actor, input: { params, body } }) {
      const { email, role = 'collaborator', hand_over: handsOver = false, language = 'en' } = body
      const application = await lockOwn(trx, actor, params.client_id)
      await requireOwner(trx, actor, application.id)
      if (!deps.mailer) throw conflict('no_mail')
      if (handsOver && role !== 'owner') throw invalid('hand_over_to_owner')
      const address = readAddress(email)
      if (address?.mailbox === undefined) throw invalid('email')
      // An administrator, who need not own it, invites for the server.
      const owner = actor.person?.role === 'developer' ? await readPerson(trx, actor.person.id) : undefined
      const invited = await inviteToTeam(
        trx,
        {
          application,
          to: { key: address.key, address: address.mailbox },
          role,
          handsOver,
          language,
          by: owner ? { id: owner.id, email: owner.email } : null,
        },
        deps.limits.admitBy(trx),
        actor.authority.context,
      )
      if (typeof invited === 'string') throw conflict(WHY_NOT[invited])
      return showInvitation(invited)
    },
  },
  'applications.withdraw_invitation': {
    async write({ trx, actor, input: { params } }) {
      const { id } = await lockOwn(trx, actor, params.client_id)
      await requireOwner(trx, actor, id)
      if (!(await withdrawFromTeam(trx, id, params.invitation_id, actor.authority.context)))
        throw notFound('invitation')
      return undefined
    },
  },
}
