// A moment as people say it ("2 hours ago"), with the exact time for those who need it.
import { type Html, html } from '../html.ts'
import type { Texts } from '../locales/en.ts'

const UNITS = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['week', 7 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const

/** How long ago, in the largest unit that there is one of. */
export function agoInWords(secondsAgo: number, { language, account }: Texts): string {
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  const unit = UNITS.find(([, seconds]) => secondsAgo >= seconds)
  return unit ? format.format(-Math.floor(secondsAgo / unit[1]), unit[0]) : account.parts.justNow
}

/** The moment itself; the server does not know where its reader is, so it says which clock it reads. */
export function exactTime(moment: Date, { language }: Texts): string {
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })
  return `${format.format(moment)} UTC`
}

/** @param now by the clock that `moment` was taken from; what lies after it counts as now */
export function timeAgo(moment: Date, now: Date, texts: Texts): Html {
  const words = agoInWords((now.getTime() - moment.getTime()) / 1000, texts)
  return html`<time datetime="${moment.toISOString()}" title="${exactTime(moment, texts)}">${words}</time>`
}

/** A day, for what matters longer than a list does. */
export function dayOf(moment: Date, texts: Texts): Html {
  const words = new Intl.DateTimeFormat(texts.language, { dateStyle: 'long', timeZone: 'UTC' }).format(moment)
  return html`<time datetime="${moment.toISOString()}" title="${exactTime(moment, texts)}">${words}</time>`
}
