// The figures of all applications at once, of one API, or of one application.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { actionLink } from '../../pages/components/button.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import { sendPage } from '../../pages/send-page.ts'
import { allItems } from '../apis/all-items.ts'
import { PATHS } from '../paths.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { askedTime } from '../usage/routes.ts'
import { parametersOf, queryOf, type ShownTime } from '../usage/times.ts'
import { usageContent } from '../usage/view.ts'
import { askedOf } from './asked.ts'
import { administrationPage } from './page.ts'

/** What the address names: one API, one application, or both. */
interface ChosenFigures {
  readonly api?: string
  readonly client?: string
}

interface AllUsage {
  readonly figures: OperationAnswer<'usage.list'>
  readonly apis: readonly OperationAnswer<'apis.list'>['items'][number][]
  readonly time: ShownTime
  readonly chosen: ChosenFigures
}

function hrefWith(changes: Readonly<Record<string, string>>): string {
  return `${PATHS.allUsage}?${new URLSearchParams(changes)}`
}

function allUsagePage(me: PortalPerson, { figures, apis, time, chosen }: AllUsage): Page {
  return administrationPage(me, (texts) => {
    const { usage, administration } = texts
    const at = parametersOf(time)
    const links = {
      path: PATHS.allUsage,
      chosen: { ...chosen },
      ofPart: ({ client_id: client, api_id: api }: (typeof figures.parts)[number]) => hrefWith({ ...at, api, client }),
    }
    const { api: _, ...ofApp } = chosen
    const { client: app, ...ofApi } = chosen
    const content = html`${app !== undefined && html`<p><code>${app}</code> · ${actionLink(usage.allApps, hrefWith({ ...ofApi, ...at }))}</p>`}
<p>${actionLink(usage.allApis, hrefWith({ ...ofApp, ...at }))}${apis.map(({ id, name }) => html` · ${id === chosen.api ? html`<strong>${name}</strong>` : actionLink(name, hrefWith({ ...ofApp, api: id, ...at }))}`)}</p>
${usageContent({ figures, time, links, now: me.now }, texts)}`
    return { heading: administration.sections.allUsage.title, content }
  })
}

export const USAGE_ROUTES: PortalRoutes = {
  [PATHS.allUsage]: {
    needs: 'administrator',
    async GET(request, reply, me) {
      const time = askedTime(request, me.now)
      const chosen = askedOf(request, ['api', 'client'])
      const { api: api_id, client: client_id } = chosen
      const query = { ...queryOf(time, me.now), ...(api_id && { api_id }), ...(client_id && { client_id }) }
      const { body: figures } = await me.ask('usage.list', { query })
      const apis = await allItems(
        async (cursor) => (await me.ask('apis.list', { query: cursor === undefined ? {} : { cursor } })).body,
      )
      return sendPage(reply, allUsagePage(me, { figures, apis, time, chosen }))
    },
  },
}
