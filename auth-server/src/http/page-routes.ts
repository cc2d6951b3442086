// Mounts a page: what each method of its address does, 405 for every other one, and errors shown as pages.
import type { FastifyInstance, RouteHandlerMethod } from 'fastify'
import { allowOnly } from './methods.ts'

/** What the methods of one address do: to look, and to change something. */
export interface PageHandlers {
  readonly GET?: RouteHandlerMethod
  readonly POST?: RouteHandlerMethod
}

export function addPage(app: FastifyInstance, url: string, { GET, POST }: PageHandlers): void {
  const config = { errors: 'page' } as const
  if (GET) app.get(url, { config }, GET)
  if (POST) app.post(url, { config }, POST)
  allowOnly(app, url, [...(GET ? (['GET'] as const) : []), ...(POST ? (['POST'] as const) : [])])
}
