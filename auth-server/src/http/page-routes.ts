// Mounts pages: what each method of its address does, 405 for every other one, and errors shown as pages.
import type { FastifyInstance, RouteHandlerMethod } from 'fastify'
import { allowOnly } from './methods.ts'
import { addUploads } from './upload.ts'

/** What the methods of one address do: to look, and to change something. */
export interface PageHandlers {
  readonly GET?: RouteHandlerMethod
  readonly POST?: RouteHandlerMethod
  /** Of what is posted, where that may be longer than a form of ours. */
  readonly bodyLimitBytes?: number
  /** Of the file that its form brings, where it takes one. */
  readonly maxFileBytes?: number
}

/** Pages and forms, by the patterns of their addresses. */
export type Pages = Readonly<Record<string, PageHandlers>>

export function mountPages(app: FastifyInstance, pages: Pages): void {
  for (const [url, handlers] of Object.entries(pages)) {
    const { maxFileBytes } = handlers
    if (maxFileBytes === undefined) mountPage(app, url, handlers)
    else
      app.register(async (scope) => {
        addUploads(scope, maxFileBytes)
        mountPage(scope, url, handlers)
      })
  }
}

function mountPage(app: FastifyInstance, url: string, { GET, POST, bodyLimitBytes }: PageHandlers): void {
  const config = { errors: 'page' } as const
  if (GET) app.get(url, { config }, GET)
  if (POST) app.post(url, { config, ...(bodyLimitBytes !== undefined && { bodyLimit: bodyLimitBytes }) }, POST)
  allowOnly(app, url, [...(GET ? (['GET'] as const) : []), ...(POST ? (['POST'] as const) : [])], config)
}
