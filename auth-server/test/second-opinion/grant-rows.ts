// The token endpoint: codes and refresh tokens, presented wrongly, twice, or by others.
import type { Row } from './row.ts'

export const codeRows: readonly Row[] = [
  ['a sound redemption', (s) => s.redeem(), '200'],
  ['a code that nobody gave', (s) => s.token(s.redemption('unknown')), '400 invalid_grant'],
  ['no code', (s) => s.token(s.redemption('')), '400 invalid_request'],
  [
    'a code twice',
    async (s) => {
      const code = await s.code()
      await s.token(s.redemption(code))
      return s.token(s.redemption(code))
    },
    '400 invalid_grant',
  ],
  [
    'a refresh after a code came twice at once',
    async (s) => {
      const code = await s.code()
      const first = await s.successorOf(s.redemption(code))
      await s.token(s.redemption(code))
      return s.refresh(first)
    },
    '200',
    {
      theirs: '400 invalid_grant',
      because:
        'a repeat within seconds is the retry of a phone that lost an answer; only a late one ends the tokens (RFC 6749 §4.1.2: SHOULD)',
    },
  ],
  ['of another application', (s) => s.redeem({ client_id: 'other-app' }), '400 invalid_grant'],
  ['another redirect_uri', (s) => s.redeem({ redirect_uri: 'com.example.shop:/callback' }), '400 invalid_grant'],
  [
    'no redirect_uri',
    (s) => s.redeem({ redirect_uri: undefined }),
    '200',
    {
      theirs: '400 invalid_request',
      because: 'OAuth 2.1 drops the parameter: PKCE does what it was for; where it is sent, it is checked',
    },
  ],
  ['another verifier', (s) => s.redeem({ code_verifier: 'a'.repeat(43) }), '400 invalid_grant'],
  ['no verifier', (s) => s.redeem({ code_verifier: undefined }), '400 invalid_grant'],
  [
    'a verifier of 42 characters',
    (s) => s.redeem({ code_verifier: 'a'.repeat(42) }),
    '400 invalid_grant',
    {
      theirs: '400 invalid_request',
      because: 'RFC 7636 §4.6: a verifier that does not fit is invalid_grant, whatever it looks like',
    },
  ],
  [
    'a code after a wrong verifier',
    async (s) => {
      const code = await s.code()
      await s.token(s.redemption(code, { code_verifier: 'a'.repeat(43) }))
      return s.token(s.redemption(code))
    },
    '200',
  ],
  ['another resource', (s) => s.redeem({ resource: 'https://api.example.com/other' }), '400 invalid_target'],
]

export const refreshRows: readonly Row[] = [
  ['a sound refresh', async (s) => s.refresh((await s.tokens()).refresh), '200'],
  ['a refresh token that nobody gave', (s) => s.refresh('unknown'), '400 invalid_grant'],
  ['no refresh token', (s) => s.refresh(''), '400 invalid_request'],
  ['an access token', async (s) => s.refresh((await s.tokens()).access), '400 invalid_grant'],
  ['an ID token', async (s) => s.refresh((await s.tokens()).id), '400 invalid_grant'],
  ['a refresh token as a code', async (s) => s.token(s.redemption((await s.tokens()).refresh)), '400 invalid_grant'],
  [
    'of another application',
    async (s) => s.refresh((await s.tokens()).refresh, { client_id: 'other-app' }),
    '400 invalid_grant',
  ],
  ['less scope', async (s) => s.refresh((await s.tokens()).refresh, { scope: 'orders:read' }), '200'],
  [
    'more scope',
    async (s) => s.refresh((await s.tokens()).refresh, { scope: 'orders:read orders:write' }),
    '400 invalid_scope',
  ],
  ['unknown scope', async (s) => s.refresh((await s.tokens()).refresh, { scope: 'admin' }), '400 invalid_scope'],
  [
    'another resource',
    async (s) => s.refresh((await s.tokens()).refresh, { resource: 'https://api.example.com/other' }),
    '400 invalid_target',
  ],
  [
    'the same again at once, as after a lost answer',
    async (s) => {
      const { refresh } = await s.tokens()
      await s.refresh(refresh)
      return s.refresh(refresh)
    },
    '200',
    {
      theirs: '400 invalid_grant',
      because:
        'AppAuth takes that error for the end of the session; ours gives the same successor to whoever holds the token, for 120 seconds',
    },
  ],
  [
    'the same again after its successor was used',
    async (s) => {
      const { refresh } = await s.tokens()
      await s.refresh(await s.successor(refresh))
      return s.refresh(refresh)
    },
    '400 invalid_grant',
  ],
]
