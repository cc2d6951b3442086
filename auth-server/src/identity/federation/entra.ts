// Microsoft Entra: OpenID Connect of one tenant, which its tokens have to name; the address is only what its administrators have typed.
import { addressField, textField } from './fields.ts'
import { CLIENT_FIELDS, openOidc } from './oidc.ts'
import { LOGOUT_FIELD } from './oidc-logout.ts'
import { type ProviderField, providerKind } from './provider.ts'

/** Never `common` or `organizations`: then anybody could make a tenant whose people say who they are. */
const TENANT: ProviderField<string> = {
  about:
    'the directory (tenant) ID, as the overview of the app registration shows it; another tenant is another provider',
  parse(value) {
    const isId = typeof value === 'string' && /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/.test(value)
    return isId
      ? { value }
      : {
          problem:
            'has to be the ID of one tenant, in small letters, like 0123abcd-0123-0123-0123-0123456789ab; not common or organizations',
        }
  },
}

export const ENTRA = providerKind(
  {
    title: 'Microsoft Entra',
    register:
      'In the [Entra admin center](https://entra.microsoft.com), register an application for the accounts of *this* directory only, with the redirect URI above for the platform *Web*, and a client secret. Under *Token configuration* add the optional claims `email` and `xms_edov` to the ID token (without `xms_edov` no address counts), and `auth_time` if your apps ask for fresh sign-ins. With `logout: true`, add the address above that ends in `/logout` to the redirect URIs of the platform *Web*: it is where people come back to. Several tenants are several providers.',
    label: 'Microsoft',
    fields: {
      tenant: TENANT,
      ...CLIENT_FIELDS,
      scopes: { ...textField('what is asked for, with blanks between'), byDefault: 'openid email profile' },
      logout: LOGOUT_FIELD,
      url: { ...addressField('of a national cloud'), byDefault: 'https://login.microsoftonline.com' },
    },
  },
  ({ tenant, client_id, client_secret_variable, scopes, logout, url }, tools) =>
    openOidc(
      {
        issuer: [url, tenant, 'v2.0'].join('/'),
        clientId: client_id,
        clientSecret: client_secret_variable,
        scopes,
        freshPrompt: 'login',
        logsOut: logout,
        readToken({ tid, xms_edov }) {
          // The issuer has the tenant already; the two never differ in a token of Entra's.
          if (tid !== tenant) throw new Error('the token is of another tenant')
          // Microsoft, "Migrate away from using email claims for user identification": not even email_verified.
          return { emailVerified: xms_edov === true }
        },
      },
      tools,
    ),
)
