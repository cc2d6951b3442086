// The subscriptions of all applications: suspended, restored and removed, each on a page that names what goes with it.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import type { FastifyRequest } from 'fastify'
import { actionLink } from '../../pages/components/button.ts'
import { emptyState, type RowEntry, rows } from '../../pages/components/rows.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { sendPage } from '../../pages/send-page.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { askedOf, idsOf } from './asked.ts'
import { isMove, MOVE_NEWS, type Move, movesOf } from './move.ts'
import { administrationPage, nextPart } from './page.ts'
import { type AdministrationStep, stepRoute } from './step.ts'

type Subscription = OperationAnswer<'subscriptions.get'>
const STATUSES = ['pending', 'approved', 'suspended'] as const

function isStatus(text: string | undefined): text is Subscription['status'] {
  return STATUSES.some((status) => status === text)
}

function subscriptionsPage(
  me: PortalPerson,
  { status, found }: Readonly<{ status: string | undefined; found: OperationAnswer<'subscriptions.list'> }>,
): Page {
  const path = hrefOf(PATHS.allSubscriptions, {})
  return administrationPage(me, (texts) => {
    const { applications, subscriptions, sections, none } = texts.administration
    const entries = found.items.map((subscription) => rowOf(subscription, texts))
    const content = html`<p>${actionLink(applications.all, path)} · ${actionLink(subscriptions.waiting, `${path}?status=pending`)} · ${actionLink(applications.suspendedOnly, `${path}?status=suspended`)}</p>
${entries.length > 0 ? rows(entries) : emptyState(none)}
${nextPart(path, status === undefined ? {} : { status }, found.next, texts)}`
    return { heading: sections.allSubscriptions.title, content }
  })
}

function rowOf(subscription: Subscription, texts: Texts): RowEntry {
  const { subscriptions, statuses, ofFile } = texts.administration
  const { id, client_id, client_name, api_id, api_name, plan, status, suspended_at, managed_by } = subscription
  const title = subscriptions.of(client_name, api_name)
  const facts = [
    `${client_id} → ${api_id}`,
    plan,
    statuses[status],
    managed_by === 'file' ? ofFile('catalogue.yml') : '',
  ]
  const moves = movesOf({
    isSuspended: suspended_at !== null,
    canSuspend: status !== 'pending',
    canRemove: managed_by !== 'file',
  })
  return {
    title,
    detail: facts.filter(Boolean).join(' · '),
    action: html`<div>${moves.map((move) => html`${actionLink(texts.administration[move], hrefOf(PATHS.subscriptionStep, { subscription: id, step: move }), title)} `)}</div>`,
  }
}

interface FoundStep {
  readonly subscription: Subscription
  readonly etag: string
  readonly move: Move
}

async function readStep(request: FastifyRequest, me: PortalPerson): Promise<FoundStep | undefined> {
  const ids = idsOf(request)
  const [id, move] = [ids.get('subscription') ?? '', ids.get('step') ?? '']
  if (!isMove(move) || !/^sub_[\w-]{22}$/.test(id)) return undefined
  const { body: subscription, etag } = await me.ask('subscriptions.get', { params: { subscription_id: id } })
  return { subscription, etag, move }
}

function stepOf({ subscription, etag, move }: FoundStep, { administration }: Texts): AdministrationStep {
  const { subscriptions, sections } = administration
  const { id, client_name, api_name } = subscription
  return {
    title: subscriptions[move](client_name, api_name),
    button: administration[move],
    kind: move === 'restore' ? 'main' : 'danger',
    effects: subscriptions[`${move}Losses`],
    action: actionOf(PATHS.subscriptionStep, { subscription: id, step: move }),
    back: { label: sections.allSubscriptions.title, href: hrefOf(PATHS.allSubscriptions, {}) },
    etag,
  }
}

function take(me: PortalPerson, { subscription, move }: FoundStep): Promise<unknown> {
  const params = { subscription_id: subscription.id }
  if (move === 'suspend') return me.attempt('subscriptions.suspend', { params })
  if (move === 'restore') return me.attempt('subscriptions.restore', { params })
  return me.attempt('subscriptions.delete', { params, ifMatch: me.form.get('etag') ?? '' })
}

export const SUBSCRIPTION_ROUTES: PortalRoutes = {
  [PATHS.allSubscriptions]: {
    needs: 'administrator',
    async GET(request, reply, me) {
      const { status, cursor } = askedOf(request, ['status', 'cursor'])
      const query = { ...(isStatus(status) && { status }), ...(cursor !== undefined && { cursor }) }
      const { body: found } = await me.ask('subscriptions.list', { query })
      return sendPage(reply, subscriptionsPage(me, { status, found }))
    },
  },
  [PATHS.subscriptionStep]: stepRoute({
    read: readStep,
    stepOf,
    take,
    done: ({ move }) => [hrefOf(PATHS.allSubscriptions, {}), MOVE_NEWS[move]],
  }),
}
