// Applications: the apps of developers, each one OAuth client. The file, the portal and dynamic registration all register them here.
import { type NamedRefusal, refusal } from '@mobile-api-gateway/sdk/contract/refusals.ts'
import { record } from '../audit/record.ts'
import { sha256 } from '../crypto/digest.ts'
import { randomId, randomSecret } from '../crypto/random.ts'
import { isSigningAlgorithm, SIGNING_ALGORITHMS } from '../crypto/signing-algorithms.ts'
import { type Db, inTransaction, type Trx } from '../store/database.ts'
import { deleteObject } from '../store/queries/catalogue-removal.ts'
import { lockStoredApplication, type StoredApplication } from '../store/queries/stored-applications.ts'
import type { SignInOffer } from '../store/tables/apis.ts'
import { hasIdentity } from '../store/tables/app-identities.ts'
import {
  type ApplicationKind,
  type ClientAuthMethod,
  findApplication,
  PORTAL_CLIENT,
  upsertApplication,
} from '../store/tables/applications.ts'
import { type CatalogueActor, ManagedElsewhere, managerOf } from './actor.ts'
import { signInProblem } from './api-rules.ts'
import { claimedRedirectUri } from './app-links.ts'
import { APPLICATION_DEFAULTS } from './application-defaults.ts'
import { applicationFields } from './application-fields.ts'
import { applicationNameProblem, looksProblem } from './application-looks.ts'
import { type PublicKeys, readPublicKeys } from './client-keys.ts'
import { auditedChange, differenceOf } from './difference.ts'
import { schemeProblem } from './own-schemes.ts'
import { backchannelLogoutProblem, redirectUriProblem } from './redirect-uri.ts'
import { CatalogueRefusal } from './refusal.ts'

/** Thrown when a definition breaks a rule; `message` says what to write instead, `about` where. */
export class InvalidApplication extends CatalogueRefusal {
  override name = 'InvalidApplication'
  readonly about: 'redirect URI' | 'definition'
  constructor(why: NamedRefusal, about: 'redirect URI' | 'definition' = 'definition') {
    super(why)
    this.about = about
  }
}

export interface ApplicationDefinition {
  readonly clientId: string
  readonly name: string
  readonly kind: ApplicationKind
  readonly redirectUris: readonly string[]
  /** How the client proves itself; `none` (a public client) unless told. */
  readonly authMethod?: ClientAuthMethod
  /** For the two methods with a secret; stored as its SHA-256, so it has to be random. */
  readonly clientSecret?: string | undefined
  /** Instead: that SHA-256 in base64url. */
  readonly clientSecretHash?: string | undefined
  /** A JWK set of public keys: needed for `private_key_jwt`, allowed for any (RFC 7591 §2). */
  readonly jwks?: unknown
  /** The one algorithm of its assertions (`token_endpoint_auth_signing_alg`); any that fits its keys unless told. */
  readonly authSigningAlg?: string | undefined
  /** `authorization_code` and `refresh_token` unless told. */
  readonly grantTypes?: readonly string[]
  /** False only for a confidential client that uses the nonce of OpenID Connect instead (OAuth 2.1 §7.5.1). */
  readonly pkceRequired?: boolean
  /** A login of the app ends this long after its last refresh; 30 days unless told. */
  readonly refreshIdleSeconds?: number
  /** … and this long after it began, however busy it is; 365 days unless told. */
  readonly refreshAbsoluteSeconds?: number
  readonly requirePushedRequests?: boolean
  readonly dpopBound?: boolean
  readonly idTokenAlg?: string
  /** Whether ID tokens carry the claims of `profile` and `email`, which userinfo tells anyway; false unless told. */
  readonly claimsInIdToken?: boolean
  readonly accessTokenAlg?: string
  readonly postLogoutRedirectUris?: readonly string[]
  readonly backchannelLogoutUri?: string | null
  /** Classes of sign-in that it asks for where a request names none, the best first (see identity/acr.ts). */
  readonly defaultAcrValues?: readonly string[]
  /** What it leaves of the ways to sign in that its APIs offer, never more; all unless told. */
  readonly signIn?: SignInOffer | null
  /** `#rrggbb`; pages correct it until what stands on it can be read. */
  readonly brandColor?: string | null
  /** Where its privacy policy and its terms are; https. */
  readonly policyUri?: string | null
  readonly tosUri?: string | null
  /** Where people get help with it: an e-mail address or an https address. */
  readonly supportContact?: string | null
}

