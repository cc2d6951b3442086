// The one door for applications: what contradicts itself is refused with a sentence that helps.
import t from 'tap'
import { type ApplicationDefinition, InvalidApplication, registerApplication } from '../src/catalogue/applications.ts'
import { APP, testServer } from './support/server.ts'

const WEB = { ...APP, clientId: 'web', kind: 'web', redirectUris: ['https://web.example.com/cb'] } as const
const SECRET = { authMethod: 'client_secret_basic', clientSecret: 'x'.repeat(43) } as const

t.test('registering an application', async (t) => {
  const { db } = await testServer(t)
  const refused: [string, ApplicationDefinition, RegExp][] = [
    ['an ID token algorithm that nobody signs with', { ...APP, idTokenAlg: 'none' }, /signed with one of ES256/],
    [
      'an access token algorithm that nobody signs with',
      { ...APP, accessTokenAlg: 'HS256' },
      /signed with one of ES256/,
    ],
    ['a secret in an app (RFC 8252 §8.5)', { ...APP, ...SECRET }, /keeps no secret/],
    ['a secret for a public client', { ...WEB, clientSecret: 'x' }, /A secret goes with/],
    ['no secret where one is needed', { ...WEB, authMethod: 'client_secret_post' }, /A secret goes with/],
    ['a secret that could be guessed', { ...WEB, ...SECRET, clientSecret: 'x'.repeat(31) }, /32 characters at least/],
    ['keys without private_key_jwt', { ...WEB, jwks: { keys: [] } }, /jwks goes with private_key_jwt/],
    [
      'client_credentials for a public client',
      { ...APP, grantTypes: ['client_credentials'] },
      /clients that authenticate/,
    ],
    ['no PKCE for a public client', { ...APP, pkceRequired: false }, /uses PKCE/],
    [
      'a redirect URI with a fragment',
      { ...WEB, ...SECRET, redirectUris: ['https://web.example.com/cb#x'] },
      /no fragment/,
    ],
    [
      'a logout address on plain http',
      { ...WEB, ...SECRET, backchannelLogoutUri: 'http://web.example.com/out' },
      /https/,
    ],
    ['a name that turns the writing around', { ...APP, name: 'Shop\u202e' }, /visible characters/],
  ]
  for (const [name, definition, message] of refused) {
    const error: unknown = await registerApplication(db, definition).catch((thrown: unknown) => thrown)
    t.ok(error instanceof InvalidApplication, name)
    t.match(error, { message }, name)
  }
  const id = await registerApplication(db, { ...WEB, ...SECRET, idTokenAlg: 'RS256', accessTokenAlg: 'EdDSA' })
  t.equal(await registerApplication(db, { ...WEB, ...SECRET, name: 'Renamed' }), id, 'again: the same application')
})
