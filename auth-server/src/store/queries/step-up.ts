// Stepping up: a second factor raises the class of a session, once, however often and however parallel its form arrives.
import { sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import { isOfStandingPerson, secondsFromNow } from '../sql.ts'
import { unfinished } from '../tables/authorization-requests.ts'
import { stepDone } from '../visit-steps.ts'

/** How somebody is signed in now. */
interface Raised {
  readonly acr: string
  readonly amr: readonly string[]
}

export interface StepUp {
  readonly requestId: string
  readonly browserHash: string
  /** The session as the page was made for it, and the tokens that came with the form. */
  readonly sessionId: string
  readonly tokenHashes: readonly string[]
  /** Of this step, if it is not done yet. */
  readonly signInId: string
  /** The hash of the token that the session gets, the first of these (a new one, against fixation); of a step that is done it may be another. */
  readonly tokenHashesOf: (signInId: string) => readonly string[]
  /** What the session is worth then, by the methods before. */
  readonly raise: (amr: readonly string[]) => Raised
}

/** `done`, and by which step (this one, or the same form before it); or nothing has happened. */
export type StepUpOutcome =
  | Readonly<{ kind: 'done'; signInId: string; tokenHash: string }>
  | Readonly<{ kind: 'not proven' | 'session over' }>

/**
 * Raises a session if `prove` finds that the person has shown the factor, in one transaction: a code is used up exactly
 * when it has raised something. The visit's row is locked first, then the session's, then whatever `prove` locks.
 * @param also what belongs to a step that was done
 */
export function stepUp(
  db: Db,
  input: StepUp,
  prove: (trx: Trx) => Promise<boolean>,
  also: (trx: Trx) => Promise<void>,
): Promise<StepUpOutcome> {
  return db.transaction().execute(async (trx): Promise<StepUpOutcome> => {
    const visit = await sql<{ done: string | null }>`
      select steps->'second-factor'->>'signIn' as done from authorization_requests
      where id = ${input.requestId} and browser_hash = ${input.browserHash} and ${unfinished}
      for update`.execute(trx)
    const session = await sql<{ tokenHash: string; amr: readonly string[] }>`
      select session.token_hash as "tokenHash", session.amr from sessions session
      join people person on ${isOfStandingPerson('session')}
      where session.id = ${input.sessionId} and session.expires_at > auth_now()
      for update of session`.execute(trx)
    const [{ done } = { done: null }] = visit.rows
    const [found] = session.rows
    if (visit.rows.length === 0 || !found) return { kind: 'session over' }
    if (done !== null && input.tokenHashesOf(done).includes(found.tokenHash)) {
      // The same form again, unless its answer has arrived and this is another one.
      if (!input.tokenHashes.includes(found.tokenHash))
        return { kind: 'done', signInId: done, tokenHash: found.tokenHash }
    } else if (!input.tokenHashes.includes(found.tokenHash)) return { kind: 'session over' }
    if (!(await prove(trx))) return { kind: 'not proven' }
    const { acr, amr } = input.raise(found.amr)
    const { signInId } = input
    const [tokenHash = ''] = input.tokenHashesOf(signInId)
    await sql`
      with raised as (
        update sessions
        set previous_token_hash = token_hash, token_hash = ${tokenHash}, acr = ${acr}, amr = ${[...amr]},
            auth_time = auth_now()
        where id = ${input.sessionId}
        returning id
      )
      update authorization_requests
      set steps = steps || ${stepDone('second-factor', sql`raised.id`, { signIn: signInId })}
      from raised where authorization_requests.id = ${input.requestId}`.execute(trx)
    await also(trx)
    return { kind: 'done', signInId, tokenHash }
  })
}

/** For how long the same form, sent again, gets the new token. */
const REPEAT_SECONDS = 60

/** A step whose answer did not arrive. */
export interface UnheardStepUp {
  readonly signInId: string
  readonly browserHash: string
  readonly tokenHash: string
  readonly endsWithBrowser: boolean
}

/**
 * The step that has given the session of this browser its present token, when the form comes once more with the token
 * before: the first answer was not heard. Only for a minute after it, for a token from before may be somebody else's copy.
 */
export async function findUnheardStepUp(
  db: Db,
  {
    requestId,
    browserHashes,
    tokenHashes,
  }: Readonly<{
    requestId: string
    browserHashes: readonly string[]
    tokenHashes: readonly string[]
  }>,
): Promise<UnheardStepUp | undefined> {
  const { rows } = await sql<UnheardStepUp>`
    select request.steps->'second-factor'->>'signIn' as "signInId", request.browser_hash as "browserHash",
           session.token_hash as "tokenHash", session.ends_with_browser as "endsWithBrowser"
    from authorization_requests request
    join sessions session on session.id = request.steps->'second-factor'->>'session'
    where request.id = ${requestId} and request.browser_hash = any(${browserHashes})
      and session.previous_token_hash = any(${tokenHashes})
      and session.auth_time > ${secondsFromNow(-REPEAT_SECONDS)}`.execute(db)
  return rows[0]
}
