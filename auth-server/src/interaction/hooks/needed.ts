// Whether a hook refuses a sign-in: asked once in a visit for each login, and what it said stays with the visit.
import { randomSecret } from '../../crypto/random.ts'
import { temporarilyUnavailable } from '../../http/problem.ts'
import type { AddedClaims } from '../../store/added-claims.ts'
import { findHookPerson } from '../../store/queries/hook-person.ts'
import { PORTAL_CLIENT } from '../../store/tables/applications.ts'
import { findSteps, type PendingAppVisit, takeStep } from '../../store/tables/authorization-requests.ts'
import type { Session } from '../../store/tables/sessions.ts'
import type { DoneStep } from '../../store/visit-steps.ts'
import { askHooks, type Sentences } from '../../tokens/ask-hooks.ts'
import type { Facts, PolicyDeps } from '../facts.ts'

/** What hooks said of a sign-in. */
export interface HookStep extends DoneStep {
  readonly refused?: Sentences
  readonly claims?: AddedClaims
}

declare module '../../store/visit-steps.ts' {
  interface StepNames {
    readonly hooks: HookStep
  }
}

const RETRY_AFTER_SECONDS = 10

/**
 * Not for the portal: there administrators see what is wrong with a hook; nor for the account, which stays its person's.
 * @throws {HttpProblem} 503 when a hook that decides does not answer
 */
export async function isRefusedByHook({ session, pending }: Facts, deps: PolicyDeps): Promise<boolean> {
  if (!session || !pending.app || pending.app.clientId === PORTAL_CLIENT) return false
  const asked = deps.hooks.before('before.sign-in', pending.app.apiId)
  if (asked.length === 0) return false
  const known = pending.steps.hooks
  if (known?.session === session.id) return known.refused !== undefined
  const { db, config, hooks } = deps
  const person = await findHookPerson(db, session.personId)
  const data = {
    ...person,
    sub: session.personId,
    client_id: pending.app.clientId,
    application: pending.app.applicationId,
    api: pending.app.apiId,
    scopes: pending.request.scopes,
    acr: session.acr,
    amr: session.amr,
  }
  const question = { id: `msg_${randomSecret(16)}`, event: 'before.sign-in', data }
  const verdict = await askHooks(config, asked, question, { before: {}, log: hooks.log })
  if (verdict.kind === 'unavailable') {
    // An app that asks without a page is told by the row of the policy.
    if (pending.request.prompts.includes('none')) return true
    throw temporarilyUnavailable(
      'who decides on this sign-in does not answer; try again in a moment',
      RETRY_AFTER_SECONDS,
    )
  }
  const said = verdict.kind === 'refused' ? { refused: verdict.sentences } : { claims: verdict.claims }
  await takeStep(db, { requestId: pending.id, step: 'hooks', sessionId: session.id, said })
  return verdict.kind === 'refused'
}

/** What hooks have added to the sign-in; a moment ago, it may be, so it is read anew. */
export async function claimsOfHooks(
  { db, hooks }: PolicyDeps,
  { id, app }: PendingAppVisit,
  session: Session,
): Promise<AddedClaims> {
  if (hooks.before('before.sign-in', app.apiId).length === 0) return {}
  const step = (await findSteps(db, id))?.hooks
  return (step?.session === session.id && step.claims) || {}
}
