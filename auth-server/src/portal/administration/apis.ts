// The APIs of the catalogue: put out of use and back, each on a page that says what comes of it.
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
import { MOVE_NEWS } from './move.ts'
import { administrationPage, nextPart } from './page.ts'
import { type AdministrationStep, stepRoute } from './step.ts'

type Api = OperationAnswer<'apis.get'>
type ApiMove = 'suspend' | 'restore'

function isApiMove(text: string): text is ApiMove {
  return text === 'suspend' || text === 'restore'
}

function apisPage(
  me: PortalPerson,
  { suspended, found }: Readonly<{ suspended: boolean; found: OperationAnswer<'apis.list'> }>,
): Page {
  const path = hrefOf(PATHS.allApis, {})
  return administrationPage(me, (texts) => {
    const { applications, sections, none } = texts.administration
    // Those of the server itself are the operator's to change.
    const entries = found.items.filter((api) => !api.built_in).map((api) => rowOf(api, texts))
    const content = html`<p>${actionLink(applications.all, path)} · ${actionLink(applications.suspendedOnly, `${path}?suspended=true`)}</p>
${entries.length > 0 ? rows(entries) : emptyState(none)}
${nextPart(path, suspended ? { suspended: 'true' } : {}, found.next, texts)}`
    return { heading: sections.allApis.title, content }
  })
}

function rowOf({ id, name, managed_by, suspended_at }: Api, texts: Texts): RowEntry {
  const { statuses, ofFile } = texts.administration
  const step = suspended_at === null ? 'suspend' : 'restore'
  const facts = [
    id,
    suspended_at === null ? '' : statuses.suspended,
    managed_by === 'file' ? ofFile('catalogue.yml') : '',
  ]
  return {
    title: name,
    detail: facts.filter(Boolean).join(' · '),
    action: actionLink(texts.administration[step], hrefOf(PATHS.apiStep, { api: id, step }), name),
  }
}

interface FoundStep {
  readonly api: Api
  readonly move: ApiMove
}

async function readStep(request: FastifyRequest, me: PortalPerson): Promise<FoundStep | undefined> {
  const ids = idsOf(request)
  const move = ids.get('step') ?? ''
  if (!isApiMove(move)) return undefined
  const { body: api } = await me.ask('apis.get', { params: { id: ids.get('api') ?? '' } })
  return api.built_in ? undefined : { api, move }
}

function stepOf({ api, move }: FoundStep, { administration }: Texts): AdministrationStep {
  const { apis, sections } = administration
  return {
    title: apis[move](api.name),
    button: administration[move],
    kind: move === 'restore' ? 'main' : 'danger',
    effects: apis[`${move}Effects`],
    action: actionOf(PATHS.apiStep, { api: api.id, step: move }),
    back: { label: sections.allApis.title, href: hrefOf(PATHS.allApis, {}) },
  }
}

export const API_ROUTES: PortalRoutes = {
  [PATHS.allApis]: {
    needs: 'administrator',
    async GET(request, reply, me) {
      const { suspended, cursor } = askedOf(request, ['suspended', 'cursor'])
      const isSuspended = suspended === 'true'
      const query = { ...(isSuspended && { suspended: true }), ...(cursor !== undefined && { cursor }) }
      const { body: found } = await me.ask('apis.list', { query })
      return sendPage(reply, apisPage(me, { suspended: isSuspended, found }))
    },
  },
  [PATHS.apiStep]: stepRoute({
    read: readStep,
    stepOf,
    take: (me, { api, move }): Promise<unknown> =>
      me.attempt(move === 'suspend' ? 'apis.suspend' : 'apis.restore', { params: { id: api.id } }),
    done: ({ move }) => [hrefOf(PATHS.allApis, {}), MOVE_NEWS[move]],
  }),
}
