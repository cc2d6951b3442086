// Authorization codes in the database: minted by closing a request, consumed once by opening a family.
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Db } from '../database.ts'
import type { Defaulted, TableDeclaration } from '../declaration.ts'
import { FAMILY_COLUMNS, isOfStandingPerson, isSubscribed, secondsFromNow } from '../sql.ts'
import { spendPushed } from './pushed-requests.ts'
import type { FamilyView } from './refresh-families.ts'

export interface AuthorizationCodes {
  code_hash: string
  application_id: string
  api_id: string
  person_id: string
  auth_epoch: number
  session_id: string
  acr: string
  amr: Defaulted<string[]>
  auth_time: Date
  redirect_uri: string
  code_challenge: string | null
  scopes: string[]
  nonce: string | null
  dpop_jkt: string | null
  wrong_verifiers: Defaulted<number>
  expires_at: Date
  consumed_at: Date | null
  family_id: string | null
}

export const AUTHORIZATION_CODES: TableDeclaration<AuthorizationCodes> = {
  purpose: 'The codes that apps redeem for tokens, within a minute.',
  lifetime: {
    until: 'a day after it has expired: one that comes again has to be recognised, because it ends the login',
    obsolete: sql`expires_at < auth_now() - interval '1 day'`,
    indexed: true,
  },
  people: {
    exported: {
      rows: 'person_id',
      columns: {
        code_hash: 'secret',
        application_id: 'exported',
        api_id: 'exported',
        person_id: 'owner',
        auth_epoch: 'internal',
        session_id: 'exported',
        acr: 'exported',
        amr: 'exported',
        auth_time: 'exported',
        redirect_uri: 'exported',
        code_challenge: 'secret',
        scopes: 'exported',
        nonce: 'secret',
        dpop_jkt: 'exported',
        wrong_verifiers: 'internal',
        expires_at: 'exported',
        consumed_at: 'exported',
        family_id: 'exported',
      },
    },
    erased: { deleted: 'person_id' },
  },
}

/** A repeat this long after redemption is no longer the client's own retry race; seconds. */
const LATE_REPEAT_SECONDS = 10
/** Wrong verifiers from the code's own client after which it is burnt. */
export const MAX_WRONG_VERIFIERS = 3

/** Whether a code could still be redeemed, by whoever has all that belongs to it. */
export const usableCode: RawBuilder<SqlBool> = sql`
  code.consumed_at is null and code.expires_at > auth_now() and code.wrong_verifiers < ${MAX_WRONG_VERIFIERS}`

/** What policy let pass: the session as it was read, and the class of sign-in that the app hears of. */
export interface MintedCode {
  readonly requestId: string
  readonly session: Readonly<{ id: string; acr: string }>
  readonly acr: string
  readonly codeHash: string
  readonly ttlSeconds: number
}

/**
 * Closes the request and mints its code for the session's person, in one statement; false when the request, or another
 * visit of the same pushed request, has ended already, or the session has, or its class is not what policy has seen.
 */
export async function insertCode(db: Db, input: MintedCode): Promise<boolean> {
  const { rows } = await sql`
    with signed_in as (
      select session.* from sessions session
      join people person on ${isOfStandingPerson('session')}
      where session.id = ${input.session.id} and session.acr = ${input.session.acr} and session.expires_at > auth_now()
    ), closed as (
      update authorization_requests request set completed_at = auth_now()
      where request.id = ${input.requestId} and request.completed_at is null and request.expires_at > auth_now()
        and exists (select from signed_in)
      returning request.*
    ), ${spendPushed}
    insert into authorization_codes (code_hash, application_id, api_id, person_id, auth_epoch, session_id, acr, amr,
                                     auth_time, redirect_uri, code_challenge, scopes, nonce, dpop_jkt, expires_at)
    select ${input.codeHash}, ended.application_id, ended.api_id, signed_in.person_id, signed_in.auth_epoch, signed_in.id,
           ${input.acr}, signed_in.amr, signed_in.auth_time, ended.request->>'redirectUri', ended.request->>'codeChallenge',
           array(select jsonb_array_elements_text(ended.request->'scopes')), ended.request->>'nonce', ended.request->>'dpopJkt',
           ${secondsFromNow(input.ttlSeconds)}
    from ended, signed_in
    returning code_hash`.execute(db)
  return rows.length === 1
}

/** What the token endpoint heard about a code. */
export interface CodePresented {
  readonly codeHash: string
  readonly clientId: string
  /** Of the verifier that was sent; null when none was. */
  readonly codeChallenge: string | null
  readonly redirectUri: string | null
  readonly resource: string | null
  /** Thumbprint of the key whose possession the caller proved, or null. */
  readonly dpopJkt: string | null
}

/** The family that a code opens, and the nonce of its request. */
export type OpenedFamily = FamilyView & Readonly<{ nonce: string | null }>

