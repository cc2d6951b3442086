// GET /revocations: what gateways must not accept any more, though it has not expired; an extension of ours, by long poll.
import type { FastifyInstance, RouteHandlerMethod } from 'fastify'
import type { Deps } from '../../deps.ts'
import { Parameters } from '../../http/parameters.ts'
import { type FeedPage, type FeedPlace, type Revocation, readRevocations } from '../../store/tables/revocations.ts'
import { ACCESS_TOKEN_TTL_SECONDS } from '../../tokens/access-token.ts'
import { OAuthError } from '../errors.ts'
import { REVOCATIONS_SCOPE, requireGateway } from './gateway-access.ts'
import { watchRevocations } from './watch.ts'

const PAGE_SIZE = 1000
const MAX_WAIT_SECONDS = 30
/** A token that was being issued while its family ended may be this much younger than the end says. */
const ISSUE_LEEWAY_SECONDS = 60
/** The most that gateways tolerate between their clock and ours. */
const CLOCK_LEEWAY_SECONDS = 60

/** After this many seconds every token that a revocation is about has expired, everywhere. */
const RELEVANT_SECONDS = ACCESS_TOKEN_TTL_SECONDS + ISSUE_LEEWAY_SECONDS + CLOCK_LEEWAY_SECONDS

const CURSOR = /^(\d{1,18})\.([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/

/** A cursor that we did not write is one of another history. */
function readCursor(text: string | undefined): FeedPlace | undefined {
  const [, seq, mark] = CURSOR.exec(text ?? '') ?? []
  return seq && mark ? { seq, mark } : undefined
}

function readWait(text = '0'): number {
  if (/^\d{1,2}$/.test(text) && Number(text) <= MAX_WAIT_SECONDS) return Number(text)
  throw new OAuthError('invalid_request', `wait is a number of seconds from 0 to ${MAX_WAIT_SECONDS}`)
}

/** One event on the wire. `exp`: Unix seconds from which on no token that it is about is valid any more. */
function toEvent({ kind, data, at }: Revocation) {
  return {
    type: kind,
    ...data,
    exp: at + ACCESS_TOKEN_TTL_SECONDS + ISSUE_LEEWAY_SECONDS,
  }
}

function toAnswer({ known, place, complete, revocations, now }: FeedPage, asked: boolean) {
  return {
    cursor: `${place.seq}.${place.mark}`,
    complete,
    // The cursor that was sent is of another database, of a backup's lost future, or too old: this starts from nothing.
    resync: asked && !known,
    events: revocations.map(toEvent),
    now,
  }
}

export function revocationsHandler(deps: Deps, app: FastifyInstance): RouteHandlerMethod {
  const { db } = deps
  const watch = watchRevocations(db)
  app.addHook('preClose', async () => watch.close())
  const window = { limit: PAGE_SIZE, sinceSeconds: RELEVANT_SECONDS }

  return async (request, reply) => {
    await requireGateway(deps, request, reply, REVOCATIONS_SCOPE)
    const parameters = Parameters.ofUrl(request.raw.url ?? '')
    parameters.requireSound()
    const cursor = parameters.get('cursor')
    const waitSeconds = readWait(parameters.get('wait'))
    const page = await readRevocations(db, readCursor(cursor), window)
    if (!page.known || page.revocations.length > 0 || waitSeconds === 0) return toAnswer(page, cursor !== undefined)

    const gone = new AbortController()
    reply.raw.once('close', () => gone.abort())
    await watch.waitBeyond(page.place, waitSeconds * 1000, gone.signal)
    return toAnswer(await readRevocations(db, page.place, window), true)
  }
}
