// Redeeming an authorization code: it is consumed once, by opening the family of a login; or it is explained why not.
import { type RawBuilder, sql } from 'kysely'
import type { AddedClaims, ClaimNames } from '../added-claims.ts'
import type { Db, Trx } from '../database.ts'
import { isAdmitted, isOfApplication, isOfStandingPerson, isSubscribed, openScopes, toldGroups } from '../sql.ts'
import { type Slots, statement } from '../statement.ts'
import { MAX_WRONG_VERIFIERS, usableCode } from '../tables/authorization-codes.ts'
import type { StoredRequest } from '../tables/authorization-requests.ts'
import { IS_STANDING_GUEST } from '../tables/device-keys.ts'
import { FAMILY_COLUMNS, type FamilyView, type NewFamily, openFamily } from '../tables/refresh-families.ts'

/** A repeat this long after redemption is no longer the client's own retry race; seconds. */
const LATE_REPEAT_SECONDS = 10
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
  /** For codes of trials alone: their redirect URI, which is registered for no application. */
  readonly trialRedirectUri?: string | undefined
}

/** The family that a code opens, the nonce of its request, and the request itself, unless an older release began it. */
export type OpenedFamily = FamilyView & Readonly<{ nonce: string | null; asked: StoredRequest | null }>

function withoutLoopbackPort(uri: RawBuilder<unknown>): RawBuilder<string> {
  return sql`regexp_replace(${uri}, '^(http://(127[.]0[.]0[.]1|\\[::1\\])):[0-9]+', '\\1')`
}

/** What a redemption is given: what was presented, and the family to open. */
type Redemption = CodePresented & Omit<NewFamily, 'dpopJkt'>

/** What belongs to redeeming a code of one sort, as parts of the statement. */
interface Sort {
  /** Before the code is consumed. */
  readonly first: RawBuilder<unknown>
  readonly condition: RawBuilder<unknown>
  /** After it. */
  readonly afterwards: RawBuilder<unknown>
  readonly columns: RawBuilder<unknown>
}

/** The login of an account; also of one that the device's guest has become before the code was issued. */
const LOGIN = consuming<OpenedFamily>(() => ({
  first: sql``,
  condition: sql`(code.device_jkt is null or exists (
    select from device_keys device where device.jkt = code.device_jkt and device.person_id = code.person_id))`,
  afterwards: sql``,
  columns: sql``,
}))

/**
 * Consumes the code of a login and opens its family, in one statement; undefined unless everything fits, or where a guest
 * is to become part of the account.
 */
export async function consumeCode(db: Db, redemption: Redemption): Promise<OpenedFamily | undefined> {
  const [family] = await LOGIN(db, redemption)
  return family
}

/** A login that a code would open, as far as the one who presents it shows that it is theirs. */
export interface WaitingCode {
  readonly personId: string
  readonly applicationId: string
  readonly apiId: string
  readonly scopes: readonly string[]
  readonly acr: string
  readonly amr: readonly string[]
  readonly addedClaims: AddedClaims | null
  readonly yieldingClaims: ClaimNames | null
}

/** Looks at a code without using it; what else has to hold is seen when it is. */
export async function findWaitingCode(
  db: Db,
  { codeHash, clientId, codeChallenge, dpopJkt }: CodePresented,
): Promise<WaitingCode | undefined> {
  const { rows } = await sql<WaitingCode>`
    select code.person_id as "personId", code.application_id as "applicationId", code.api_id as "apiId", code.scopes,
           code.acr, code.amr, code.added_claims as "addedClaims",
           code.yielding_claims as "yieldingClaims"
    from authorization_codes code join applications application on ${isOfApplication('code')}
    join people person on ${isOfStandingPerson('code')}
    where code.code_hash = ${codeHash} and application.client_id = ${clientId} and ${usableCode}
      and code.code_challenge is not distinct from ${codeChallenge}
      and (code.dpop_jkt is null or code.dpop_jkt = ${dpopJkt})`.execute(db)
  return rows[0]
}

