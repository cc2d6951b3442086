// Protected-resource metadata (RFC 9728): tells an app that only knows the API's address where to get tokens for it.
import { PROOF_ALGORITHMS } from '@mobile-api-gateway/sdk/dpop-proof.ts'
import type { MetadataConfig } from '../../schema/metadata.ts'
import type { Answer } from '../effects.ts'

/** Members in the order of RFC 9728 §2; those without a value are left out. */
function metadata(config: MetadataConfig): Readonly<Record<string, unknown>> {
  const { dpop, scopesSupported } = config
  return {
    resource: config.resource,
    authorization_servers: config.authorizationServers,
    ...(scopesSupported.size > 0 && { scopes_supported: [...scopesSupported] }),
    // "The empty array can be used to indicate that no bearer methods are supported."
    bearer_methods_supported: dpop === 'required' ? [] : ['header'],
    ...(config.resourceName !== undefined && { resource_name: config.resourceName }),
    ...(config.resourceDocumentation !== undefined && { resource_documentation: config.resourceDocumentation }),
    ...(config.resourcePolicyUri !== undefined && { resource_policy_uri: config.resourcePolicyUri }),
    ...(config.resourceTosUri !== undefined && { resource_tos_uri: config.resourceTosUri }),
    ...(dpop !== 'off' && { dpop_signing_alg_values_supported: PROOF_ALGORITHMS }),
    ...(dpop === 'required' && { dpop_bound_access_tokens_required: true }),
  }
}

/** The one answer, prepared once. Text, because Kong would turn empty arrays of a table into objects. */
export function metadataStage(config: MetadataConfig): Answer {
  return {
    status: 200,
    body: JSON.stringify(metadata(config)),
    headers: {
      'Content-Type': 'application/json',
      'Cache-Control': `public, max-age=${config.maxAgeSeconds}`,
      // Public, and the same for everybody: apps in browsers may read it, too.
      'Access-Control-Allow-Origin': '*',
    },
  }
}
