// The pages on the server itself: its keys, and how it fares.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { note } from '../../pages/components/notice.ts'
import { emptyState, type RowEntry, rows } from '../../pages/components/rows.ts'
import { summaryList } from '../../pages/components/summary.ts'
import { dayOf, timeAgo } from '../../pages/components/time.ts'
import type { Page } from '../../pages/frame.ts'
import { html } from '../../pages/html.ts'
import { sendPage } from '../../pages/send-page.ts'
import { PATHS } from '../paths.ts'
import type { PortalPerson, PortalRoutes } from '../route.ts'
import { administrationPage } from './page.ts'

type Key = OperationAnswer<'keys.list'>['items'][number]
type Health = OperationAnswer<'health.get'>

function keysPage(me: PortalPerson, found: readonly Key[]): Page {
  return administrationPage(me, (texts) => {
    const { keys, sections } = texts.administration
    const entries = found.map(({ kid, alg, state, signs_from, signs_until }) => ({
      title: `${alg}: ${keys.states[state]}`,
      detail: html`${keys.from} ${dayOf(new Date(signs_from), texts)} · ${keys.until} ${dayOf(new Date(signs_until), texts)}<br><code>${kid}</code>`,
    }))
    return {
      heading: sections.keys.title,
      content: html`<p>${keys.lead}</p>\n${rows(entries)}${note(keys.commands)}`,
    }
  })
}

function healthPage(me: PortalPerson, { version, instance, database, gateways, deliveries, jobs }: Health): Page {
  return administrationPage(me, (texts) => {
    const { health, sections } = texts.administration
    const ago = (moment: string) => timeAgo(new Date(moment), me.now, texts)
    const state = database.writable ? health.writable : health.notWritable
    const summary = [
      { key: health.version, value: version },
      { key: health.instance, value: instance },
      { key: health.database, value: `${state}, ${health.schema(database.schema)}` },
    ]
    const content = html`${summaryList(summary, texts)}
<h2>${health.gateways}</h2>
${rowsOr(
  gateways.map(({ client_id, nodes, heard_at, lost_calls, lost_refusals }) => ({
    title: client_id,
    detail: html`${health.nodes(nodes)} · ${health.heard(ago(heard_at))}${
      lost_calls + lost_refusals > 0 && html` · ${health.lost(lost_calls, lost_refusals)}`
    }`,
  })),
  health.noGateways,
)}
<h2>${health.deliveries}</h2>
${rowsOr(
  deliveries.map(({ kind, waiting, failing }) => ({
    title: inWords(kind, health.kinds),
    detail: health.waiting(waiting, failing),
  })),
  health.noDeliveries,
)}
<h2>${health.jobs}</h2>
${rowsOr(
  jobs.map(({ name, ran_at, failed }) => ({
    title: inWords(name, health.jobNames),
    detail: ran_at === null ? health.notYet : failed ? health.failed : health.ran(ago(ran_at)),
  })),
  health.noJobs,
)}`
    return { heading: sections.health.title, content }
  })
}

function rowsOr(entries: readonly RowEntry[], empty: string) {
  return entries.length > 0 ? rows(entries) : emptyState(empty)
}

/** What an instance of another release says of has its plain name. */
function inWords(name: string, words: Readonly<Record<string, string>>): string {
  return new Map(Object.entries(words)).get(name) ?? name
}

export const SERVER_ROUTES: PortalRoutes = {
  [PATHS.keys]: {
    needs: 'administrator',
    async GET(_request, reply, me) {
      return sendPage(reply, keysPage(me, (await me.ask('keys.list')).body.items))
    },
  },
  [PATHS.health]: {
    needs: 'administrator',
    async GET(_request, reply, me) {
      return sendPage(reply, healthPage(me, (await me.ask('health.get')).body))
    },
  },
}
