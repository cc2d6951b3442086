// A search of the audit log: what a page or a file asks for, and what it finds.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import type { FastifyRequest } from 'fastify'
import type { PortalPerson } from '../route.ts'
import { askedOf } from './asked.ts'

export type FoundEvent = OperationAnswer<'audit.list'>['items'][number]
const FILTERS = ['type', 'client_id', 'api_id', 'person_id', 'since', 'until'] as const
export type AuditFilter = Readonly<Partial<Record<(typeof FILTERS)[number], string>>>
const DAY_MILLIS = 86_400_000

export interface FoundEvents {
  readonly items: readonly FoundEvent[]
  readonly next: string | null
}

/** The last moment that a calendar of four digits has. */
const LAST_MILLIS = Date.parse('9999-12-31T23:59:59.999Z')

/** Days as moments: the last one whole. */
function queryOf({ since, until, ...rest }: AuditFilter) {
  const end = until === undefined ? undefined : Math.min(Date.parse(until) + DAY_MILLIS, LAST_MILLIS)
  return {
    ...rest,
    ...(since !== undefined && { since: new Date(since).toISOString() }),
    ...(end !== undefined && { until: new Date(end).toISOString() }),
  }
}

/** A date that is only a day is in UTC (ECMAScript, Date.parse); the 31st of a shorter month would be another day. */
function isDay(text: string): boolean {
  const moment = new Date(text)
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(moment.getTime()) && moment.toISOString().slice(0, 10) === text
}

export function hasBadDay({ since, until }: AuditFilter): boolean {
  return [since, until].some((day) => day !== undefined && !isDay(day))
}

export function searchAudit(
  me: PortalPerson,
  filter: AuditFilter,
  limit: number,
  cursor: string | undefined,
): Promise<FoundEvents> {
  const query = { ...queryOf(filter), limit, ...(cursor !== undefined && { cursor }) }
  return me.ask('audit.list', { query }).then(({ body }) => body)
}

export function filterOf(request: FastifyRequest): AuditFilter {
  return askedOf(request, FILTERS)
}
