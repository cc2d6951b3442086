// RFC 9470: a login that is too weak or too old is told so that the app can ask for a better one, over every plugin and gateway.
import t from 'tap'
import { startBackend } from '../gateway/support/backend.ts'
import { fronts, startFront } from '../gateway/support/front.ts'
import { kongFile } from '../gateway/support/kong-file.ts'
import { createSigningKey, gatewayConfig, nowSeconds, signToken, startKeyServer } from '../support/issuer.ts'
import { startPluginServer } from '../support/plugin-server.ts'
import { createProver } from '../support/prover.ts'
import { createTokenStage, denialOf, verdict } from '../support/token-stage.ts'

const MFA = 'urn:mobile-api-gateway:acr:mfa'
const PASSKEY = 'urn:mobile-api-gateway:acr:passkey'
const PASSWORD = 'urn:mobile-api-gateway:acr:password'

const key = await createSigningKey()
async function bearer(claims: Record<string, unknown> = {}): Promise<string> {
  return `Bearer ${await signToken(key, { claims })}`
}

async function stage(t: { teardown(ended: () => unknown): void }, changes = {}) {
  const keys = await startKeyServer(t, key)
  return createTokenStage(keys.jwksUri, changes)
}

const machine = { sub: 'demo-app', acr: undefined, auth_time: undefined, grant_id: undefined }

t.test('§3: of several classes any counts; another, none, or an unreadable one does not', async (t) => {
  const { decide } = await stage(t, { required_acr: [MFA, PASSKEY] })
  for (const acr of [MFA, PASSKEY]) t.equal(verdict(await decide(await bearer({ acr }))), 'verified', acr)
  for (const acr of [PASSWORD, `${MFA} ${PASSKEY}`, MFA.toUpperCase(), '', undefined, null, 1, true, [MFA], { MFA }])
    t.equal(verdict(await decide(await bearer({ acr }))), 'insufficient-login: strength', JSON.stringify(acr))
  t.equal(verdict(await decide(await bearer(machine))), 'insufficient-login: strength', 'an application by itself')
})

t.test('§3: a login counts for so long and no longer, by the clock, also for a token seen before', async (t) => {
  const { decide, clock } = await stage(t, { max_auth_age_seconds: 60, leeway_seconds: 5 })
  const now = Math.floor(clock.wall() / 1000)
  const token = await bearer({ auth_time: now })
  t.equal(verdict(await decide(token)), 'verified')
  clock.advance(60_000)
  t.equal(verdict(await decide(token)), 'verified')
  clock.advance(4000)
  t.equal(verdict(await decide(token)), 'verified', 'within the leeway')
  clock.advance(2000)
  t.equal(verdict(await decide(token)), 'insufficient-login: age')
})

t.test('§3: a time of login that is to come, or is no time, is none', async (t) => {
  const { decide } = await stage(t, { max_auth_age_seconds: 60 })
  for (const auth_time of [nowSeconds() + 3600, 1e300, undefined, null, 'now', String(nowSeconds()), [nowSeconds()]])
    t.equal(verdict(await decide(await bearer({ auth_time }))), 'insufficient-login: age', JSON.stringify(auth_time))
  t.equal(verdict(await decide(await bearer(machine))), 'insufficient-login: age', 'an application by itself')
})

t.test('a policy that asks for no login takes tokens without one', async (t) => {
  const { decide } = await stage(t)
  for (const claims of [machine, { acr: 7, auth_time: 'yesterday' }])
    t.equal(verdict(await decide(await bearer(claims))), 'verified')
})

