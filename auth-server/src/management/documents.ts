// The contract as others read it, for anybody: an OpenAPI document for programs, and a page for people.
import type { FastifyInstance } from 'fastify'
import { allowOnly } from '../http/methods.ts'
import type { Pages } from '../http/page-routes.ts'
import { sendPage } from '../pages/send-page.ts'
import { openApiDocument } from './openapi.ts'
import { OPENAPI_PATH, REFERENCE_PATH } from './paths.ts'
import { referencePage } from './reference-page.ts'

/** @param tokenUrl where tokens for it come from */
export function addOpenApiDocument(app: FastifyInstance, issuer: string, tokenUrl: string): void {
  const config = { errors: 'problem details' } as const
  const document = JSON.stringify(openApiDocument(issuer, tokenUrl))
  app.get(OPENAPI_PATH, { config }, (_request, reply) => reply.type('application/json').send(document))
  allowOnly(app, OPENAPI_PATH, ['GET'], config)
}

export function referencePages(issuer: string): Pages {
  return {
    [REFERENCE_PATH]: { GET: (_request, reply) => sendPage(reply, referencePage(issuer)) },
  }
}
