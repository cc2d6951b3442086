// GET /.well-known/assetlinks.json and apple-app-site-association: which apps open our links and use our passkeys.
import type { RouteHandlerMethod } from 'fastify'
import { assetLinks, siteAssociation } from '../catalogue/app-links.ts'
import { sha256 } from '../crypto/digest.ts'
import type { Deps } from '../deps.ts'
import type { Db } from '../store/database.ts'
import { listApprovedIdentities, type NamedIdentity } from '../store/tables/app-identities.ts'

/** For how long whoever reads it may keep it; what the systems of phones do beyond that: docs/app-links.md. */
const MAX_AGE_SECONDS = 300
/** Milliseconds: strangers cost one query in this time, however many they are. */
const LIST_LIFE = 1_000

/** The records of the apps that are let in, read once for all who ask at the same time. */
function recentIdentities(db: Db): () => Promise<readonly NamedIdentity[]> {
  let list: Promise<readonly NamedIdentity[]> | undefined
  let readAt = Number.NEGATIVE_INFINITY
  return async () => {
    if (list === undefined || performance.now() - readAt > LIST_LIFE) {
      readAt = performance.now()
      list = listApprovedIdentities(db)
    }
    try {
      return await list
    } catch (error) {
      list = undefined
      throw error
    }
  }
}

function documentHandler(write: (identities: readonly NamedIdentity[]) => object) {
  return ({ db }: Deps): RouteHandlerMethod => {
    const identities = recentIdentities(db)
    return async (request, reply) => {
      const text = JSON.stringify(write(await identities()))
      const etag = `"${sha256(text)}"`
      reply.headers({ 'cache-control': `public, max-age=${MAX_AGE_SECONDS}`, etag })
      if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send()
      // Apple's file has no extension, so the type is all that says what it is.
      return reply.type('application/json').send(text)
    }
  }
}

/** RFC 9110 §13.1.2: compared weakly, for a proxy that compresses on the way makes it a weak one. */
function isKnown(header: string | undefined, etag: string): boolean {
  return (header ?? '').split(',').some((known) => known.trim().replace(/^W\//, '') === etag)
}

export const assetLinksHandler = documentHandler(assetLinks)
export const siteAssociationHandler = documentHandler(siteAssociation)