/** Who became part of whom; pseudonyms are for the audit log. */
export type MergedFamily = OpenedFamily &
  Readonly<{ mergedFrom: string; pseudonyms: Readonly<{ from: string; into: string }> }>

const MERGING = consuming<MergedFamily>(({ codeHash }) => ({
  first: sql`guest as (
    select device.jkt, person.id, person.pseudonym
    from authorization_codes code, device_keys device, people person
    where code.code_hash = ${codeHash} and device.jkt = code.device_jkt
      and device.application_id = code.application_id and ${IS_STANDING_GUEST}
    for no key update of person
  ),`,
  condition: sql`exists (select from guest)`,
  afterwards: sql`, merged as (
    update people set status = 'merged', merged_into = code.person_id, updated_at = auth_now()
    from guest, code where people.id = guest.id
  ), moved as (
    update device_keys set person_id = code.person_id, auth_epoch = code.auth_epoch, account_since = auth_now(),
                           merged_from = guest.id
    from guest, code where device_keys.jkt = guest.jkt
  )`,
  columns: sql`, (select id from guest) as "mergedFrom", jsonb_build_object(
    'from', (select pseudonym from guest), 'into', (select pseudonym from people where id = code.person_id)) as pseudonyms`,
}))

/**
 * The same for the code of a visit that a guest's device has begun: the guest becomes part of the account, and the key the
 * account's. Everything that the key could do ends with the guest's epoch, and gateways hear of it (triggers see to both).
 * The guest's row lets one through of several codes, of a sign-up, and of an erasure. Not locked against references to it:
 * a token of the guest that is being issued right now is told to gateways, or not born.
 */
export async function consumeMergingCode(trx: Trx, redemption: Redemption): Promise<MergedFamily | undefined> {
  const [family] = await MERGING(trx, redemption)
  return family
}

function consuming<Opened extends OpenedFamily>(sortOf: (given: Slots<Redemption>) => Sort) {
  return statement<Redemption, Opened>((given, db) => {
    const sort = sortOf(given)
    return sql<Opened>`
    with ${sort.first} session as (
      -- A sign-out waits for this lock and then ends the family as well, or it came first and there is no session.
      select session.id, coalesce(code.request,
        (select waited.request from authorization_requests waited where waited.id = code.request_id)) as asked
      from sessions session join authorization_codes code on code.session_id = session.id
      where code.code_hash = ${given.codeHash}
      for key share of session
    ), code as (
      update authorization_codes code set consumed_at = auth_now(), family_id = ${given.familyId}, request = null
      from people person, applications application, subscriptions subscription, apis api, session
      where code.code_hash = ${given.codeHash} and ${usableCode} and ${sort.condition}
        and session.id = code.session_id
        and code.code_challenge is not distinct from ${given.codeChallenge}
        and (code.dpop_jkt is null or code.dpop_jkt = ${given.dpopJkt})
        and (${given.redirectUri}::text is null or code.redirect_uri = ${given.redirectUri})
        and (${given.resource}::text is null or api.resource = ${given.resource})
        and ${isOfApplication('code')} and application.client_id = ${given.clientId}
        -- It may have been taken from the application since. Of loopback any port is as good as another.
        and (code.redirect_uri = ${given.trialRedirectUri}::text
          or exists (select from unnest(application.redirect_uris) uri
                     where ${withoutLoopbackPort(sql`uri`)} = ${withoutLoopbackPort(sql`code.redirect_uri`)}))
        and ${isOfStandingPerson('code')} and api.id = code.api_id and ${isSubscribed('code')} and ${isAdmitted('code')}
      returning code.*, application.client_id, application.token_endpoint_auth_method = 'none' as public,
                 application.refresh_idle, application.refresh_absolute, api.resource,
                subscription.plan, ${toldGroups(sql`code.person_id`)} as groups,
                session.asked,
                ${openScopes(sql`subscription.scopes`, sql`code.api_id`, sql`code.person_id`)} as allowed_scopes
    ), family as (
      ${openFamily(sql`code`, given)}
    )${sort.afterwards}
    select ${FAMILY_COLUMNS}, code.client_id as "clientId", code.application_id as "applicationId", code.resource,
           code.plan, code.groups, code.allowed_scopes as "allowedScopes", code.nonce,
           code.asked
           ${sort.columns}
    from code, family`.compile(db)
  })
}

