// One table of grants: what it holds is dispatched, registered and discovered, and nothing else is.
import t from 'tap'
import { GRANTS } from '../../../src/oauth/token/grants/index.ts'
import { createInitialAccessToken } from '../../../src/tokens/initial-access-token.ts'
import { postForm } from '../../support/clients.ts'
import { testServer } from '../../support/server.ts'

t.test('a row is all that registration, discovery and /token need of a grant', async (t) => {
  const { app, db } = await testServer(t)
  const known = [...GRANTS.keys()]
  t.strictSame((await app.inject('/.well-known/openid-configuration')).json().grant_types_supported, known)
  const register = async (grantTypes: readonly string[]) =>
    app.inject({
      method: 'POST',
      url: '/register',
      headers: { authorization: `Bearer ${await createInitialAccessToken(db, { note: 'test', uses: 1 })}` },
      payload: { redirect_uris: ['https://client.example.org/callback'], grant_types: grantTypes },
    })
  const registered = await register(known)
  t.strictSame(registered.json().grant_types, known)
  t.equal((await register([...known, 'password'])).json().error, 'invalid_client_metadata')

  const { client_id, client_secret } = registered.json()
  const authorization = `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`
  const ask = (grant_type: string) => postForm(app, '/token', { grant_type }, { authorization })
  for (const grant_type of known) {
    const { error, error_description } = (await ask(grant_type)).json()
    t.notMatch(error, /unsupported_grant_type|invalid_client/, grant_type)
    t.notMatch(error_description, 'not registered for', grant_type)
  }
  t.equal((await ask('password')).json().error, 'unsupported_grant_type')
})

t.test('what is wrong with a grant itself is said before a proof is looked at or missed', async (t) => {
  const { app, register } = await testServer(t)
  await register({
    clientId: 'bound-app',
    kind: 'native',
    redirectUris: ['com.example.bound:/cb'],
    dpopBound: true,
  })
  const rows: [grant_type: string, more: Record<string, string>, error: string][] = [
    ['authorization_code', {}, 'invalid_request'],
    ['authorization_code', { code: 'x', code_verifier: 'short' }, 'invalid_grant'],
    ['refresh_token', {}, 'invalid_request'],
    ['refresh_token', { refresh_token: 'never issued' }, 'invalid_grant'],
    ['authorization_code', { code: 'x' }, 'invalid_dpop_proof'],
  ]
  for (const dpop of [undefined, 'no proof'])
    for (const [grant_type, more, error] of rows) {
      const form = { client_id: 'bound-app', grant_type, ...more }
      const response = await postForm(app, '/token', form, dpop === undefined ? {} : { dpop })
      t.match(response.json(), { error }, `${grant_type} ${JSON.stringify(more)} ${dpop ?? ''}`)
    }
})