t.test('§3: the answers, whole; each names all that the policy asks for', async (t) => {
  const { decide, withConfig } = await stage(t, { required_acr: [MFA, PASSKEY], max_auth_age_seconds: 300 })
  const wanted = `acr_values="${MFA} ${PASSKEY}", max_age="300"`
  const dpop = 'DPoP realm="mobile-api", algs="ES256 ES384 PS256 RS256 EdDSA Ed25519"'
  t.strictSame(denialOf(await decide(await bearer({ acr: PASSWORD }))), {
    status: 401,
    body: {
      error: 'insufficient_user_authentication',
      error_description: 'This request needs a stronger login of the user',
    },
    headers: {
      'WWW-Authenticate': `Bearer realm="mobile-api", error="insufficient_user_authentication", error_description="This request needs a stronger login of the user", ${wanted}, ${dpop}`,
    },
    reason: 'insufficient-login: strength',
  })
  t.strictSame(denialOf(await decide(await bearer({ acr: MFA, auth_time: nowSeconds() - 3600 }))), {
    status: 401,
    body: {
      error: 'insufficient_user_authentication',
      error_description: 'This request needs a more recent login of the user',
    },
    headers: {
      'WWW-Authenticate': `Bearer realm="mobile-api", error="insufficient_user_authentication", error_description="This request needs a more recent login of the user", ${wanted}, ${dpop}`,
    },
    reason: 'insufficient-login: age',
  })
  const onlyAge = withConfig({ max_auth_age_seconds: 1 })
  const { headers } = denialOf(await onlyAge.decide(await bearer({ auth_time: 0 })))
  t.match(headers['WWW-Authenticate'], / login of the user", max_age="1", DPoP /)
  const onlyClass = withConfig({ required_acr: [MFA] })
  t.match(
    denialOf(await onlyClass.decide(await bearer())).headers['WWW-Authenticate'],
    / login of the user", acr_values="urn:mobile-api-gateway:acr:mfa", DPoP /,
  )
})

t.test('with a DPoP token the challenge stands with DPoP, and first', async (t) => {
  const { decide } = await stage(t, { required_acr: [MFA] })
  const prover = await createProver()
  const token = await signToken(key, { claims: { cnf: { jkt: prover.jkt } } })
  const proof = await prover.prove(token)
  const { status, headers } = denialOf(await decide(`DPoP ${token}`, undefined, proof))
  t.equal(status, 401)
  t.match(
    headers['WWW-Authenticate'],
    /^DPoP realm="mobile-api", error="insufficient_user_authentication", .*acr_values="urn:mobile-api-gateway:acr:mfa", algs=".+", Bearer realm="mobile-api"$/,
  )
})

t.test('whoever may not call at all is not asked to log in for it', async (t) => {
  const { withConfig } = await stage(t)
  const refusing = withConfig({ required_acr: [MFA], required_scopes: ['admin'] })
  t.equal(verdict(await refusing.decide(await bearer())), 'insufficient-scope')
  const closed = withConfig({ required_acr: [MFA], allowed_clients: ['other-app'] })
  t.equal(verdict(await closed.decide(await bearer())), 'client')
  t.equal(verdict(await refusing.decide(await bearer({ exp: nowSeconds() - 60 }))), 'invalid-token: expired')
})

t.test('mobile-gateway and mobile-token both ask', async (t) => {
  const keys = await startKeyServer(t, key)
  const running = await startPluginServer(t)
  const kong = running.connect()
  const { plans, default_limit, ...token } = gatewayConfig(keys.jwksUri, { required_acr: [MFA] })
  for (const [plugin, config] of Object.entries({
    'mobile-gateway': { ...token, plans, default_limit },
    'mobile-token': token,
  })) {
    const instance = await kong.start(plugin, config)
    t.match(await kong.access(instance, { headers: { authorization: await bearer() } }), {
      kind: 'exited',
      status: 401,
      body: { error: 'insufficient_user_authentication' },
    })
    t.match(await kong.access(instance, { headers: { authorization: await bearer({ acr: MFA }) } }), { kind: 'passed' })
  }
})

for (const kind of fronts)
  t.test(`on ${kind}: a call to be stepped up, and the same after it`, async (t) => {
    t.setTimeout(120_000)
    const backend = await startBackend(t, (_req, res) => res.end('reached'))
    const keys = await startKeyServer(t, key)
    const { socketPath } = await startPluginServer(t)
    const gateway = { required_acr: [MFA, PASSKEY], max_auth_age_seconds: 300 }
    const yaml = await kongFile(backend.url, keys.jwksUri, { gateway })
    const front = await startFront(t, kind, { yaml, socketPath })
    const call = async (claims: Record<string, unknown>) =>
      fetch(`${front.url}/mobile/echo`, { headers: { authorization: await bearer(claims) } })
    for (const claims of [{ acr: PASSWORD }, { acr: MFA, auth_time: nowSeconds() - 3600 }, machine]) {
      const refused = await call(claims)
      t.equal(refused.status, 401)
      t.match(
        refused.headers.get('www-authenticate'),
        /^Bearer realm="mobile-api", error="insufficient_user_authentication", error_description="[^"]+", acr_values="urn:mobile-api-gateway:acr:mfa urn:mobile-api-gateway:acr:passkey", max_age="300", /,
      )
      t.match(await refused.json(), { error: 'insufficient_user_authentication' })
    }
    t.equal(backend.seen.length, 0)
    t.equal((await call({ acr: PASSKEY })).status, 200)
  })
