// The page of invitations: who was invited, and the form that invites somebody.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { HttpProblem } from '../../http/problem.ts'
import { button } from '../../pages/components/button.ts'
import { field, hiddenFields } from '../../pages/components/field.ts'
import { form } from '../../pages/components/form.ts'
import { refusedNotice } from '../../pages/components/refused.ts'
import { emptyState, rows } from '../../pages/components/rows.ts'
import { dayOf } from '../../pages/components/time.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import { languageOf } from '../../pages/language.ts'
import { sendPage } from '../../pages/send-page.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { askedOf } from './asked.ts'
import { administrationPage, nextPart } from './page.ts'

interface InvitationsPage {
  readonly found: OperationAnswer<'people.invitations'>
  readonly typed?: Readonly<{ email: string; name: string }>
  readonly refused?: HttpProblem
}

function invitationsPage(me: PortalPerson, { found, typed = { email: '', name: '' }, refused }: InvitationsPage): Page {
  const action = actionOf(PATHS.invitations, {})
  return administrationPage(me, (texts) => {
    const { invitations, sections } = texts.administration
    const entries = found.items.map(({ person_id, email, name, expires_at }) => ({
      title: email,
      detail: html`${name !== null && `${name} · `}${invitations.until(dayOf(new Date(expires_at), texts))}`,
      action: form(
        { binding: me.binding, action },
        ...hiddenFields({ withdraw: person_id }),
        button(invitations.withdraw, 'danger', email),
      ),
    }))
    const content = html`${entries.length > 0 ? rows(entries) : emptyState(invitations.none)}
${nextPart(hrefOf(PATHS.invitations, {}), {}, found.next, texts)}
<h2>${invitations.inviteTitle}</h2>
${form(
  { binding: me.binding, action },
  field({ name: 'email', label: invitations.email, kind: 'email', maxLength: 254, value: typed.email }),
  field({ name: 'name', label: invitations.name, kind: 'text', maxLength: 100, value: typed.name, isOptional: true }),
  button(invitations.invite),
)}`
    const asked = {
      email: { field: 'email', label: invitations.email },
      name: { field: 'name', label: invitations.name },
    }
    const problem = refused && refusedNotice(refused, texts, asked)
    return { heading: sections.invitations.title, content, problem }
  })
}

async function readInvitations(me: PortalPerson, cursor?: string): Promise<OperationAnswer<'people.invitations'>> {
  return (await me.ask('people.invitations', { query: cursor === undefined ? {} : { cursor } })).body
}

export const INVITATION_ROUTES: PortalRoutes = {
  [PATHS.invitations]: {
    needs: 'administrator',
    recent: true,
    keepsTyped: true,
    async GET(request, reply, me) {
      const { cursor } = askedOf(request, ['cursor'])
      return sendPage(reply, invitationsPage(me, { found: await readInvitations(me, cursor) }))
    },
    async POST(request, reply, me) {
      const [withdrawn, email = '', name = ''] = ['withdraw', 'email', 'name'].map((field) => me.form.get(field))
      const path = hrefOf(PATHS.invitations, {})
      if (withdrawn !== undefined) {
        await me.ask('people.withdraw_invitation', { params: { invitation_id: withdrawn } })
        return me.backTo(reply, path, 'withdrawn')
      }
      const body = { email, ...(name !== '' && { name }), language: languageOf(request) }
      const outcome = await me.attempt('people.create', { body })
      if (!(outcome instanceof HttpProblem)) return me.backTo(reply, path, 'invited')
      const found = await readInvitations(me)
      return sendPage(
        reply.code(outcome.status),
        invitationsPage(me, { found, typed: { email, name }, refused: outcome }),
      )
    },
  },
}
