// The applications of everybody: suspended, restored and removed, each on a page that names what goes with it.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import type { FastifyRequest } from 'fastify'
import { HttpProblem } from '../../http/problem.ts'
import { actionLink } from '../../pages/components/button.ts'
import { emptyState, type RowEntry, rows } from '../../pages/components/rows.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { sendPage } from '../../pages/send-page.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import { notFoundPage } from '../problem/reply.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { askedOf, idsOf } from './asked.ts'
import { isMove, MOVE_NEWS, type Move, movesOf } from './move.ts'
import { administrationPage, nextPart } from './page.ts'
import { type AdministrationStep, stepPage } from './step.ts'

type Application = OperationAnswer<'applications.get'>
type Filter = Readonly<Partial<Record<'suspended' | 'owned' | 'cursor', string>>>

function applicationsPage(
  me: PortalPerson,
  { asked, found }: Readonly<{ asked: Filter; found: OperationAnswer<'applications.list'> }>,
): Page {
  const path = hrefOf(PATHS.allApplications, {})
  return administrationPage(me, (texts) => {
    const { applications, sections, none } = texts.administration
    const entries = found.items.map((application) => rowOf(application, texts))
    const { cursor: _, ...kept } = asked
    const content = html`<p>${actionLink(applications.all, path)} · ${actionLink(applications.unowned, `${path}?owned=false`)} · ${actionLink(applications.suspendedOnly, `${path}?suspended=true`)}</p>
${entries.length > 0 ? rows(entries) : emptyState(none)}
${nextPart(path, kept, found.next, texts)}`
    return { heading: sections.allApplications.title, content }
  })
}

function rowOf(
  { name, client_id, kind, owners, suspended_at, managed_by, name_verified }: Application,
  texts: Texts,
): RowEntry {
  const { applications, statuses, ofFile } = texts.administration
  const facts = [
    client_id,
    kind,
    applications.owners(owners),
    suspended_at === null ? '' : statuses.suspended,
    managed_by === 'file' ? ofFile('catalogue.yml') : '',
  ]
  const moves = movesOf({ isSuspended: suspended_at !== null, canRemove: managed_by !== 'file' })
  const { vouch } = applications
  const vouching = [
    ...(name_verified ? [] : [actionLink(vouch.name.button, hrefOf(PATHS.vouchForName, { client: client_id }), name)]),
    ...(kind === 'native'
      ? [actionLink(vouch.phones.button, hrefOf(PATHS.vouchForPhones, { client: client_id }), name)]
      : []),
  ]
  return {
    title: name,
    detail: facts.filter(Boolean).join(' · '),
    action: html`<div>${vouching.map((link) => html`${link} `)}${moves.map((move) => html`${actionLink(texts.administration[move], hrefOf(PATHS.applicationStep, { client: client_id, step: move }), name)} `)}</div>`,
  }
}

interface FoundStep {
  readonly application: Application
  readonly etag: string
  readonly subscriptions: OperationAnswer<'subscriptions.list'>['items']
  readonly move: Move
}

async function readStep(request: FastifyRequest, me: PortalPerson): Promise<FoundStep | undefined> {
  const ids = idsOf(request)
  const [clientId, move] = [ids.get('client') ?? '', ids.get('step') ?? '']
  if (!isMove(move)) return undefined
  const { body: application, etag } = await me.ask('applications.get', { params: { client_id: clientId } })
  const subscriptions = await me.ask('subscriptions.list', { query: { client_id: clientId, limit: 100 } })
  return { application, etag, subscriptions: subscriptions.body.items, move }
}

function stepOf({ application, etag, subscriptions, move }: FoundStep, { administration }: Texts): AdministrationStep {
  const { applications, sections } = administration
  const { name, client_id: client } = application
  const also = subscriptions.map(({ api_id, plan }) => applications.losesSubscription(api_id, plan))
  return {
    title: applications[move](name),
    button: administration[move],
    kind: move === 'restore' ? 'main' : 'danger',
    effects: [...applications[`${move}Losses`], ...(move === 'remove' ? also : [])],
    action: actionOf(PATHS.applicationStep, { client, step: move }),
    back: { label: sections.allApplications.title, href: hrefOf(PATHS.allApplications, {}) },
    etag,
  }
}

function take(me: PortalPerson, { application, move }: FoundStep): Promise<unknown> {
  const params = { client_id: application.client_id }
  if (move === 'suspend') return me.attempt('applications.suspend', { params })
  if (move === 'restore') return me.attempt('applications.restore', { params })
  return me.attempt('applications.delete', { params, ifMatch: me.form.get('etag') ?? '' })
}

function flag(text: string | undefined): boolean | undefined {
  return text === undefined ? undefined : text === 'true'
}

export const APPLICATION_ROUTES: PortalRoutes = {
  [PATHS.allApplications]: {
    needs: 'administrator',
    async GET(request, reply, me) {
      const asked = askedOf(request, ['suspended', 'owned', 'cursor'])
      const [suspended, owned, { cursor }] = [flag(asked.suspended), flag(asked.owned), asked]
      const query = {
        ...(suspended !== undefined && { suspended }),
        ...(owned !== undefined && { owned }),
        ...(cursor !== undefined && { cursor }),
      }
      const { body: found } = await me.ask('applications.list', { query })
      return sendPage(reply, applicationsPage(me, { asked, found }))
    },
  },
  [PATHS.applicationStep]: {
    needs: 'administrator',
    recent: true,
    async GET(request, reply, me) {
      const found = await readStep(request, me)
      return found
        ? sendPage(
            reply,
            stepPage(me, (texts) => stepOf(found, texts)),
          )
        : notFoundPage(reply, me)
    },
    async POST(request, reply, me) {
      const found = await readStep(request, me)
      if (!found) return notFoundPage(reply, me)
      const outcome = await take(me, found)
      if (!(outcome instanceof HttpProblem))
        return me.backTo(reply, hrefOf(PATHS.allApplications, {}), MOVE_NEWS[found.move])
      return sendPage(
        reply.code(outcome.status),
        stepPage(me, (texts) => stepOf(found, texts), outcome),
      )
    },
  },
}
