// Where providers' answers end: each answer counts once, in the browser that it was begun in, and then decides who is signed in.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ofRequest } from '../../audit/context.ts'
import { sha256 } from '../../crypto/digest.ts'
import type { Deps } from '../../deps.ts'
import type { PageHandlers } from '../../http/page-routes.ts'
import { Parameters } from '../../http/parameters.ts'
import { authenticatedBy } from '../../identity/acr.ts'
import { federationPath } from '../../identity/federation/addresses.ts'
import { followGroups, toldGroups } from '../../identity/federation/group-mapping.ts'
import { keptSubject } from '../../identity/federation/kept-subject.ts'
import { link } from '../../identity/federation/links.ts'
import { waysOf } from '../../identity/federation/offered.ts'
import { CancelledThere, type UpstreamIdentity } from '../../identity/federation/provider.ts'
import type { IdentityProvider, VouchedAddress } from '../../identity/federation/providers.ts'
import { recognise } from '../../identity/federation/recognise.ts'
import { inBrief } from '../../logger/brief-error.ts'
import { languageOf } from '../../pages/language.ts'
import { sendPage } from '../../pages/send-page.ts'
import { noteIdentityUse } from '../../store/tables/identities.ts'
import {
  keepForLink,
  type LinkingPerson,
  takeUpstreamAnswer,
  type UpstreamSubject,
} from '../../store/tables/upstream-logins.ts'
import { type Sentences, sentenceIn } from '../../tokens/ask-hooks.ts'
import { completeSignIn } from '../complete-sign-in.ts'
import { toldDeviceOf } from '../guest/needed.ts'
import { refusedSignUp } from '../hooks/sign-up.ts'
import { refusedSignUpPage } from '../hooks/view.ts'
import { leavingPage } from '../login/view.ts'
import { LOGIN, resumePath, stepPath } from '../paths.ts'
import { browserProof } from '../session.ts'
import { type Visit, visitFlow } from '../visit.ts'
import { asksAnew, upstreamRequest } from './begin.ts'
import { metadataDocument } from './metadata.ts'
import { postedAnswer } from './posted.ts'
import { requireProvider } from './required.ts'
import { toldClaims } from './told-claims.ts'
import { type ProviderFailure, providerFailedPage } from './view.ts'

export function callbackPages(deps: Deps): Readonly<Record<string, PageHandlers>> {
  const { db, config, cookies, providers } = deps
  const visits = visitFlow(deps)
  return {
    [federationPath('acs')]: postedAnswer(deps, 'acs'),
    [federationPath('metadata')]: metadataDocument(deps),
    [federationPath('callback')]: {
      ...postedAnswer(deps, 'callback'),
      async GET(request, reply) {
        const provider = requireProvider(providers, request)
        const parameters = Parameters.ofUrl(request.raw.url ?? '')
        parameters.requireSound()
        const state = parameters.get('state') ?? ''
        const { visits: sent } = browserProof(cookies, request)
        const stateHash = sha256(state)
        const isPosted = provider.posts !== undefined
        const returned = await takeUpstreamAnswer(db, { provider: provider.name, stateHash, isPosted, visits: sent })
        if (!returned) return sendPage(reply.code(400), providerFailedPage('ended', provider.label))
        const visit = await visits.open(request, reply, returned.requestId)
        if (!visit) return reply
        const answer = new URLSearchParams(returned.posted ?? parameters.toString())
        const back = returned.linking ? undefined : stepPath(LOGIN, returned.requestId)
        const failed = (why: ProviderFailure, status: number) =>
          sendPage(reply.code(status), providerFailedPage(why, provider.label, back ?? ownPageOf(visit)))
        if (answer.get('error') === 'access_denied') return failed('cancelled', 403)
        const { linking, begunSecondsAgo } = returned
        const isFresh = !linking && asksAnew(visit.pending)
        const asked = upstreamRequest(config, provider, { secret: visit.secret, state, isFresh })
        const identity = await provider
          .finish({ ...asked, parameters: answer, begunSecondsAgo })
          .catch((error: unknown) => {
            if (error instanceof CancelledThere) return 'cancelled' as const
            request.log.warn(
              { event: 'provider_failed', provider: provider.name, because: inBrief(error) },
              'a provider failed',
            )
            return undefined
          })
        if (identity === 'cancelled') return failed('cancelled', 403)
        if (!identity) return provider.isDown() ? failed('unavailable', 503) : failed('refused', 400)
        const subject = await keptSubject(identity, config.keyEncryptionKey)
        const came = { request, reply, visit, provider, identity, subject, stateHash, failed }
        return linking ? linkToAccount(deps, came, linking) : signIn(deps, came)
      },
    },
  }
}

