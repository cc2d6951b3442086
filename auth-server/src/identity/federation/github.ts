// GitHub: OAuth 2 without OpenID Connect. Who it is says the API, and the number of the account counts: names are given away again.
import { addressField, secretField, textField } from './fields.ts'
import { isObject, openOAuth2, type ReadApi, subjectOf } from './oauth2.ts'
import { providerKind, type UpstreamIdentity } from './provider.ts'

export const GITHUB = providerKind(
  {
    title: 'GitHub',
    register:
      'Under *Settings, Developer settings, OAuth apps* of the account or organization, make an OAuth app with the redirect URI above as *Authorization callback URL*, and a client secret.',
    label: 'GitHub',
    fields: {
      client_id: textField('the client ID of the OAuth app'),
      client_secret_variable: secretField('the environment variable with the client secret'),
      url: { ...addressField('your GitHub Enterprise Server'), byDefault: 'https://github.com' },
      api_url: {
        ...addressField('its API, such as https://github.example.com/api/v3'),
        byDefault: 'https://api.github.com',
      },
    },
  },
  ({ client_id, client_secret_variable, url, api_url }, tools) => {
    const at = (...parts: readonly string[]) => [url, 'login', 'oauth', ...parts].join('/')
    return openOAuth2(
      {
        issuer: url,
        callsItself: at(),
        authorizationUrl: at('authorize'),
        tokenUrl: at('access_token'),
        clientId: client_id,
        clientSecret: client_secret_variable,
        secretIn: 'form',
        scopes: 'read:user user:email',
        freshPrompt: 'select_account',
        whoIs: (read) => whoIs(url, api_url, read),
      },
      tools,
    )
  },
)

async function whoIs(issuer: string, apiUrl: string, read: ReadApi): Promise<UpstreamIdentity> {
  const account = `${apiUrl}/user`
  const [user, emails] = await Promise.all([read(account), read([account, 'emails'].join('/'))])
  if (!isObject(user) || typeof user.id !== 'number') throw new Error('the account has no number')
  // Of several addresses the one that GitHub itself writes to. What stands in a profile anybody may have typed.
  const primary = Array.isArray(emails) ? emails.filter(isObject).find(({ primary }) => primary === true) : undefined
  const name = typeof user.name === 'string' && user.name !== '' ? user.name : user.login
  return {
    issuer,
    subject: subjectOf(user.id),
    ...(typeof primary?.email === 'string' && { email: primary.email }),
    emailVerified: primary?.verified === true,
    ...(typeof name === 'string' && { name }),
    claims: { ...user, emails },
  }
}
