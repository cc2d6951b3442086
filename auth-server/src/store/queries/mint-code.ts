// Minting an authorization code: a request is closed, and its code is born, in one statement.
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { AddedClaims, ClaimNames } from '../added-claims.ts'
import type { Db } from '../database.ts'
import { isOfStandingPerson, isSubscribed, openScopes, secondsFromNow } from '../sql.ts'
import { type Slots, statement } from '../statement.ts'
import type { PendingAppVisit } from '../tables/authorization-requests.ts'
import { spendPushed } from '../tables/pushed-requests.ts'

/** A visit that ends as it begins: it has no row, and gets none. None that was pushed is one. */
type NewVisit = Readonly<{ isNew: true }> & Pick<PendingAppVisit, 'app' | 'request'>

/** What policy let pass: the session as it was read, and the class of sign-in that the app hears of. */
export interface MintedCode {
  readonly visit: NewVisit | Readonly<{ isNew: false; id: string }>
  readonly session: Readonly<{ id: string; acr: string }>
  readonly acr: string
  readonly codeHash: string
  readonly ttlSeconds: number
  /** What the tokens say beyond the server's own claims. */
  readonly addedClaims: AddedClaims
  readonly yieldingClaims: ClaimNames
}

/** What a request may say of people who never come: it ends with the visit. */
const OF_OTHERS = '{loginHint,loginHintKey,expectedPersonId,hintedPersonId}'

const ASKED_SCOPES = sql`array(select jsonb_array_elements_text(request.request->'scopes'))`

// Before this, `wanted` is the request; of it `signed_in` is the person, `held` their session, and `allowed` what they have
// allowed the application.
const MAY_END = sql<SqlBool>`exists (select from held)
  and (exists (select from allowed)
       or exists (select from subscriptions subscription where ${isSubscribed('request')} and subscription.trusted))`

/** What is closed: `wanted` as it is, and `ended` once it may end. */
interface Closing {
  readonly wanted: (columns: RawBuilder<unknown>) => RawBuilder<unknown>
  readonly ended: RawBuilder<unknown>
}

/** The row of a request that waits, with a lock on it. */
function waiting({ id }: Slots<Values>): Closing {
  return {
    wanted: (columns) => sql`select ${columns} from authorization_requests request, signed_in
      where request.id = ${id} and request.completed_at is null and request.expires_at > auth_now()
      for update of request`,
    ended: sql`closed as (
      update authorization_requests request set completed_at = auth_now() from wanted
      where request.id = wanted.id and ${MAY_END} returning request.*
    ), ${spendPushed}`,
  }
}

/** What never was a row. */
function beginning({ applicationId, apiId, request }: Slots<Values>): Closing {
  return {
    wanted: (columns) => sql`select ${columns}
      from (select null::text as id, ${applicationId}::text as application_id, ${apiId}::text as api_id,
                   ${request}::jsonb as request, '{}'::jsonb as steps) request, signed_in`,
    ended: sql`ended as (select * from wanted request where ${MAY_END})`,
  }
}

/** What the statement is given. */
interface Values {
  readonly id?: string
  readonly applicationId?: string
  readonly apiId?: string
  /** As JSON, as the claims are. */
  readonly request?: string
  readonly sessionId: string
  readonly sessionAcr: string
  readonly acr: string
  readonly codeHash: string
  readonly ttlSeconds: number
  readonly addedClaims: string
  readonly yieldingClaims: string
}

function minting(how: (values: Slots<Values>) => Closing) {
  return statement<Values, unknown>((values, db) => {
    const { wanted, ended } = how(values)
    return sql`
    with signed_in as (
      select session.* from sessions session
      join people person on ${isOfStandingPerson('session')}
      where session.id = ${values.sessionId} and session.acr = ${values.sessionAcr} and session.expires_at > auth_now()
    ), wanted as (
      -- First, as everywhere: the request, then what was allowed.
      ${wanted(sql`request.*, ${openScopes(ASKED_SCOPES, sql`request.api_id`, sql`signed_in.person_id`)} as open_scopes`)}
    ), held as (
      -- Whoever lets sign-ins fall, or ends them, waits for this lock and then finds the code, or it came first.
      select 1 from sessions session, wanted
      where session.id = ${values.sessionId} and session.acr = ${values.sessionAcr}
      for key share of session
    ), allowed as (
      -- A withdrawal waits for this lock and then ends the code as well, or it came first and nothing is allowed.
      select 1 from consents consent, wanted request, signed_in
      where consent.person_id = signed_in.person_id
        and consent.application_id = request.application_id and consent.api_id = request.api_id
        and consent.scopes @> request.open_scopes
      for key share of consent
    ), ${ended}
    insert into authorization_codes (code_hash, application_id, api_id, person_id, auth_epoch, session_id, acr, amr,
                                     auth_time, redirect_uri, code_challenge, scopes, nonce, dpop_jkt, device_jkt,
                                     expires_at, request_id, request, added_claims, yielding_claims)
    select ${values.codeHash}, ended.application_id, ended.api_id, signed_in.person_id, signed_in.auth_epoch, signed_in.id,
           ${values.acr}, signed_in.amr, signed_in.auth_time, ended.request->>'redirectUri', ended.request->>'codeChallenge',
           wanted.open_scopes, ended.request->>'nonce', ended.request->>'dpopJkt',
           -- Of who has read what becomes of the guest.
           case when ended.steps ? 'guest' then ended.request->>'deviceJkt' end, ${secondsFromNow(values.ttlSeconds)},
           ended.id, ended.request - ${sql.lit(OF_OTHERS)}::text[], nullif(${values.addedClaims}::jsonb, '{}'),
           nullif(${values.yieldingClaims}::jsonb, '{}')
    from ended, signed_in, wanted
    returning code_hash`.compile(db)
  })
}

const CLOSE = minting(waiting)
const BEGIN = minting(beginning)

/**
 * Closes the request and mints its code for the session's person; false when the request, or another visit of the same
 * pushed request, has ended already, or the session has, or its class is not what policy has seen, or what the app asks for
 * is not allowed any more.
 */
export async function mintCode(
  db: Db,
  { visit, session, addedClaims, yieldingClaims, ...code }: MintedCode,
): Promise<boolean> {
  const values: Values = {
    ...code,
    sessionId: session.id,
    sessionAcr: session.acr,
    addedClaims: JSON.stringify(addedClaims),
    yieldingClaims: JSON.stringify(yieldingClaims),
  }
  if (!visit.isNew) return (await CLOSE(db, { ...values, id: visit.id })).length === 1
  const { applicationId, apiId } = visit.app
  return (await BEGIN(db, { ...values, applicationId, apiId, request: JSON.stringify(visit.request) })).length === 1
}
