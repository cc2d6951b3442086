// The page of figures, of all of somebody's applications or of one: calls, refused ones and people, over time and by part.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { actionLink, button, linkButton } from '../../pages/components/button.ts'
import { type CallBar, callChart } from '../../pages/components/chart.ts'
import { searchForm } from '../../pages/components/form.ts'
import { portalPage } from '../../pages/components/portal-page.ts'
import { emptyState, type RowEntry, rows } from '../../pages/components/rows.ts'
import { tiles } from '../../pages/components/tiles.ts'
import type { Page } from '../../pages/frame.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'
import { hrefOf, PATHS } from '../paths.ts'
import type { PortalPerson } from '../route.ts'
import { dayOfMoment, daysByHour, keptDay, parametersOf, type ShownTime, USAGE_TIMES } from './times.ts'

type Figures = OperationAnswer<'usage.list'>

export interface ShownUsage {
  readonly figures: Figures
  readonly time: ShownTime
  /** Whose they are; all of the person's without it. */
  readonly application?: Pick<OperationAnswer<'applications.get'>, 'client_id' | 'name'>
}

export function usagePage({ frame, now }: PortalPerson, { figures, time, application }: ShownUsage): Page {
  return (texts) => {
    const { portal, usage } = texts
    const heading = application ? usage.of(application.name) : portal.sections.usage.title
    const ids = application && { client: application.client_id }
    const links: UsageLinks = {
      path: ids ? hrefOf(PATHS.usageOfApplication, ids) : PATHS.usage,
      chosen: {},
      ofPart: ({ client_id }) => hrefOf(PATHS.usageOfApplication, { client: client_id }),
    }
    const content = html`${usageContent({ figures, time, links, now }, texts)}
${ids && linkButton(usage.toRefusals, hrefOf(PATHS.refusals, ids))}`
    const back = application && { label: portal.sections.usage.title, href: PATHS.usage }
    return portalPage({ frame, heading, back, content }, texts)
  }
}

/** Where the figures lead. */
export interface UsageLinks {
  readonly path: string
  /** What stays chosen at another time. */
  readonly chosen: Readonly<Record<string, string>>
  readonly ofPart: (part: Figures['parts'][number]) => string
}

interface UsageContent extends Pick<ShownUsage, 'figures' | 'time'> {
  readonly links: UsageLinks
  readonly now: Date
}

/** The figures themselves, and the way to other times. */
export function usageContent(content: UsageContent, texts: Texts): Html {
  const { accepted, refused } = content.figures
  return html`${timeLinks(content, texts)}
${accepted + refused === 0 ? emptyState(texts.usage.none) : shown(content, texts)}`
}

function hrefAt({ path, chosen }: UsageLinks, time: ShownTime): string {
  return `${path}?${new URLSearchParams({ ...chosen, ...parametersOf(time) })}`
}

function timeLinks({ time: current, links, now }: UsageContent, texts: Texts): Html {
  const { usage } = texts
  const day = typeof current === 'string' ? '' : current.day
  const { first, last } = daysByHour(now)
  return html`<nav class="times" aria-label="${usage.time}">
${USAGE_TIMES.map(
  (time) =>
    html`<a href="${hrefAt(links, time)}"${time === current && html` aria-current="true"`}>${usage.times[time]}</a>\n`,
)}</nav>
${searchForm(
  links.path,
  html`${Object.entries(links.chosen).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">\n`)}<label for="day">${usage.oneDay}</label>
<input id="day" name="day" type="date" value="${day}" min="${first}" max="${last}" required autocomplete="off">
${button(usage.byHour, 'quiet')}`,
)}${day !== '' && dayHeading(day, { links, now }, texts)}`
}

/** Which day it is, between the ways to the one before and the one after. */
function dayHeading(
  day: string,
  { links, now }: Pick<UsageContent, 'links' | 'now'>,
  { usage, language }: Texts,
): Html {
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeZone: 'UTC' })
  const [before, after] = [keptDay(day, now, -1), keptDay(day, now, 1)]
  return html`<h2>${format.format(new Date(day))}</h2>
<p>${before && actionLink(usage.dayBefore, hrefAt(links, before))}${before && after && ' · '}${after && actionLink(usage.dayAfter, hrefAt(links, after))}</p>`
}

function shown({ figures, time, links, now }: UsageContent, texts: Texts): Html {
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
  // A day among days leads to its hours, while they are kept.
  const hoursOf = (at: string): string | undefined => {
    const day = figures.by === 'day' ? keptDay(dayOfMoment(new Date(at)), now) : undefined
    return day && hrefAt(links, day)
  }
  const finding = usage.finding(count.format(calls), shareOf(figures.refused / calls, language))
  return html`${tiles(shownTiles)}
${callChart(
  figures.periods.map((period) => ({ ...barOf(period, figures.by, language), href: hoursOf(period.at) })),
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
