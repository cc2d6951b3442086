// Registering applications: what contradicts itself is refused with a sentence that helps.

import t from 'tap'
import {
  type ApplicationDefinition,
  InvalidApplication,
  registerApplication,
} from '../../src/catalogue/applications.ts'
import { subscribe } from '../../src/catalogue/subscriptions.ts'
import { OPERATOR } from '../../src/identity/administration/authority.ts'
import { API, APP, ISSUER, testServer } from '../support/server.ts'

const WEB = { ...APP, clientId: 'web', kind: 'web', redirectUris: ['https://web.example.com/cb'] } as const
const SUBSCRIPTION = { plan: 'basic', scopes: ['orders:read'] }
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
    ['private_key_jwt without keys', { ...WEB, authMethod: 'private_key_jwt' }, /needs public keys/],
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
    [
      "another application's private-use scheme (RFC 8252 §8.4)",
      { ...APP, clientId: 'other-app', redirectUris: ['com.example.shop:/other'] },
      /Another application uses this/,
    ],
    ['a name that turns the writing around', { ...APP, name: 'Shop\u202e' }, /visible characters/],
  ]
  for (const [name, definition, message] of refused) {
    const error: unknown = await registerApplication(db, definition, ISSUER, OPERATOR).catch((error: unknown) => error)
    t.ok(error instanceof InvalidApplication, name)
    t.match(error, { message }, name)
  }
  const id = await registerApplication(
    db,
    { ...WEB, ...SECRET, idTokenAlg: 'RS256', accessTokenAlg: 'EdDSA' },
    ISSUER,
    OPERATOR,
  )
  t.equal(
    await registerApplication(db, { ...WEB, ...SECRET, name: 'Renamed' }, ISSUER, OPERATOR),
    id,
    'again: the same application',
  )
})

t.test(
  'RFC 8252 §8.4: of applications with one private-use scheme one is let in; the others held nothing',
  async (t) => {
    const { db } = await testServer(t)
    const own = ['com.example.own:/callback', 'http://127.0.0.1/callback']
    const rivals = Array.from({ length: 6 }, (_, index) => ({ ...APP, clientId: `rival-${index}`, redirectUris: own }))
    const ids = await Promise.all(rivals.map((rival) => registerApplication(db, rival, ISSUER, OPERATOR)))
    const wishes = ids.map((applicationId) => ({ ...SUBSCRIPTION, applicationId, apiId: API.id, trusted: false }))
    const outcomes = await Promise.allSettled(wishes.map((wish) => subscribe(db, wish, OPERATOR)))
    const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    for (const refusal of refusals) {
      t.match(refusal, { name: 'CatalogueConflict', message: /cannot be approved.*Another application uses/ })
      t.notMatch(refusal.message, /rival/)
    }
    t.strictSame(outcomes.map(({ status }) => status).sort(), [
      'fulfilled',
      ...Array.from({ length: 5 }, () => 'rejected'),
    ])
    const [winner] = await db
      .selectFrom('applications')
      .where('client_id', 'like', 'rival-%')
      .where('id', 'in', db.selectFrom('subscriptions').select('application_id'))
      .selectAll()
      .execute()
    const won = { ...APP, clientId: winner?.client_id ?? '', redirectUris: own }
    t.equal(
      await registerApplication(db, { ...won, name: 'Renamed' }, ISSUER, OPERATOR),
      winner?.id,
      'and keeps it when it is registered again',
    )
    await registerApplication(db, { ...won, redirectUris: [] }, ISSUER, OPERATOR)
    t.ok(
      await db
        .transaction()
        .execute((trx) => registerApplication(trx, { ...won, clientId: 'rival-next' }, ISSUER, OPERATOR)),
      'until it gives it up',
    )
  },
)
