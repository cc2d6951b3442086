// Whether a hook refuses a sign-in: asked once in a visit for each login, and what it said stays with the visit.
import { sha256 } from '../../crypto/digest.ts'
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

type HookOutcome = 'allowed' | 'refused' | 'unavailable'
/** Both rows of the policy look at one answer. */
const OUTCOMES = new WeakMap<Facts, Promise<HookOutcome>>()

/**
 * Whether a visit asks hooks of its sign-in. Not for the portal: there administrators see what is wrong with a hook; nor for
 * the account, which stays its person's.
 */
export function asksHooks({ hooks }: Pick<PolicyDeps, 'hooks'>, { app }: Facts['pending']): boolean {
  return app !== undefined && app.clientId !== PORTAL_CLIENT && hooks.before('before.sign-in', app.apiId).length > 0
}

/** With `prompt=none`, when one that decides does not answer: the app hears that it is not for good. */
export async function isHookAway(facts: Facts, deps: PolicyDeps): Promise<boolean> {
  return (await outcomeOf(facts, deps)) === 'unavailable'
}

export async function isRefusedByHook(facts: Facts, deps: PolicyDeps): Promise<boolean> {
  return (await outcomeOf(facts, deps)) === 'refused'
}

function outcomeOf(facts: Facts, deps: PolicyDeps): Promise<HookOutcome> {
  const asked = OUTCOMES.get(facts) ?? ask(facts, deps)
  OUTCOMES.set(facts, asked)
  return asked
}

/**
 * @throws {HttpProblem} 503 when a hook that decides does not answer, and there is a page for it
 */
async function ask({ session, pending }: Facts, deps: PolicyDeps): Promise<HookOutcome> {
  if (!session || !pending.app || !asksHooks(deps, pending)) return 'allowed'
  const asked = deps.hooks.before('before.sign-in', pending.app.apiId)
  const known = pending.steps.hooks
  if (known?.session === session.id) return known.refused === undefined ? 'allowed' : 'refused'
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
  const id = `msg_${sha256(`before.sign-in ${pending.id} ${session.id}`).slice(0, 22)}`
  const question = { id, event: 'before.sign-in', person: session.personId, data }
  const verdict = await askHooks(config, asked, question, { before: {}, told: hooks })
  if (verdict.kind === 'unavailable') {
    // An app that asks without a page is told by the row of the policy.
    if (pending.request.prompts.includes('none')) return 'unavailable'
    throw temporarilyUnavailable(
      'who decides on this sign-in does not answer; try again in a moment',
      RETRY_AFTER_SECONDS,
    )
  }
  const said = verdict.kind === 'refused' ? { refused: verdict.sentences } : { claims: verdict.claims }
  await takeStep(db, { requestId: pending.id, step: 'hooks', sessionId: session.id, said })
  return verdict.kind
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