/** Why a code opened nothing; whose family ended, where a late repeat ended one. */
export type CodeFailure =
  | Readonly<{
      because:
        | 'not usable'
        | 'wrong verifier'
        | 'too many verifiers'
        | 'unasked verifier'
        | 'other resource'
        | 'guest ended'
    }>
  | Readonly<{ because: 'repeated late'; personId: string; applicationId: string }>

/**
 * Learns why a code was not consumed, and does what follows from it: a wrong verifier from the code's own client is
 * counted; a repeat that fits in every respect, long after redemption, ends the family (RFC 6749 §4.1.2); a code that
 * could be used, but for another API, is told so and stays as good as it was; so is one of a device whose guest has ended.
 */
export async function explainCode(db: Db, presented: CodePresented): Promise<CodeFailure> {
  const isWornOut = sql`mine.consumed_at is null and mine.wrong_verifiers >= ${MAX_WRONG_VERIFIERS}`
  const { rows } = await sql<CodeFailure>`
    with mine as (
      select code.*, api.resource from authorization_codes code
      join applications application on ${isOfApplication('code')} join apis api on api.id = code.api_id
      where code.code_hash = ${presented.codeHash} and application.client_id = ${presented.clientId}
        -- Without the key that the code is bound to, nobody can use it, burn it, or end what came of it (RFC 9449 §10).
        and (code.dpop_jkt is null or code.dpop_jkt = ${presented.dpopJkt})
    ), counted as (
      update authorization_codes set wrong_verifiers = authorization_codes.wrong_verifiers + 1 from mine
      where authorization_codes.code_hash = mine.code_hash and mine.code_challenge is distinct from ${presented.codeChallenge}
      returning case when mine.code_challenge is null then 'unasked verifier'
                     when ${isWornOut} then 'too many verifiers' else 'wrong verifier' end as because
    ), worn_out as (
      -- The right one as well.
      select 'too many verifiers' as because from mine
      where mine.code_challenge is not distinct from ${presented.codeChallenge} and ${isWornOut}
    ), ended as (
      update refresh_families set revoked_at = auth_now(), revoked_because = 'authorization code reuse' from mine
      where refresh_families.id = mine.family_id and refresh_families.revoked_at is null
        and mine.code_challenge is not distinct from ${presented.codeChallenge}
        and (${presented.redirectUri}::text is null or mine.redirect_uri = ${presented.redirectUri})
        and (${presented.resource}::text is null or mine.resource = ${presented.resource})
        and mine.consumed_at < auth_now() - make_interval(secs => ${LATE_REPEAT_SECONDS})
      returning 'repeated late' as because, refresh_families.person_id as "personId",
                refresh_families.application_id as "applicationId"
    ), astray as (
      select 'other resource' as because from mine code
      where ${usableCode}
        and code_challenge is not distinct from ${presented.codeChallenge}
        and (${presented.redirectUri}::text is null or redirect_uri = ${presented.redirectUri})
        and resource <> ${presented.resource}
    ), guestless as (
      -- Everything fits but the guest, who has just become somebody else, or part of another account, or has run out.
      select 'guest ended' as because from mine code
      where ${usableCode} and code.device_jkt is not null
        and code_challenge is not distinct from ${presented.codeChallenge}
        and (${presented.redirectUri}::text is null or redirect_uri = ${presented.redirectUri})
        and (${presented.resource}::text is null or resource = ${presented.resource})
    )
    select because, null as "personId", null as "applicationId" from counted
    union all select * from ended
    union all select because, null, null from astray
    union all select because, null, null from guestless
    union all select because, null, null from worn_out`.execute(db)
  return rows[0] ?? { because: 'not usable' }
}