/** The methods that a shared secret proves. */
export function takesSecret(method: ClientAuthMethod): boolean {
  return method === 'client_secret_basic' || method === 'client_secret_post'
}

// A client never has an id that could pass for a person's (RFC 9700 §4.15).
const CLIENT_ID = /^(?!usr_)[A-Za-z0-9._~-]{1,128}$/

// It is stored as a plain SHA-256, which only what nobody can guess may be.
const MIN_SECRET_LENGTH = 32
const DAY_SECONDS = 24 * 3600
/** What one application may have of each, and how long; the management API takes no more either. */
const MAX_URIS = 20
const MAX_URI_LENGTH = 2000
const MAX_CLASSES = 10
const MAX_CLASS_LENGTH = 100
const MAX_LIFETIME_SECONDS = 10 * 365 * DAY_SECONDS

function isLifetime(seconds: number): boolean {
  return Number.isInteger(seconds) && seconds >= 60 && seconds <= MAX_LIFETIME_SECONDS
}

function requireSound(application: ApplicationDefinition): void {
  if (!CLIENT_ID.test(application.clientId)) throw new InvalidApplication(refusal('client_id'))
  if (application.clientId === PORTAL_CLIENT) throw new InvalidApplication(refusal('client_id_reserved', PORTAL_CLIENT))
  const nameProblem =
    applicationNameProblem(application.name) ?? looksProblem({ ...APPLICATION_DEFAULTS, ...application })
  if (nameProblem !== undefined) throw new InvalidApplication(nameProblem)
  const { kind, redirectUris, postLogoutRedirectUris = [], authMethod = 'none', grantTypes = [] } = application
  for (const uris of [redirectUris, postLogoutRedirectUris])
    if (uris.length > MAX_URIS)
      throw new InvalidApplication(
        refusal('too_many_redirect_uris', MAX_URIS),
        uris === redirectUris ? 'redirect URI' : undefined,
      )
  const { backchannelLogoutUri, defaultAcrValues = [] } = application
  for (const uri of [...redirectUris, ...postLogoutRedirectUris, backchannelLogoutUri ?? ''])
    if (uri.length > MAX_URI_LENGTH)
      throw new InvalidApplication(
        refusal('address_long', MAX_URI_LENGTH),
        redirectUris.includes(uri) ? 'redirect URI' : undefined,
      )
  if (
    defaultAcrValues.length > MAX_CLASSES ||
    defaultAcrValues.some((value) => value === '' || value.length > MAX_CLASS_LENGTH)
  )
    throw new InvalidApplication(refusal('acr_values', MAX_CLASSES, MAX_CLASS_LENGTH))
  const offerProblem = application.signIn && signInProblem(application.signIn)
  if (offerProblem) throw new InvalidApplication(refusal('sign_in', offerProblem))
  for (const uri of [...redirectUris, ...postLogoutRedirectUris]) {
    const problem = redirectUriProblem(uri, kind)
    if (problem)
      throw new InvalidApplication(
        { ...problem, sentence: `${uri}: ${problem.sentence}` },
        redirectUris.includes(uri) ? 'redirect URI' : undefined,
      )
  }
  const logoutProblem = backchannelLogoutUri && backchannelLogoutProblem(backchannelLogoutUri)
  if (logoutProblem) throw new InvalidApplication(logoutProblem)
  if (kind !== 'web' && takesSecret(authMethod))
    // RFC 8252 §8.5: what ships inside an app or a page is no secret.
    throw new InvalidApplication(refusal('secret_in_public'))
  const { clientSecret, clientSecretHash } = application
  if (clientSecretHash !== undefined && !/^[\w-]{43}$/.test(clientSecretHash))
    throw new InvalidApplication(refusal('secret_hash'))
  if (takesSecret(authMethod) !== (clientSecret !== undefined || clientSecretHash !== undefined))
    throw new InvalidApplication(refusal('secret_method'))
  if (clientSecret !== undefined && clientSecret.length < MIN_SECRET_LENGTH)
    throw new InvalidApplication(refusal('secret_short'))
  if (authMethod === 'private_key_jwt' && application.jwks === undefined)
    throw new InvalidApplication(refusal('no_jwks'))
  // RFC 6749 §4.4: a machine acts on its own behalf, so it has to prove who it is.
  if (grantTypes.includes('client_credentials') && authMethod === 'none')
    throw new InvalidApplication(refusal('client_credentials'))
  const { refreshIdleSeconds, refreshAbsoluteSeconds } = { ...APPLICATION_DEFAULTS, ...application }
  if (!isLifetime(refreshIdleSeconds) || !isLifetime(refreshAbsoluteSeconds))
    throw new InvalidApplication(refusal('refresh_lifetime'))
  for (const alg of [application.idTokenAlg, application.accessTokenAlg])
    if (alg !== undefined && !isSigningAlgorithm(alg))
      throw new InvalidApplication(refusal('signing_alg', SIGNING_ALGORITHMS.join(', ')))
  if (application.pkceRequired === false && authMethod === 'none') throw new InvalidApplication(refusal('pkce_needed'))
}

