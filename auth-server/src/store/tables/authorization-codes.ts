// Authorization codes in the database: minted by closing a request; redeemed in queries/redeem-code.ts.
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { AddedClaims, ClaimNames } from '../added-claims.ts'
import type { Db } from '../database.ts'
import type { Defaulted, Json, TableDeclaration } from '../declaration.ts'
import { isOfStandingPerson, isSubscribed, openScopes, secondsFromNow } from '../sql.ts'
import { spendPushed } from './pushed-requests.ts'

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
  /** The key of a device, whose guest becomes part of the account. */
  device_jkt: string | null
  /** The request that it answers. */
  request_id: string | null
  /** For the family that it opens. */
  added_claims: Json<AddedClaims> | null
  /** Which of them give way where a hook adds more: the first ones first. */
  yielding_claims: Json<ClaimNames> | null
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
        device_jkt: 'exported',
        request_id: 'exported',
        added_claims: 'exported',
        yielding_claims: 'internal',
      },
    },
    erased: { deleted: 'person_id' },
  },
}

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
  /** What the tokens say beyond the server's own claims. */
  readonly addedClaims: AddedClaims
  readonly yieldingClaims: ClaimNames
}

const ASKED_SCOPES = sql`array(select jsonb_array_elements_text(request.request->'scopes'))`

/**
 * Closes the request and mints its code for the session's person, in one statement; false when the request, or another
 * visit of the same pushed request, has ended already, or the session has, or its class is not what policy has seen, or what
 * the app asks for is not allowed any more.
 */
export async function insertCode(db: Db, input: MintedCode): Promise<boolean> {
  const { rows } = await sql`
    with signed_in as (
      select session.* from sessions session
      join people person on ${isOfStandingPerson('session')}
      where session.id = ${input.session.id} and session.acr = ${input.session.acr} and session.expires_at > auth_now()
    ), wanted as (
      -- First, as everywhere: the request, then what was allowed.
      select request.*, ${openScopes(ASKED_SCOPES, sql`request.api_id`, sql`signed_in.person_id`)} as open_scopes
      from authorization_requests request, signed_in
      where request.id = ${input.requestId} and request.completed_at is null and request.expires_at > auth_now()
      for update of request
    ), allowed as (
      -- A withdrawal waits for this lock and then ends the code as well, or it came first and nothing is allowed.
      select 1 from consents consent, wanted request, signed_in
      where consent.person_id = signed_in.person_id
        and consent.application_id = request.application_id and consent.api_id = request.api_id
        and consent.scopes @> request.open_scopes
      for key share of consent
    ), closed as (
      update authorization_requests request set completed_at = auth_now() from wanted
      where request.id = wanted.id and exists (select from signed_in)
        and (exists (select from allowed)
             or exists (select from subscriptions subscription where ${isSubscribed('request')} and subscription.trusted))
      returning request.*
    ), ${spendPushed}
    insert into authorization_codes (code_hash, application_id, api_id, person_id, auth_epoch, session_id, acr, amr,
                                     auth_time, redirect_uri, code_challenge, scopes, nonce, dpop_jkt, device_jkt,
                                     expires_at, request_id, added_claims, yielding_claims)
    select ${input.codeHash}, ended.application_id, ended.api_id, signed_in.person_id, signed_in.auth_epoch, signed_in.id,
           ${input.acr}, signed_in.amr, signed_in.auth_time, ended.request->>'redirectUri', ended.request->>'codeChallenge',
           wanted.open_scopes, ended.request->>'nonce', ended.request->>'dpopJkt',
           -- Of who has read what becomes of the guest.
           case when ended.steps ? 'guest' then ended.request->>'deviceJkt' end, ${secondsFromNow(input.ttlSeconds)},
           ended.id, nullif(${JSON.stringify(input.addedClaims)}::jsonb, '{}'),
           nullif(${JSON.stringify(input.yieldingClaims)}::jsonb, '{}')
    from ended, signed_in, wanted
    returning code_hash`.execute(db)
  return rows.length === 1
}
