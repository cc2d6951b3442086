// Mounts pages: what each method of its address does, 405 for every other one, and errors shown as pages.
import type { FastifyInstance, RouteHandlerMethod } from 'fastify'
import { allowOnly } from './methods.ts'

/** What the methods of one address do: to look, and to change something. */
export interface PageHandlers {
  readonly GET?: RouteHandlerMethod
  readonly POST?: RouteHandlerMethod
}

/** Pages and forms, by the patterns of their addresses. */
export type Pages = Readonly<Record<string, PageHandlers>>

export function mountPages(app: FastifyInstance, pages: Pages): void {
  const config = { errors: 'page' } as const
  for (const [url, { GET, POST }] of Object.entries(pages)) {
    if (GET) app.get(url, { config }, GET)
    if (POST) app.post(url, { config }, POST)
    allowOnly(app, url, [...(GET ? (['GET'] as const) : []), ...(POST ? (['POST'] as const) : [])], config)
  }
}
