// Serves the scripts of pages from our own origin, for as long as a browser cares to keep them.
import type { FastifyInstance } from 'fastify'
import { allowOnly } from '../http/methods.ts'
import { PageScript } from './page-script.ts'

export function serveScripts(app: FastifyInstance): void {
  for (const { path, text } of Object.values(PageScript.all)) {
    app.get(path, { exposeHeadRoute: true }, (_request, reply) =>
      reply
        .headers({
          'cache-control': 'public, max-age=31536000, immutable',
          'cross-origin-resource-policy': 'same-origin',
        })
        .type('text/javascript; charset=utf-8')
        .send(text),
    )
    allowOnly(app, path, ['GET', 'HEAD'])
  }
}
