// The times that figures are shown for: up to now, or one day by the hour. Pure.
import type { Parameters } from '../../http/parameters.ts'
import { HOURS_KEPT_DAYS } from '../../store/tables/usage-hours.ts'

export const USAGE_TIMES = ['day', 'month', 'year'] as const
export type UsageTime = (typeof USAGE_TIMES)[number]
/** One day of UTC, by the hour. */
export interface OneDay {
  /** As dates are written: 2026-11-28. */
  readonly day: string
}
export type ShownTime = UsageTime | OneDay

const HOUR_MILLIS = 3_600_000
const DAY_MILLIS = 86_400_000
/** Days before today. */
const DAYS = { month: HOURS_KEPT_DAYS - 1, year: 395 } as const

export function dayOfMoment(moment: Date): string {
  return moment.toISOString().slice(0, 10)
}

/** The days whose hours are all kept. */
export function daysByHour(now: Date): Readonly<{ first: string; last: string }> {
  return { first: dayOfMoment(new Date(now.getTime() - DAYS.month * DAY_MILLIS)), last: dayOfMoment(now) }
}

/** The day so many days after another, where its hours are kept; undefined elsewhere, and for what is no date. */
export function keptDay(day: string, now: Date, daysLater = 0): OneDay | undefined {
  const moment = new Date(`${day}T00:00:00Z`)
  if (Number.isNaN(moment.getTime()) || dayOfMoment(moment) !== day) return undefined
  const other = dayOfMoment(new Date(moment.getTime() + daysLater * DAY_MILLIS))
  const { first, last } = daysByHour(now)
  return first <= other && other <= last ? { day: other } : undefined
}

/** What an address asks for; the last 24 hours where it names nothing that there is. */
export function timeOf(asked: Parameters, now: Date): ShownTime {
  const time = asked.get('time') ?? ''
  return keptDay(asked.get('day') ?? '', now) ?? USAGE_TIMES.find((known) => known === time) ?? 'day'
}

/** How an address asks for it. */
export function parametersOf(time: ShownTime): Readonly<Record<string, string>> {
  return typeof time === 'string' ? { time } : { day: time.day }
}

/** What the management API is asked for: the last 24 hours, 30 days or 13 months; or the hours of a day. */
export function queryOf(time: ShownTime, now: Date): Readonly<{ by: 'hour' | 'day'; since: string; until: string }> {
  if (typeof time !== 'string') {
    const begins = Date.parse(`${time.day}T00:00:00Z`)
    const until = new Date(Math.min(begins + DAY_MILLIS - HOUR_MILLIS, now.getTime())).toISOString()
    return { by: 'hour', since: new Date(begins).toISOString(), until }
  }
  const back = time === 'day' ? 23 * HOUR_MILLIS : DAYS[time] * DAY_MILLIS
  return {
    by: time === 'day' ? 'hour' : 'day',
    since: new Date(now.getTime() - back).toISOString(),
    until: now.toISOString(),
  }
}
