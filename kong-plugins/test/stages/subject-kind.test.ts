// Guests, whom an app knows by a device alone, call only where a policy says so, over every plugin and gateway.
import t from 'tap'
import { startBackend, valuesOf } from '../gateway/support/backend.ts'
import { fronts, startFront } from '../gateway/support/front.ts'
import { kongFile } from '../gateway/support/kong-file.ts'
import { createSigningKey, signToken, startKeyServer } from '../support/issuer.ts'
import { startPluginServer } from '../support/plugin-server.ts'
import { createTokenStage, denialOf, verdict } from '../support/token-stage.ts'

t.setTimeout(300_000)
const key = await createSigningKey()
async function bearer(claims: Record<string, unknown> = {}): Promise<string> {
  return `Bearer ${await signToken(key, { claims })}`
}
const GUEST = { subject_kind: 'guest' }
const MACHINE = { sub: 'demo-app', grant_id: undefined }

async function stage(t: { teardown(ended: () => unknown): void }, changes = {}) {
  const keys = await startKeyServer(t, key)
  return createTokenStage(keys.jwksUri, changes)
}

t.test(
  'by default accounts are admitted, and machines as ever; a guest is not, nor a kind that nobody knows',
  async (t) => {
    const { decide } = await stage(t)
    t.equal(verdict(await decide(await bearer({ subject_kind: 'account' }))), 'verified')
    t.equal(verdict(await decide(await bearer())), 'verified', 'an issuer that has accounts alone')
    t.equal(verdict(await decide(await bearer(MACHINE))), 'verified')
    t.equal(verdict(await decide(await bearer(GUEST))), 'subject-kind: guest')
    for (const subject_kind of ['robot', 'Guest', '', null, 1, ['account'], { account: true }])
      t.equal(
        verdict(await decide(await bearer({ subject_kind }))),
        'invalid-token: claims',
        JSON.stringify(subject_kind),
      )
  },
)

t.test('whom a policy names is admitted, and nobody else; machines are not concerned', async (t) => {
  const both = await stage(t, { required_kind: ['account', 'guest'] })
  for (const claims of [GUEST, {}, MACHINE]) t.equal(verdict(await both.decide(await bearer(claims))), 'verified')
  const guests = await stage(t, { required_kind: ['guest'] })
  t.equal(verdict(await guests.decide(await bearer(GUEST))), 'verified')
  t.equal(verdict(await guests.decide(await bearer(MACHINE))), 'verified')
  t.equal(verdict(await guests.decide(await bearer())), 'subject-kind: account')
})

t.test('the answer, whole: no other token of a guest would do, so it is no 401', async (t) => {
  const { decide } = await stage(t)
  const error = 'subject_kind_not_admitted'
  const error_description = 'This API is for people with an account, and the access token is of a guest'
  t.strictSame(denialOf(await decide(await bearer(GUEST))), {
    status: 403,
    body: { error, error_description },
    headers: {
      'WWW-Authenticate': `Bearer realm="mobile-api", error="${error}", error_description="${error_description}"`,
    },
    reason: 'subject-kind: guest',
  })
})

for (const kind of fronts)
  t.test(`${kind}: a guest is refused, or reaches the backend as one, whatever the client says`, async (t) => {
    const backend = await startBackend(t)
    const keys = await startKeyServer(t, key)
    const { socketPath } = await startPluginServer(t)
    const forged = {
      ...{ 'X-Authenticated-Kind': 'account', x_authenticated_kind: 'account' },
      ...{ 'X-Authenticated-Attested': 'true', x_authenticated_attested: 'true' },
    }
    const statusAt = async (required_kind: readonly string[] | undefined) => {
      // What is undefined stands in no file, so that the default counts.
      const gateway = { required_kind }
      const front = await startFront(t, kind, {
        yaml: await kongFile(backend.url, keys.jwksUri, { gateway }),
        socketPath,
      })
      const headers = { authorization: await bearer(GUEST), ...forged }
      return (await fetch(`${front.url}/mobile/echo`, { headers })).status
    }
    t.equal(await statusAt(undefined), 403)
    t.equal(backend.seen.length, 0)
    t.equal(await statusAt(['account', 'guest']), 200)
    const [seen] = backend.seen
    if (seen === undefined) return t.fail('the backend was not reached')
    t.same(valuesOf(seen, 'X-Authenticated-Kind'), ['guest'])
    t.same(valuesOf(seen, 'X-Authenticated-UserId'), ['usr_alice'])
    t.same(valuesOf(seen, 'X-Authenticated-Attested'), [])
  })
