// The applications of everybody: suspended, restored and removed, each on a page that names what goes with it.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import type { FastifyRequest } from 'fastify'
import { actionLink } from '../../pages/components/button.ts'
import { note } from '../../pages/components/notice.ts'
import { emptyState, type RowEntry, rows } from '../../pages/components/rows.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { sendPage } from '../../pages/send-page.ts'
import { type Consequences, lossesOf } from '../applications/losses.ts'
import { isMachine } from '../applications/one.ts'
import { searchApps } from '../applications/search.ts'
import { actionOf, hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { askedOf, idsOf, isPersonId } from './asked.ts'
import { isMove, MOVE_NEWS, type Move, movesOf } from './move.ts'
import { administrationPage, nextPart } from './page.ts'
import { type AdministrationStep, stepRoute } from './step.ts'

const FILTERS = ['q', 'suspended', 'owned', 'sole_owner', 'cursor'] as const

type Application = OperationAnswer<'applications.get'>
type Filter = Readonly<Partial<Record<(typeof FILTERS)[number], string>>>

function applicationsPage(
  me: PortalPerson,
  { asked, found }: Readonly<{ asked: Filter; found: OperationAnswer<'applications.list'> }>,
): Page {
  const path = hrefOf(PATHS.allApplications, {})
  return administrationPage(me, (texts) => {
    const { applications, sections, none } = texts.administration
    const entries = found.items.map((application) => rowOf(application, texts))
    const { cursor: _, ...kept } = asked
    const content = html`${searchApps(path, asked.q, texts)}
${asked.sole_owner !== undefined && note(applications.solelyOwned(asked.sole_owner))}
<p>${actionLink(applications.all, path)} · ${actionLink(applications.unowned, `${path}?owned=false`)} · ${actionLink(applications.suspendedOnly, `${path}?suspended=true`)}</p>
${entries.length > 0 ? rows(entries) : emptyState(none)}
${nextPart(path, kept, found.next, texts)}`
    return { heading: sections.allApplications.title, content }
  })
}

function rowOf(application: Application, texts: Texts): RowEntry {
  const { name, client_id, kind, owners, suspended_at, managed_by, name_verified } = application
  const { applications, statuses, ofFile } = texts.administration
  const facts = [
    client_id,
    texts.portalApplications.kinds[isMachine(application) ? 'machine' : kind],
    applications.owners(owners),
    suspended_at === null ? '' : statuses.suspended,
    managed_by === 'file' ? ofFile('catalogue.yml') : '',
  ]
  const moves = movesOf({ isSuspended: suspended_at !== null, canRemove: managed_by !== 'file' })
  const { vouch } = applications
  const vouching = [
    ...(managed_by === 'file'
      ? []
      : [actionLink(applications.handOver.link, hrefOf(PATHS.newOwner, { client: client_id }), name)]),
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
  /** Undefined where nothing goes: only a removal says what goes with it. */
  readonly consequences: Consequences | undefined
  readonly move: Move
}

async function readStep(request: FastifyRequest, me: PortalPerson): Promise<FoundStep | undefined> {
  const ids = idsOf(request)
  const [clientId, move] = [ids.get('client') ?? '', ids.get('step') ?? '']
  if (!isMove(move)) return undefined
  const { body: application, etag } = await me.ask('applications.get', { params: { client_id: clientId } })
  const losses = move === 'remove' && (await me.ask('applications.consequences', { params: { client_id: clientId } }))
  return { application, etag, consequences: losses ? losses.body : undefined, move }
}

function stepOf({ application, etag, consequences, move }: FoundStep, texts: Texts): AdministrationStep {
  const { administration } = texts
  const { applications, sections } = administration
  const { name, client_id: client } = application
  return {
    title: applications[move](name),
    button: administration[move],
    kind: move === 'restore' ? 'main' : 'danger',
    effects: consequences ? lossesOf(consequences, texts) : move === 'remove' ? [] : applications[`${move}Losses`],
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

export const APPLICATION_ROUTES: PortalRoutes = {
  [PATHS.allApplications]: {
    needs: 'administrator',
    async GET(request, reply, me) {
      const asked = askedOf(request, FILTERS)
      const { suspended, owned, sole_owner, q, cursor } = asked
      const query = {
        ...(suspended !== undefined && { suspended: suspended === 'true' }),
        ...(owned !== undefined && { owned: owned === 'true' }),
        ...(sole_owner !== undefined && isPersonId(sole_owner) && { sole_owner }),
        ...(q !== undefined && { q }),
        ...(cursor !== undefined && { cursor }),
      }
      const { body: found } = await me.ask('applications.list', { query })
      return sendPage(reply, applicationsPage(me, { asked, found }))
    },
  },
  [PATHS.applicationStep]: stepRoute({
    read: readStep,
    stepOf,
    take,
    done: ({ move }) => [hrefOf(PATHS.allApplications, {}), MOVE_NEWS[move]],
  }),
}
