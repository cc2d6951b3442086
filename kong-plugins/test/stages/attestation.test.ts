// Tokens bound to a key that a phone has vouched for: a policy says of which kinds of users it takes no others.
import t from 'tap'
import { createSigningKey, signToken, startKeyServer } from '../support/issuer.ts'
import { createProver } from '../support/prover.ts'
import { createTokenStage, denialOf, verdict } from '../support/token-stage.ts'

const key = await createSigningKey()
async function bearer(claims: Record<string, unknown> = {}): Promise<string> {
  return `Bearer ${await signToken(key, { claims })}`
}
const ORIGIN = 'http://localhost:8000'
const GUEST = { subject_kind: 'guest' }
const MACHINE = { sub: 'demo-app', grant_id: undefined }

async function stage(t: { teardown(ended: () => unknown): void }, changes = {}) {
  const keys = await startKeyServer(t, key)
  return createTokenStage(keys.jwksUri, { required_kind: ['account', 'guest'], ...changes })
}

t.test('by default nobody is asked', async (t) => {
  const { decide } = await stage(t)
  for (const claims of [GUEST, {}, MACHINE]) t.equal(verdict(await decide(await bearer(claims))), 'verified')
})

t.test('of a kind that is named only who is attested; the others, and machines, are not concerned', async (t) => {
  const { decide } = await stage(t, { required_attestation: ['guest'] })
  for (const claims of [{}, MACHINE]) t.equal(verdict(await decide(await bearer(claims))), 'verified')
  // A bearer token is bound to no key, so nothing can have vouched for one.
  for (const attested of [undefined, false, true, 'true', 1, null, ['app-attest'], {}])
    t.equal(verdict(await decide(await bearer({ ...GUEST, attested }))), 'attestation', JSON.stringify(attested))
  const all = await stage(t, { required_attestation: ['account', 'guest'] })
  for (const claims of [{}, GUEST]) t.equal(verdict(await all.decide(await bearer(claims))), 'attestation')
  t.equal(verdict(await all.decide(await bearer(MACHINE))), 'verified')
})

t.test('a token that is bound to an attested key passes with its proof; to another key it does not', async (t) => {
  const { decide } = await stage(t, {
    required_attestation: ['guest', 'account'],
    public_origin: ORIGIN,
    dpop: 'optional',
  })
  const app = await createProver()
  const decided = async (claims: Record<string, unknown>) => {
    const token = await signToken(key, { claims: { ...claims, cnf: { jkt: app.jkt } } })
    return verdict(await decide(`DPoP ${token}`, 'GET', await app.prove(token)))
  }
  for (const kind of [GUEST, {}]) {
    t.equal(await decided({ ...kind, attested: true }), 'verified')
    for (const attested of [undefined, false, 'true', 1, null])
      t.equal(await decided({ ...kind, attested }), 'attestation', JSON.stringify(attested))
  }
})

t.test('the caller is attested where the token is, and only there', async (t) => {
  const { decide } = await stage(t, { public_origin: ORIGIN })
  const app = await createProver()
  const token = await signToken(key, { claims: { ...GUEST, attested: true, cnf: { jkt: app.jkt } } })
  const bound = await decide(`DPoP ${token}`, 'GET', await app.prove(token))
  t.match(bound, { kind: 'verified', claims: { isAttested: true } })
  t.match(await decide(await bearer({ ...GUEST, attested: true })), { kind: 'verified', claims: { isAttested: false } })
})

t.test('the answer, whole: another token of this device would not do, so it is no 401', async (t) => {
  const { decide } = await stage(t, { required_attestation: ['guest'] })
  const error = 'attestation_required'
  const error_description = 'This API is for devices that vouch for their key, and the access token is of none'
  t.strictSame(denialOf(await decide(await bearer(GUEST))), {
    status: 403,
    body: { error, error_description },
    headers: {
      'WWW-Authenticate': `Bearer realm="mobile-api", error="${error}", error_description="${error_description}"`,
    },
    reason: 'attestation',
  })
})