/** Consumes the code and opens the family of this login, in one statement; undefined unless everything fits. */
export async function consumeCode(
  db: Db,
  presented: CodePresented,
  family: Readonly<{ id: string; currentHash: string }>,
): Promise<OpenedFamily | undefined> {
  const { rows } = await sql<OpenedFamily>`
    with session as (
      -- A sign-out waits for this lock and then ends the family as well, or it came first and there is no session.
      select session.id from sessions session join authorization_codes code on code.session_id = session.id
      where code.code_hash = ${presented.codeHash}
      for key share of session
    ), code as (
      update authorization_codes code set consumed_at = auth_now(), family_id = ${family.id}
      from people person, applications application, subscriptions subscription, apis api, session
      where code.code_hash = ${presented.codeHash} and ${usableCode}
        and session.id = code.session_id
        and code.code_challenge is not distinct from ${presented.codeChallenge}
        and (code.dpop_jkt is null or code.dpop_jkt = ${presented.dpopJkt})
        and (${presented.redirectUri}::text is null or code.redirect_uri = ${presented.redirectUri})
        and (${presented.resource}::text is null or api.resource = ${presented.resource})
        and application.id = code.application_id and application.client_id = ${presented.clientId}
        and ${isOfStandingPerson('code')} and api.id = code.api_id and ${isSubscribed('code')}
      returning code.*, application.client_id, application.token_endpoint_auth_method = 'none' as public,
                 application.refresh_idle, application.refresh_absolute, api.resource,
                subscription.plan, subscription.scopes as allowed_scopes
    ), family as (
      insert into refresh_families (id, person_id, auth_epoch, application_id, api_id, session_id, scopes, acr, amr, auth_time,
                                    generation, current_hash, dpop_jkt, bound_since, idle_expires_at, expires_at)
      select ${family.id}, person_id, auth_epoch, application_id, api_id, session_id, scopes, acr, amr, auth_time,
             1, ${family.currentHash}, case when public then ${presented.dpopJkt}::text end,
             case when public and ${presented.dpopJkt}::text is not null then 1 end, auth_now() + refresh_idle, auth_now() + refresh_absolute
      from code returning *
    )
    select ${FAMILY_COLUMNS}, code.client_id as "clientId", code.application_id as "applicationId", code.resource,
           code.plan, code.allowed_scopes as "allowedScopes", code.nonce
    from code, family`.execute(db)
  return rows[0]
}

export type CodeFailure = 'not usable' | 'wrong verifier' | 'unasked verifier' | 'repeated late' | 'other resource'

/**
 * Learns why a code was not consumed, and does what follows from it: a wrong verifier from the code's own client is
 * counted; a repeat that fits in every respect, long after redemption, ends the family (RFC 6749 §4.1.2); a code that
 * could be used, but for another API, is told so and stays as good as it was.
 */
export async function explainCode(db: Db, presented: CodePresented): Promise<CodeFailure> {
  const { rows } = await sql<{ failure: CodeFailure }>`
    with mine as (
      select code.*, api.resource from authorization_codes code
      join applications application on application.id = code.application_id join apis api on api.id = code.api_id
      where code.code_hash = ${presented.codeHash} and application.client_id = ${presented.clientId}
        -- Without the key that the code is bound to, nobody can use it, burn it, or end what came of it (RFC 9449 §10).
        and (code.dpop_jkt is null or code.dpop_jkt = ${presented.dpopJkt})
    ), counted as (
      update authorization_codes set wrong_verifiers = authorization_codes.wrong_verifiers + 1 from mine
      where authorization_codes.code_hash = mine.code_hash and mine.code_challenge is distinct from ${presented.codeChallenge}
      returning case when mine.code_challenge is null then 'unasked verifier' else 'wrong verifier' end as failure
    ), ended as (
      update refresh_families set revoked_at = auth_now(), revoked_because = 'authorization code reuse' from mine
      where refresh_families.id = mine.family_id and refresh_families.revoked_at is null
        and mine.code_challenge is not distinct from ${presented.codeChallenge}
        and (${presented.redirectUri}::text is null or mine.redirect_uri = ${presented.redirectUri})
        and (${presented.resource}::text is null or mine.resource = ${presented.resource})
        and mine.consumed_at < auth_now() - make_interval(secs => ${LATE_REPEAT_SECONDS})
      returning 'repeated late' as failure
    ), astray as (
      select 'other resource' as failure from mine code
      where ${usableCode}
        and code_challenge is not distinct from ${presented.codeChallenge}
        and (${presented.redirectUri}::text is null or redirect_uri = ${presented.redirectUri})
        and resource <> ${presented.resource}
    )
    select failure from counted union all select failure from ended union all select failure from astray`.execute(db)
  return rows[0]?.failure ?? 'not usable'
}
