// An application of the catalogue file, as the domain defines one. Pure.
import type { FileValues } from '../../config/yaml-fields.ts'
import type { AttestationMode } from '../../store/tables/app-identities.ts'
import type { WrittenIdentity } from '../app-identity.ts'
import { APPLICATION_DEFAULTS } from '../application-defaults.ts'
import type { ApplicationDefinition } from '../applications.ts'
import type { SubscriptionDefinition } from '../subscriptions.ts'
import { lacksRedirectUri } from '../wanted-redirect.ts'
import type { APPLICATION_FIELDS } from './fields.ts'

export interface FileApplication {
  readonly definition: ApplicationDefinition
  readonly identity: (WrittenIdentity & Readonly<{ attestation: AttestationMode }>) | undefined
  readonly subscriptions: readonly Omit<SubscriptionDefinition, 'applicationId'>[]
  /** It signs people in, and there is nowhere for the answer. */
  readonly lacksAddress: boolean
}

/** @param wrong notes a mistake */
export function readApplication(
  clientId: string,
  value: FileValues<typeof APPLICATION_FIELDS>,
  wrong: (text: string) => void,
  environment: Readonly<Record<string, string | undefined>>,
): FileApplication {
  const { identity, subscriptions = [], client_secret_variable: variable } = value
  const clientSecret = variable === undefined ? undefined : environment[variable]
  if (variable !== undefined && !clientSecret)
    wrong(`${clientId}.client_secret_variable names ${variable}, which is not in the environment`)
  if (variable !== undefined && value.client_secret_sha256 !== undefined)
    wrong(`${clientId} has client_secret_variable and client_secret_sha256: take one of them`)
  const { redirect_uris: redirectUris = [], grant_types: grantTypes = APPLICATION_DEFAULTS.grantTypes } = value
  return {
    // Of what phones know an app by follows a redirect URI of its own.
    lacksAddress: subscriptions.length > 0 && !identity && lacksRedirectUri({ redirectUris, grantTypes }),
    definition: {
      clientId,
      name: value.name,
      kind: value.kind,
      redirectUris,
      ...(value.auth_method && { authMethod: value.auth_method }),
      // What is missing in the environment is told above, and not once more.
      clientSecret: variable === undefined ? undefined : clientSecret || 'x'.repeat(43),
      clientSecretHash: value.client_secret_sha256,
      jwks: value.jwks,
      authSigningAlg: value.auth_signing_alg,
      ...(value.grant_types && { grantTypes: value.grant_types }),
      ...(value.pkce_required !== undefined && { pkceRequired: value.pkce_required }),
      ...(value.refresh_idle_seconds !== undefined && { refreshIdleSeconds: value.refresh_idle_seconds }),
      ...(value.refresh_absolute_seconds !== undefined && { refreshAbsoluteSeconds: value.refresh_absolute_seconds }),
      ...(value.require_pushed_requests !== undefined && { requirePushedRequests: value.require_pushed_requests }),
      ...(value.dpop_bound !== undefined && { dpopBound: value.dpop_bound }),
      ...(value.id_token_alg !== undefined && { idTokenAlg: value.id_token_alg }),
      ...(value.claims_in_id_token !== undefined && { claimsInIdToken: value.claims_in_id_token }),
      ...(value.access_token_alg !== undefined && { accessTokenAlg: value.access_token_alg }),
      postLogoutRedirectUris: value.post_logout_redirect_uris ?? [],
      backchannelLogoutUri: value.backchannel_logout_uri ?? null,
      defaultAcrValues: value.default_acr_values ?? [],
      signIn: value.sign_in ?? null,
      brandColor: value.brand_color ?? null,
      policyUri: value.policy_uri ?? null,
      tosUri: value.tos_uri ?? null,
      supportContact: value.support_contact ?? null,
    },
    identity: identity && {
      androidPackage: identity.android?.package,
      androidDigests: identity.android?.digests,
      appleTeam: identity.apple?.team,
      appleBundle: identity.apple?.bundle,
      passkeys: identity.passkeys,
      attestation: identity.attestation ?? 'off',
    },
    subscriptions: subscriptions.map(({ name, value: { plan, scopes, trusted = false } }) => ({
      apiId: name,
      plan,
      scopes,
      trusted,
    })),
  }
}
