// Somebody whom a provider has vouched for: who they are here, and whether they are signed in, linked, or told why not.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ofRequest } from '../../audit/context.ts'
import type { Deps } from '../../deps.ts'
import { authenticatedBy } from '../../identity/acr.ts'
import { followGroups, toldGroups } from '../../identity/federation/group-mapping.ts'
import { keptLogout } from '../../identity/federation/kept-subject.ts'
import { link } from '../../identity/federation/links.ts'
import { waysOf } from '../../identity/federation/offered.ts'
import type { UpstreamIdentity } from '../../identity/federation/provider.ts'
import type { IdentityProvider, VouchedAddress } from '../../identity/federation/providers.ts'
import { recognise } from '../../identity/federation/recognise.ts'
import { languageOf } from '../../pages/language.ts'
import { sendPage } from '../../pages/send-page.ts'
import { beginningWith } from '../../store/database.ts'
import { holdSession, unlessOver } from '../../store/lock-account.ts'
import { keepForLink, type LinkingPerson, type UpstreamSubject } from '../../store/tables/upstream-logins.ts'
import { completeSignIn } from '../complete-sign-in.ts'
import { toldDeviceOf } from '../guest/needed.ts'
import { signUpQuestion } from '../hooks/sign-up.ts'
import { refusedSignUpPage } from '../hooks/view.ts'
import { leavingPage } from '../login/view.ts'
import { LOGIN, resumePath, stepPath } from '../paths.ts'
import type { Visit } from '../visit.ts'
import { toldClaims } from './told-claims.ts'
import type { ProviderFailure } from './view.ts'

/** Somebody whom a provider has just vouched for, in front of their visit. */
export interface Arrival {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly visit: Visit
  readonly provider: IdentityProvider
  readonly identity: UpstreamIdentity
  /** As it is kept. */
  readonly subject: UpstreamSubject
  readonly stateHash: string
  /** The name that was typed here, as guesses are counted by it. */
  readonly account?: string
  readonly failed: (why: ProviderFailure, status: number) => FastifyReply
}

/** The page of the account that the visit was begun on. */
export function ownPageOf({ pending }: Visit): string | undefined {
  return pending.app === undefined ? pending.request.returnTo : undefined
}

/** Decides what becomes of them: signed in, linked, or told why not. */
export function arrive(deps: Deps, arrival: Arrival, linking: LinkingPerson | null): Promise<FastifyReply> {
  return linking ? linkToAccount(deps, arrival, linking) : signIn(deps, arrival)
}

/** Begun on a page of the account: it goes on in the same session, and for its person alone. */
async function linkToAccount(
  { db }: Deps,
  { request, reply, visit, subject, failed }: Arrival,
  { personId, sessionId }: LinkingPerson,
): Promise<FastifyReply> {
  const { session } = visit
  if (session?.id !== sessionId || session.personId !== personId) return failed('ended', 400)
  // The provider was asked meanwhile, and may have taken its time.
  const held = beginningWith(db, (trx) => holdSession(trx, session))
  const isLinked = await link(held, subject, personId, ofRequest(request)).catch(unlessOver)
  if (isLinked === undefined) return failed('ended', 400)
  return isLinked ? reply.redirect(resumePath(visit.pending.id), 303) : failed('taken', 409)
}

async function signIn(deps: Deps, arrival: Arrival): Promise<FastifyReply> {
  const { request, reply, visit, provider, identity, subject, stateHash, failed, account } = arrival
  const { db, config, providers } = deps
  const { pending } = visit
  const ways = waysOf(providers, pending)
  if (!ways.providers.includes(provider)) return failed('notOffered', 403)
  const question = signUpQuestion(deps)
  const visitor = {
    provider,
    identity,
    language: languageOf(request),
    canSignUp: config.signUp === 'open',
    applicationId: pending.app?.applicationId,
    deviceJkt: toldDeviceOf(pending),
    mayJoin:
      question &&
      ((email: VouchedAddress | undefined) =>
        question.mayJoin({
          proven: `${subject.issuer} ${subject.subject}`,
          email: email?.address,
          name: identity.name,
          language: languageOf(request),
          provider: provider.name,
          applicationId: pending.app?.applicationId,
        })),
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
  if (recognised.kind === 'not admitted')
    return sendPage(reply.code(403), refusedSignUpPage(question?.sentence(languageOf(request)), visit))
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
    identity: subject,
    ...(account !== undefined && { account }),
    addedClaims: toldClaims(provider, identity, request.log),
    upstream: {
      subject: identity.sessionSubject ?? identity.subject,
      sid: identity.sessionId ?? null,
      sealedLogout: await keptLogout(identity, config.keyEncryptionKeys),
    },
  }
  const done = await completeSignIn(deps, request, reply, visit, proven)
  return done === 'person changed' ? failed('ended', 400) : reply
}
