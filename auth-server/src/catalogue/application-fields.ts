// An application in words, a field each: what an import reports, and what the audit log keeps of a change. Pure.
import { sha256 } from '../crypto/digest.ts'
import type { StoredApplication, StoredSubscription } from '../store/queries/stored-applications.ts'
import { signInWords } from './api-rules.ts'
import type { FieldTexts } from './difference.ts'

/** What each field is called, and what it says. */
type Told<Fields> = Readonly<Record<keyof Fields, readonly [name: string, text: string]>>
// A field that is added to what is stored does not compile before it is told here: an import would take it for nothing.
type PlainFields = Omit<
  StoredApplication,
  | 'id'
  | 'clientId'
  | 'createdAt'
  | 'suspendedAt'
  | 'managedBy'
  | 'identity'
  | 'subscriptions'
  // Neither is said by a definition.
  | 'logoHash'
  | 'isNameVerified'
>
type StoredIdentity = NonNullable<StoredApplication['identity']>
type SubscriptionFields = Pick<StoredSubscription, 'plan' | 'scopes' | 'trusted'>

export function applicationFields(application: StoredApplication): FieldTexts {
  const { identity, secretHash, jwks } = application
  const told: Told<PlainFields> = {
    name: ['name', application.name],
    kind: ['kind', application.kind],
    redirectUris: ['redirect URIs', application.redirectUris.join(' ')],
    authMethod: ['auth method', application.authMethod],
    // A part of a hash tells one from another, and leads to no secret.
    secretHash: ['secret', secretHash === null ? '' : partOf(secretHash)],
    jwks: ['public keys', (jwks?.keys ?? []).map((key) => partOf(sha256(JSON.stringify(key)))).join(' ')],
    grantTypes: ['grant types', application.grantTypes.join(' ')],
    pkceRequired: ['PKCE required', String(application.pkceRequired)],
    refreshIdleSeconds: ['seconds until an idle login ends', String(application.refreshIdleSeconds)],
    refreshAbsoluteSeconds: ['seconds until any login ends', String(application.refreshAbsoluteSeconds)],
    requirePushedRequests: ['pushed requests required', String(application.requirePushedRequests)],
    dpopBound: ['DPoP bound', String(application.dpopBound)],
    idTokenAlg: ['algorithm of ID tokens', application.idTokenAlg],
    claimsInIdToken: ['claims in ID tokens', String(application.claimsInIdToken)],
    accessTokenAlg: ['algorithm of access tokens', application.accessTokenAlg],
    postLogoutRedirectUris: ['post-logout redirect URIs', application.postLogoutRedirectUris.join(' ')],
    backchannelLogoutUri: ['back-channel logout URI', application.backchannelLogoutUri ?? ''],
    defaultAcrValues: ['classes of sign-in', application.defaultAcrValues.join(' ')],
    signIn: ['ways to sign in', signInWords(application.signIn)],
    brandColor: ['colour', application.brandColor ?? ''],
    policyUri: ['privacy policy', application.policyUri ?? ''],
    tosUri: ['terms', application.tosUri ?? ''],
    supportContact: ['support contact', application.supportContact ?? ''],
  }
  return { ...Object.fromEntries(Object.values(told)), ...(identity && identityFields(identity)) }
}

export function identityFields({ android, apple, passkeys, attestation }: StoredIdentity): FieldTexts {
  const told: Told<StoredIdentity> = {
    android: ['Android', android ? `${android.packageName} ${android.digests.join(' ')}` : ''],
    apple: ['Apple', apple ? `${apple.team}.${apple.bundle}` : ''],
    passkeys: ['passkeys', String(passkeys)],
    attestation: ['attestation', attestation],
  }
  return Object.fromEntries(Object.values(told))
}

export function subscriptionFields({ plan, scopes, trusted }: SubscriptionFields): FieldTexts {
  const told: Told<SubscriptionFields> = {
    plan: ['plan', plan],
    scopes: ['scopes', [...scopes].sort().join(' ')],
    trusted: ['trusted', String(trusted)],
  }
  return Object.fromEntries(Object.values(told))
}

function partOf(hash: string): string {
  return `of SHA-256 ${hash.slice(0, 8)}…`
}
