// The page of figures, of all of somebody's applications or of one: calls, refused ones and people, over time and by part.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { linkButton } from '../../pages/components/button.ts'
import { type CallBar, callChart } from '../../pages/components/chart.ts'
import { portalPage } from '../../pages/components/portal-page.ts'
import { emptyState, type RowEntry, rows } from '../../pages/components/rows.ts'
import { tiles } from '../../pages/components/tiles.ts'
import type { Page } from '../../pages/frame.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson } from '../route.ts'
import { USAGE_TIMES, type UsageTime } from './times.ts'

type Figures = OperationAnswer<'usage.list'>

export interface ShownUsage {
  readonly figures: Figures
  readonly time: UsageTime
  /** Whose they are; all of the person's without it. */
  readonly application?: Pick<OperationAnswer<'applications.get'>, 'client_id' | 'name'>
}

export function usagePage({ frame }: PortalPerson, { figures, time, application }: ShownUsage): Page {
  return (texts) => {
    const { portal, usage } = texts
    const heading = application ? usage.of(application.name) : portal.sections.usage.title
    const ids = application && { client: application.client_id }
    const links: UsageLinks = {
      ofTime: (other) => `${ids ? hrefOf(PATHS.usageOfApplication, ids) : PATHS.usage}?time=${other}`,
      ofPart: ({ client_id }) => hrefOf(PATHS.usageOfApplication, { client: client_id }),
    }
    const content = html`${usageContent({ figures, time, links }, texts)}
${ids && linkButton(usage.toRefusals, hrefOf(PATHS.refusals, ids))}`
    const back = application && { label: portal.sections.usage.title, href: PATHS.usage }
    return portalPage({ frame, heading, back, content }, texts)
  }
}

/** Where the parts of the figures lead. */
export interface UsageLinks {
  readonly ofTime: (time: UsageTime) => string
  readonly ofPart: (part: Figures['parts'][number]) => string
}

/** The figures themselves, and the way to other times. */
export function usageContent(
  { figures, time, links }: Pick<ShownUsage, 'figures' | 'time'> & { readonly links: UsageLinks },
  texts: Texts,
): Html {
  return html`${timeLinks(time, links, texts)}
${figures.accepted + figures.refused === 0 ? emptyState(texts.usage.none) : shown(figures, { time, links }, texts)}`
}

function timeLinks(current: UsageTime, { ofTime }: UsageLinks, { usage }: Texts): Html {
  return html`<nav class="times" aria-label="${usage.time}">
${USAGE_TIMES.map(
  (time) => html`<a href="${ofTime(time)}"${time === current && html` aria-current="true"`}>${usage.times[time]}</a>\n`,
)}</nav>`
}

function shown(
  figures: Figures,
  { time, links }: Readonly<{ time: UsageTime; links: UsageLinks }>,
  texts: Texts,
): Html {
  const { usage, language } = texts
  const count = new Intl.NumberFormat(language)
  const calls = figures.accepted + figures.refused
  const people = figures.people === null ? usage.fewPeople : usage.atLeast(count.format(figures.people))
  const shownTiles = [
    { label: usage.calls, value: count.format(calls) },
    { label: usage.refused, value: count.format(figures.refused) },
    // What is older than 30 days is known of nobody any more.
    ...(time === 'year' ? [] : [{ label: usage.people, value: people }]),
  ]
  const finding = usage.finding(count.format(calls), shareOf(figures.refused / calls, language))
  return html`${tiles(shownTiles)}
${callChart(
  figures.periods.map((period) => barOf(period, figures.by, language)),
  finding,
  texts,
)}
<h2>${usage.byPart}</h2>
${rows(figures.parts.map((part) => partRow(part, links.ofPart(part), texts)))}`
}

/** Some is never none. */
function shareOf(share: number, language: string): string {
  const percent = new Intl.NumberFormat(language, { style: 'percent' })
  return share > 0 && share < 0.01 ? `< ${percent.format(0.01)}` : percent.format(share)
}

function barOf({ at, accepted, refused }: Figures['periods'][number], by: Figures['by'], language: string): CallBar {
  const style = by === 'hour' ? ({ weekday: 'short', hour: 'numeric' } as const) : ({ dateStyle: 'medium' } as const)
  const label = new Intl.DateTimeFormat(language, { ...style, timeZone: 'UTC' }).format(new Date(at))
  return { label, accepted, refused }
}

function partRow(
  { name, api_id, plan, accepted, refused }: Figures['parts'][number],
  href: string,
  texts: Texts,
): RowEntry {
  const { usage, language } = texts
  const count = new Intl.NumberFormat(language)
  const said = usage.callsOfWhich(count.format(accepted + refused), count.format(refused))
  return {
    title: name,
    href,
    detail: [api_id, ...(plan === '' ? [] : [plan]), said].join(' · '),
  }
}
