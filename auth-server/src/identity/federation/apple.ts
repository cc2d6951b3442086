// Sign in with Apple: OpenID Connect with a secret that a key signs, an answer that is posted, and a token to be revoked when the link ends.
import type { KeyObject } from 'node:crypto'
import { SignJWT } from 'jose'
import type { ClientAuth } from 'openid-client'
import { addressField, privateKeyField, textField } from './fields.ts'
import { isObject } from './oauth2.ts'
import { openOidc } from './oidc.ts'
import { CancelledThere, type ProviderField, providerKind, type UpstreamIdentity } from './provider.ts'

/** Apple takes six months at most ("Creating a client secret"); each of ours is used once. */
const SECRET_SECONDS = 300
/** Where Apple itself delivers, or forwards to whoever hides their address ("Communicating using the private email relay service"). */
const OWN_DOMAINS: ReadonlySet<string> = new Set(['privaterelay.appleid.com', 'icloud.com', 'me.com', 'mac.com'])
/** A name is short; what posts it is a browser. */
const MAX_USER_LENGTH = 4096

function idField(about: string): ProviderField<string> {
  return {
    about,
    parse: (value) =>
      typeof value === 'string' && /^[A-Z\d]{10}$/.test(value)
        ? { value }
        : { problem: 'has to be ten capital letters and digits, in quotes' },
  }
}

export const APPLE = providerKind(
  {
    title: 'Sign in with Apple',
    register:
      'Under [Certificates, Identifiers & Profiles](https://developer.apple.com/account/resources), make a *Services ID* whose primary App ID has *Sign in with Apple*, with the redirect URI above as *Return URL* (https, no localhost), and a *key* for Sign in with Apple. So that mail reaches people who hide their address, register `MAIL_FROM` there under *Services, Sign in with Apple for Email Communication*. When somebody unlinks Apple or their account is erased, Apple is told (App Review asks for that).',
    label: 'Apple',
    fields: {
      client_id: textField('the identifier of the Services ID, like com.example.login'),
      team_id: idField('the Team ID, as Membership details show it'),
      key_id: idField('the Key ID of the key'),
      private_key_variable: privateKeyField('the environment variable with the key (the `.p8` file)'),
      url: { ...addressField('only for tests'), byDefault: 'https://appleid.apple.com' },
    },
    check: ({ private_key_variable: key }) =>
      key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
        ? undefined
        : { at: 'private_key_variable', problem: "names another key than Apple's, which is one for ES256 (P-256)" },
  },
  ({ client_id: clientId, team_id: teamId, key_id: keyId, private_key_variable: key, url }, tools) => {
    const protocol = openOidc(
      {
        issuer: url,
        clientId,
        clientSecret: secretOf({ clientId, teamId, keyId, key, audience: url }),
        scopes: 'name email',
        // Without it Apple gives nobody's name or address.
        asks: { response_mode: 'form_post' },
        keepsToken: true,
        // "The value may be a string or a Boolean": of Apple alone this is documented.
        readToken: ({ email_verified: verified }, answer) => ({
          emailVerified: verified === true || verified === 'true',
          name: nameIn(answer.get('user')),
        }),
      },
      tools,
    )
    return {
      ...protocol,
      posts: { to: 'callback', stateIn: 'state' },
      async finish(answer) {
        if (answer.parameters.get('error') === 'user_cancelled_authorize') throw new CancelledThere()
        return protocol.finish(answer)
      },
      isAuthorityFor: ({ email = '' }: Pick<UpstreamIdentity, 'email'>) =>
        OWN_DOMAINS.has(email.slice(email.lastIndexOf('@') + 1).toLowerCase()),
    }
  },
)

interface SecretFacts {
  readonly clientId: string
  readonly teamId: string
  readonly keyId: string
  readonly key: KeyObject
  readonly audience: string
}

/** A secret that the key of the team signs, made for each request. */
function secretOf({ clientId, teamId, keyId, key, audience }: SecretFacts): ClientAuth {
  return async (_server, _client, body) => {
    const secret = await new SignJWT()
      .setProtectedHeader({ alg: 'ES256', kid: keyId })
      .setIssuer(teamId)
      .setSubject(clientId)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(`${SECRET_SECONDS}s`)
      .sign(key)
    body.set('client_id', clientId)
    body.set('client_secret', secret)
  }
}

/**
 * Apple says somebody's name at their first sign-in only, in the form, and signs nothing of it: whoever sits at the browser
 * may have written it. It is good for what people call themselves, and nothing else of it (there is an address, too) is read.
 */
function nameIn(user: string | null): string | undefined {
  if (user === null || user.length > MAX_USER_LENGTH) return undefined
  const name = nameOf(user)
  const parts = isObject(name) ? [name.firstName, name.lastName] : []
  const words = parts.filter((part) => typeof part === 'string' && part !== '')
  return words.length === 0 ? undefined : words.join(' ')
}

function nameOf(user: string): unknown {
  try {
    const told: unknown = JSON.parse(user)
    return isObject(told) ? told.name : undefined
  } catch {
    return undefined
  }
}
