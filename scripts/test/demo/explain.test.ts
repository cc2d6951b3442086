// A refusal of the auth server is told by its code and its description.
import { sentenceOf } from '@mobile-api-gateway/sdk/command-line.ts'
import * as oauth from 'oauth4webapi'
import t from 'tap'
import { explain } from '../../demo/explain.ts'

const server = { issuer: 'http://localhost:4000' }
const client = { client_id: 'demo-app' }
async function caught(play: () => unknown): Promise<unknown> {
  try {
    return await play()
  } catch (error) {
    return error
  }
}

t.test('a refused authorization says error and error_description', async (t) => {
  const refused = new URLSearchParams({
    error: 'invalid_scope',
    error_description: 'No scope orders:reed.',
    state: 's',
  })
  const error = await caught(() => oauth.validateAuthResponse(server, client, refused, 's'))
  t.equal(sentenceOf(explain(error)), 'The auth server refused: invalid_scope: No scope orders:reed.')
})

t.test('a refused token request does, too', async (t) => {
  const answer = Response.json({ error: 'invalid_grant' }, { status: 400 })
  const error = await caught(() => oauth.processAuthorizationCodeResponse(server, client, answer))
  t.equal(sentenceOf(explain(error)), 'The auth server refused: invalid_grant')
})

t.test('anything else stays', async (t) => {
  const error = new Error('fetch failed')
  t.equal(explain(error), error)
})