/** Somebody whom a provider has just vouched for, in front of their visit. */
interface Arrival {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly visit: Visit
  readonly provider: IdentityProvider
  readonly identity: UpstreamIdentity
  /** As it is kept. */
  readonly subject: UpstreamSubject
  readonly stateHash: string
  readonly failed: (why: ProviderFailure, status: number) => FastifyReply
}

function ownPageOf({ pending }: Visit): string | undefined {
  return pending.app === undefined ? pending.request.returnTo : undefined
}

/** Begun on a page of the account: it goes on in the same session, and for its person alone. */
async function linkToAccount(
  { db }: Deps,
  { request, reply, visit, subject, failed }: Arrival,
  { personId, sessionId }: LinkingPerson,
): Promise<FastifyReply> {
  const { session } = visit
  if (session?.id !== sessionId || session.personId !== personId) return failed('ended', 400)
  const isLinked = await link(db, subject, personId, ofRequest(request))
  return isLinked ? reply.redirect(resumePath(visit.pending.id), 303) : failed('taken', 409)
}

async function signIn(deps: Deps, arrival: Arrival): Promise<FastifyReply> {
  const { request, reply, visit, provider, identity, subject, stateHash, failed } = arrival
  const { db, config, providers } = deps
  const { pending } = visit
  const ways = waysOf(providers, pending)
  if (!ways.providers.includes(provider)) return failed('notOffered', 403)
  let refused: Sentences | undefined
  const visitor = {
    provider,
    identity,
    language: languageOf(request),
    canSignUp: config.signUp === 'open',
    applicationId: pending.app?.applicationId,
    deviceJkt: toldDeviceOf(pending),
    async mayJoin(email: VouchedAddress | undefined) {
      const applicant = { email: email?.address, name: identity.name, language: languageOf(request) }
      const applicationId = pending.app?.applicationId
      refused = await refusedSignUp(deps, { ...applicant, provider: provider.name, applicationId })
      return refused === undefined
    },
  }
  const recognised = await recognise(db, visitor, ofRequest(request))
  if (recognised.kind === 'address taken') {
    // Nothing that this visit offers could prove the account.
    if (!ways.own && ways.providers.length < 2) return failed('addressTaken', 403)
    const { emailKey } = recognised
    await keepForLink(db, { requestId: pending.id, provider: provider.name, stateHash }, { ...subject, emailKey })
    return reply.redirect(stepPath(LOGIN, pending.id), 303)
  }
  if (recognised.kind === 'guest gone') return reply.redirect(resumePath(pending.id), 303)
  if (recognised.kind === 'leaving') return sendPage(reply.code(403), leavingPage(visit))
  if (recognised.kind === 'not admitted') {
    const sentence = sentenceIn(languageOf(request), refused ?? {})
    return sendPage(reply.code(403), refusedSignUpPage(sentence, visit))
  }
  if (recognised.kind !== 'person') return failed(recognised.kind, 403)
  const { personId, authEpoch } = recognised
  const groups = { personId, source: provider.issuer, groups: toldGroups(provider.groups, identity) }
  const missing = await followGroups(db, groups, ofRequest(request))
  if (missing.length > 0)
    request.log.warn({ event: 'provider_groups_missing', provider: provider.name, missing }, 'there are no such groups')
  const proven = {
    personId,
    authEpoch,
    ...authenticatedBy(['fed']),
    issuer: provider.issuer,
    addedClaims: toldClaims(provider, identity, request.log),
  }
  const done = await completeSignIn(deps, request, reply, visit, proven, (trx) => noteIdentityUse(trx, subject))
  return done === 'person changed' ? failed('ended', 400) : reply
}
