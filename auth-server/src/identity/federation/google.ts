// Google: OpenID Connect at a known issuer, and the authority for addresses that are Google's own.
import { addressField } from './fields.ts'
import { CLIENT_FIELDS, openOidc } from './oidc.ts'
import { providerKind, type UpstreamIdentity } from './provider.ts'

export const GOOGLE = providerKind(
  {
    title: 'Google',
    register:
      'In the [Google Cloud console](https://console.cloud.google.com/auth/clients), make a client of the type *Web application* with the redirect URI above under *Authorized redirect URIs*.',
    label: 'Google',
    fields: { ...CLIENT_FIELDS, url: { ...addressField('only for tests'), byDefault: 'https://accounts.google.com' } },
  },
  ({ client_id, client_secret_variable, url }, tools) => ({
    ...openOidc(
      {
        issuer: url,
        clientId: client_id,
        clientSecret: client_secret_variable,
        scopes: 'openid email profile',
        // Google does not know "login".
        freshPrompt: 'select_account',
      },
      tools,
    ),
    isAuthorityFor,
  }),
)

/**
 * Of a Gmail address, and of one in the domain of a Workspace (`hd`). Any other was verified when the account was made and
 * may be somebody else's by now (Google, "Authenticate with a backend server").
 */
export function isAuthorityFor({ email = '', claims }: Pick<UpstreamIdentity, 'email' | 'claims'>): boolean {
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase()
  return domain === 'gmail.com' || (typeof claims.hd === 'string' && claims.hd.toLowerCase() === domain)
}
