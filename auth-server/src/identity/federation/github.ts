// GitHub: OAuth 2 without OpenID Connect. Who it is says the API, and the number of the account counts: names are given away again.
import type { AuthorizationServer, Client } from 'oauth4webapi'
import { addressField, secretField, textField } from './fields.ts'
import { providerKind, type UpstreamAnswer, type UpstreamIdentity, type UpstreamTools } from './provider.ts'

export const GITHUB = providerKind(
  {
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
    const authorizeUrl = `${url}/login/oauth/authorize`
    const server: AuthorizationServer = {
      issuer: url,
      authorization_endpoint: authorizeUrl,
      token_endpoint: `${url}/login/oauth/access_token`,
      // RFC 9207 is not spoken there.
      authorization_response_iss_parameter_supported: false,
    }
    const client: Client = { client_id }
    return {
      issuer: url,
      async begin({ redirectUri, state, codeVerifier, isFresh }) {
        const oauth = await import('oauth4webapi')
        const address = new URL(authorizeUrl)
        address.search = new URLSearchParams({
          response_type: 'code',
          client_id,
          redirect_uri: redirectUri,
          scope: 'read:user user:email',
          state,
          code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
          code_challenge_method: 'S256',
          ...(isFresh && { prompt: 'select_account' }),
        }).toString()
        return address
      },
      finish: (answer) => finish({ server, client, secret: client_secret_variable, apiUrl: api_url }, tools, answer),
    }
  },
)

interface GithubApp {
  readonly server: AuthorizationServer
  readonly client: Client
  readonly secret: string
  readonly apiUrl: string
}

async function finish(
  { server, client, secret, apiUrl }: GithubApp,
  { fetch, allowLoopback }: UpstreamTools,
  { parameters, state, redirectUri, codeVerifier }: UpstreamAnswer,
): Promise<UpstreamIdentity> {
  const oauth = await import('oauth4webapi')
  const options = { [oauth.customFetch]: fetch, [oauth.allowInsecureRequests]: allowLoopback }
  const sound = oauth.validateAuthResponse(server, client, parameters, state)
  const authentication = oauth.ClientSecretPost(secret)
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    authentication,
    sound,
    redirectUri,
    codeVerifier,
    options,
  )
  // It says what is wrong under 200, which the library takes for a broken answer: refused either way.
  const { access_token: token } = await oauth.processAuthorizationCodeResponse(server, client, response)
  const read = async (what: string): Promise<unknown> => {
    const headers = {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      'user-agent': client.client_id,
    }
    const answer = await fetch(`${apiUrl}/${what}`, { method: 'GET', headers })
    if (answer.status !== 200) throw new Error(`${what} answered ${answer.status}`)
    return answer.json()
  }
  const [user, emails] = await Promise.all([read('user'), read('user/emails')])
  if (!isObject(user) || typeof user.id !== 'number' || !Number.isSafeInteger(user.id))
    throw new Error('user has no id that is a number')
  const primary = Array.isArray(emails) ? emails.filter(isObject).find(({ primary }) => primary === true) : undefined
  const name = typeof user.name === 'string' && user.name !== '' ? user.name : user.login
  return {
    issuer: server.issuer,
    subject: String(user.id),
    ...(typeof primary?.email === 'string' && { email: primary.email }),
    emailVerified: primary?.verified === true,
    ...(typeof name === 'string' && { name }),
    claims: user,
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
