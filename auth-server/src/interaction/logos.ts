// Serves the logos of applications: our own encoding of them, under a name that says which image it is.
import type { FastifyInstance } from 'fastify'
import { logoPath } from '../catalogue/logo.ts'
import type { Deps } from '../deps.ts'
import { allowOnly } from '../http/methods.ts'
import { HttpProblem } from '../http/problem.ts'
import { findLogo } from '../store/tables/application-logos.ts'

const HASH = /^[\w-]{43}$/

export function serveLogos(app: FastifyInstance, { db }: Pick<Deps, 'db'>): void {
  const url = logoPath(':hash')
  app.get<{ Params: { hash: string } }>(url, { exposeHeadRoute: true }, async ({ params: { hash } }, reply) => {
    const image = HASH.test(hash) ? await findLogo(db, hash) : undefined
    if (!image) throw new HttpProblem('not_found', 'there is no logo at this address', { status: 404 })
    reply.headers({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'content-type': 'image/webp',
    })
    return image
  })
  allowOnly(app, url, ['GET', 'HEAD'])
}
