// The times that figures are shown for. Pure.

export const USAGE_TIMES = ['day', 'month', 'year'] as const
export type UsageTime = (typeof USAGE_TIMES)[number]

export function isUsageTime(text: string): text is UsageTime {
  return USAGE_TIMES.some((time) => time === text)
}

const DAY_MILLIS = 86_400_000
/** Days before today. */
const DAYS = { month: 29, year: 395 } as const

/** What the management API is asked for: the last 24 hours, 30 days or 13 months. */
export function queryOf(time: UsageTime, now: Date): Readonly<{ by: 'hour' | 'day'; since: string; until: string }> {
  const back = time === 'day' ? 23 * 3_600_000 : DAYS[time] * DAY_MILLIS
  return {
    by: time === 'day' ? 'hour' : 'day',
    since: new Date(now.getTime() - back).toISOString(),
    until: now.toISOString(),
  }
}
