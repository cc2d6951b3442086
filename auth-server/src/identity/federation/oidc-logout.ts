// How browsers are led to the end of their sign-in at an OpenID Connect provider (RP-Initiated Logout 1.0 §2).
import type { Configuration } from 'openid-client'
import { flagField } from './fields.ts'
import type { ProviderLogout, UpstreamTools } from './provider.ts'

/** Of an ID token in an address. */
const MAX_HINT_LENGTH = 6000

export const LOGOUT_FIELD = flagField(
  '`true`: whoever signs out here is led there to sign out as well; its discovery document has to have an `end_session_endpoint`',
)

/** None where it would make the address longer than servers take; they know the client then, and ask the person. */
export function logoutHint(idToken: string | undefined): string {
  return idToken !== undefined && idToken.length <= MAX_HINT_LENGTH ? idToken : ''
}

/** @param known what was discovered before, if anything was */
export function oidcLogout(
  issuer: string,
  { discover, known }: Readonly<{ discover: () => Promise<Configuration>; known: () => Configuration | undefined }>,
  { knock, ownAddress }: Pick<UpstreamTools, 'knock' | 'ownAddress'>,
): ProviderLogout {
  return {
    leadsTo: () => known()?.serverMetadata().end_session_endpoint ?? issuer,
    async begin({ hint, state }) {
      const configuration = await discover()
      const address = configuration.serverMetadata().end_session_endpoint
      if (address === undefined) throw new Error('the discovery document names no end_session_endpoint')
      // Whoever is sent to nobody is stuck there.
      await knock(address, 'browsers')
      const { buildEndSessionUrl } = await import('openid-client')
      return buildEndSessionUrl(configuration, {
        post_logout_redirect_uri: ownAddress('logout'),
        state,
        ...(hint !== '' && { id_token_hint: hint }),
      })
    },
  }
}