async function requireKeys({ jwks, authMethod, authSigningAlg }: ApplicationDefinition): Promise<PublicKeys | null> {
  if (jwks === undefined) return null
  const use = { authenticates: authMethod === 'private_key_jwt', signingAlg: authSigningAlg }
  const keys = await readPublicKeys(jwks, use)
  if (typeof keys === 'string') throw new InvalidApplication(refusal(`keys_${keys}`))
  return keys
}

/** Everything that can be judged by the definition alone. @throws {InvalidApplication} */
export async function requireSoundApplication(application: ApplicationDefinition): Promise<void> {
  requireSound(application)
  await requireKeys(application)
}

/**
 * No app listens at an address of this server but at the link that is its own, and a phone leads there only by the record
 * of the app (app-links.ts). Returns the redirect URIs with it while there is such a record, whoever named it or not.
 */
async function requireOwnLinks(
  trx: Trx,
  issuer: string,
  { clientId, redirectUris }: ApplicationDefinition,
): Promise<readonly string[]> {
  const ours = redirectUris.filter((uri) => URL.canParse(uri) && new URL(uri).origin === issuer)
  const own = claimedRedirectUri(issuer, clientId)
  const isOnRecord = await hasIdentity(trx, clientId)
  if (ours.every((uri) => uri === own && isOnRecord))
    return isOnRecord && ours.length === 0 && issuer.startsWith('https:') ? [...redirectUris, own] : redirectUris
  throw new InvalidApplication(refusal('own_link', issuer, own), 'redirect URI')
}

/** An application as it was registered; `createdAt` in Unix seconds, `jwks` those of its keys that were kept. */
export interface Registered {
  readonly id: string
  readonly clientId: string
  readonly createdAt: number
  readonly jwks: PublicKeys | null
  readonly change: 'created' | 'changed' | 'unchanged'
}

