// Revocation, introspection and userinfo.
import { APP } from '../support/server.ts'
import { asMachine } from './clients.ts'
import { type Row, why } from './row.ts'

export const otherRows: readonly Row[] = [
  ['revoke a refresh token', async (s) => s.revoke((await s.tokens()).refresh), '200'],
  [
    'a refresh after that',
    async (s) => {
      const { refresh } = await s.tokens()
      await s.revoke(refresh)
      return s.refresh(refresh)
    },
    '400 invalid_grant',
  ],
  ['revoke what nobody gave', (s) => s.revoke('unknown'), '200'],
  ['revoke nothing', (s) => s.revoke(''), '400 invalid_request'],
  [
    'revoke with a wrong hint',
    async (s) => s.revoke((await s.tokens()).refresh, { token_type_hint: 'access_token' }),
    '200',
  ],
  ['revoke with an unknown hint', async (s) => s.revoke((await s.tokens()).refresh, { token_type_hint: 'foo' }), '200'],
  [
    'revoke without a client',
    async (s) => s.revoke('unknown', { client_id: undefined }),
    '401 invalid_client',
    { theirs: '400 invalid_request', because: why.NOBODY },
  ],
  [
    'revoke a refresh token of another application',
    async (s) => s.revoke((await s.tokens()).refresh, { client_id: 'other-app' }),
    '200',
  ],
  [
    'a refresh after another application revoked',
    async (s) => {
      const { refresh } = await s.tokens()
      await s.revoke(refresh, { client_id: 'other-app' })
      return s.refresh(refresh)
    },
    '200',
  ],
  [
    'revoke an access token',
    async (s) => s.revoke((await s.tokens()).access),
    '200',
    {
      theirs: '400 unsupported_token_type',
      because: 'it cannot end JWTs; ours end with their login, which gateways hear of',
    },
  ],
  [
    'revoke with GET',
    (s) => s.ask('GET', '/revoke?token=x&client_id=shop-app'),
    '405 invalid_request',
    { theirs: '404', because: why.METHOD },
  ],
  [
    'introspect as an app without a secret',
    async (s) => s.ask('POST', '/introspect', { form: { client_id: APP.clientId, token: (await s.tokens()).refresh } }),
    '401 invalid_client',
    {
      theirs: '200 active',
      because: 'RFC 7662 §2.1: who asks has to be authorized, and anybody can say to be a public client',
    },
  ],
  [
    'introspect as nobody',
    (s) => s.ask('POST', '/introspect', { form: { token: 'x' } }),
    '401 invalid_client',
    { theirs: '400 invalid_request', because: why.NOBODY },
  ],
  ['introspect nothing', (s) => s.ask('POST', '/introspect', { form: {}, headers: asMachine }), '400 invalid_request'],
  [
    'introspect what nobody gave',
    (s) => s.ask('POST', '/introspect', { form: { token: 'x' }, headers: asMachine }),
    '200 inactive',
  ],
  [
    'introspect a refresh token of another application',
    async (s) => s.ask('POST', '/introspect', { form: { token: (await s.tokens()).refresh }, headers: asMachine }),
    '200 inactive',
    {
      theirs: '200 active',
      because:
        'RFC 7662 §4: tokens are shown to those whom they concern; its default policy shows them to every confidential client',
    },
  ],
  [
    'introspect with GET',
    (s) => s.ask('GET', '/introspect?token=x'),
    '405 invalid_request',
    { theirs: '404', because: why.METHOD },
  ],
  ['userinfo without a token', (s) => s.ask('GET', '/userinfo'), '401 invalid_token'],
  [
    'userinfo with a refresh token',
    async (s) => s.ask('GET', '/userinfo', { headers: { authorization: `Bearer ${(await s.tokens()).refresh}` } }),
    '401 invalid_token',
  ],
  [
    'userinfo with an ID token',
    async (s) => s.ask('GET', '/userinfo', { headers: { authorization: `Bearer ${(await s.tokens()).id}` } }),
    '401 invalid_token',
  ],
  [
    'userinfo with a token in the URL',
    async (s) => s.ask('GET', `/userinfo?access_token=${(await s.tokens()).access}`),
    '400 invalid_request',
  ],
  [
    'userinfo with a token in two places',
    async (s) => s.ask('POST', '/userinfo', { form: { access_token: 'x' }, headers: { authorization: 'Bearer x' } }),
    '400 invalid_request',
  ],
  [
    'userinfo with the access token of the API',
    async (s) => s.ask('GET', '/userinfo', { headers: { authorization: `Bearer ${(await s.tokens()).access}` } }),
    '200',
    {
      theirs: '401 invalid_token',
      because:
        'its tokens for an API are for that API only; ours carry openid as well, since one token per app is what apps handle',
    },
  ],
]
