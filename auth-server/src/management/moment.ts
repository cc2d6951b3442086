// Moments as they are told and asked for: RFC 3339 in UTC. Pure.
import { invalid } from './refusals.ts'

export function moment(date: Date | null): string | null {
  return date?.toISOString() ?? null
}

/** @throws {HttpProblem} 400 for one that a calendar does not have */
export function readMoment(name: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const date = new Date(text)
  if (Number.isNaN(date.getTime())) throw invalid('moment', name)
  return date
}