async function upsert(
  trx: Trx,
  application: ApplicationDefinition,
  issuer: string,
  by: CatalogueActor,
): Promise<Registered> {
  // The link comes on top: whoever sends back what they read sends it, too.
  const link = claimedRedirectUri(issuer, application.clientId)
  requireSound({ ...application, redirectUris: application.redirectUris.filter((uri) => uri !== link) })
  const taken = await schemeProblem(trx, application, by)
  if (taken !== undefined) throw new InvalidApplication(taken, 'redirect URI')
  const redirectUris = await requireOwnLinks(trx, issuer, application)
  const jwks = await requireKeys(application)
  const registered = await upsertApplication(trx, {
    ...APPLICATION_DEFAULTS,
    ...application,
    id: randomId('app'),
    redirectUris,
    secretHash:
      application.clientSecret === undefined
        ? (application.clientSecretHash ?? null)
        : sha256(application.clientSecret),
    jwks,
    managedBy: managerOf(by),
    nameVerification: by.file === undefined ? (by.context.byCommand ? 'if changed' : 'never') : 'always',
  })
  if (!registered) throw new ManagedElsewhere(`The application ${application.clientId}`, by)
  return { ...registered, clientId: application.clientId, jwks }
}

/**
 * Registers an application, or brings the one with this client ID up to the definition. Returns its id (`app_…`).
 * @param issuer whose own addresses are redirect URIs only as links of apps
 * @throws {InvalidApplication} when it breaks a rule (RFC 8252 §7, RFC 9700 §2.1).
 * @throws {ManagedElsewhere}
 */
export function registerApplication(
  db: Db | Trx,
  application: ApplicationDefinition,
  issuer: string,
  by: CatalogueActor,
): Promise<string> {
  return inTransaction(db, async (trx) => {
    const before = await lockStoredApplication(trx, application.clientId)
    const { id, change, clientId } = await upsert(trx, application, issuer, by)
    if (change !== 'unchanged') await recordRegistration(trx, { clientId, before, outcome: change }, by)
    return id
  })
}

/** Writes into the audit log what an application was, and what it is now. */
async function recordRegistration(
  trx: Trx,
  {
    clientId,
    before,
    outcome,
  }: Readonly<{ clientId: string; before?: StoredApplication | undefined; outcome: Outcome }>,
  by: CatalogueActor,
): Promise<void> {
  const after = await lockStoredApplication(trx, clientId)
  if (!after) throw new Error(`${clientId} is not there`)
  const change = auditedChange(differenceOf(before ? applicationFields(before) : {}, applicationFields(after)))
  await record(trx, { type: 'client-registration', outcome, applicationId: after.id, change }, by.context)
}

/** `succeeded`: the client registered itself. */
type Outcome = 'created' | 'changed' | 'succeeded'

/** A client nobody named yet: it gets its `client_id` here, and its secret, which is shown this once. */
export type NewApplication = Omit<ApplicationDefinition, 'clientId' | 'clientSecret' | 'name'> &
  Readonly<{ name?: string | undefined }>

/**
 * Registers a new application under a fresh `client_id`, which also is its name unless it has one (RFC 7591 §2).
 * @param outcome how the audit log calls it; `succeeded`: the client registered itself
 * @throws {InvalidApplication} when it breaks a rule.
 */
export async function createApplication(
  trx: Trx,
  application: NewApplication,
  issuer: string,
  by: CatalogueActor,
  outcome: 'created' | 'succeeded' = 'created',
): Promise<Registered & Readonly<{ name: string; clientSecret: string | undefined }>> {
  const clientId = randomId('client')
  const name = application.name ?? clientId
  const clientSecret = takesSecret(application.authMethod ?? 'none') ? randomSecret(32) : undefined
  const registered = await upsert(trx, { ...application, clientId, name, clientSecret }, issuer, by)
  await recordRegistration(trx, { clientId, outcome }, by)
  return { ...registered, name, clientSecret }
}

/** Removes an application; its logins and tokens end, at gateways within two seconds. Nothing where there is none. */
export function removeApplication(db: Db | Trx, clientId: string, by: CatalogueActor): Promise<void> {
  return inTransaction(db, async (trx) => {
    const application = await findApplication(trx, clientId)
    if (!application) return
    if (application.managedBy !== managerOf(by)) throw new ManagedElsewhere(`The application ${clientId}`, by)
    // Hooks hear its client ID, as long as there is one.
    await record(trx, { type: 'application', outcome: 'removed', applicationId: application.id }, by.context)
    await deleteObject(trx, { kind: 'application', clientId })
  })
}
