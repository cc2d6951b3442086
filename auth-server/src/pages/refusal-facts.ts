// What a gateway told of a refused call beside its code, read for a sentence. Pure.

/** Nothing of it is certain to be there. */
export type RefusalFactsTold = Readonly<Record<string, unknown>>

/** For whoever made the application. */
export interface Explanation {
  readonly why: string
  readonly todo: string
}

/** A number, whole and without its sign; 0 where it is none. */
export function numberOf(fact: unknown): number {
  return typeof fact === 'number' && Number.isFinite(fact) ? Math.round(Math.abs(fact)) : 0
}

/** Names, separated by commas. */
export function namesOf(fact: unknown): string {
  return Array.isArray(fact) ? fact.map(String).join(', ') : ''
}

/** Seconds in the unit that says most. */
export function inUnits(fact: unknown): Readonly<{ count: number; unit: 'second' | 'minute' | 'hour' | 'day' }> {
  const seconds = numberOf(fact)
  if (seconds < 120) return { count: seconds, unit: 'second' }
  if (seconds < 7200) return { count: Math.round(seconds / 60), unit: 'minute' }
  if (seconds < 172_800) return { count: Math.round(seconds / 3600), unit: 'hour' }
  return { count: Math.round(seconds / 86_400), unit: 'day' }
}
