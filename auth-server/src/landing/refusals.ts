// The last requests that were refused, for the developer in front of the page at `/`: kept in memory, a few, and in development alone.
import type { FastifyRequest } from 'fastify'
import type { HttpProblem } from '../http/problem.ts'

/** One of them: what was asked, and why it was refused. No parameter, no address, no person. */
export interface RefusedRequest {
  readonly at: Date
  readonly method: string
  /** The route's pattern: what stands in an address may prove something. */
  readonly route: string
  readonly status: number
  readonly clientId: string | undefined
  /** The code of the error, and its sentence for developers. */
  readonly code: string
  readonly description: string
  /** What only the log is told otherwise. */
  readonly detail: string | undefined
}

export interface Refusals {
  note(refusal: RefusedRequest): void
  /** The last one first. */
  list(): readonly RefusedRequest[]
}

export function refusalOf(
  { method, routeOptions, caller }: FastifyRequest,
  { status, code, description, detail }: HttpProblem,
  at: Date,
): RefusedRequest {
  return { at, method, route: routeOptions.url ?? '', status, clientId: caller?.clientId, code, description, detail }
}

/** How many are shown. */
export const KEPT_REFUSALS = 10

/** @param isKept whether anything is kept at all */
export function keepRefusals(isKept: boolean): Refusals {
  let kept: readonly RefusedRequest[] = []
  return {
    note(refusal) {
      if (isKept) kept = [refusal, ...kept].slice(0, KEPT_REFUSALS)
    },
    list: () => kept,
  }
}
