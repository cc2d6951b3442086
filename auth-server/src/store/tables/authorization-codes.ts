// Authorization codes in the database: minted in queries/mint-code.ts, redeemed in queries/redeem-code.ts.
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { AddedClaims, ClaimNames } from '../added-claims.ts'
import type { Defaulted, Json, TableDeclaration } from '../declaration.ts'
import type { StoredRequest } from './authorization-requests.ts'

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
  /** The visit that it answers; one that ended as it began has no row. */
  request_id: string | null
  /** What the app asked for, until it is redeemed; null as well where an older release has minted it. */
  request: Json<StoredRequest> | null
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
        request: 'internal',
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
