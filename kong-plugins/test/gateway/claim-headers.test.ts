// Headers of claims at each gateway: the backend is told what the token says or nothing, whatever clients and other plugins write.
import t, { type Test } from 'tap'
import { withSeparatePlugins } from '../check/support/separate-plugins.ts'
import { createSigningKey, signToken, startKeyServer } from '../support/issuer.ts'
import { startPluginServer } from '../support/plugin-server.ts'
import { startBackend, valuesOf } from './support/backend.ts'
import { type FrontKind, fronts, renderKongYml, startFront } from './support/front.ts'
import { type KongFileChanges, kongFile } from './support/kong-file.ts'
import { rawGet, statusOf } from './support/raw.ts'

t.setTimeout(120_000)
const key = await createSigningKey()
const CLAIM_HEADERS = [
  { claim: 'club', header: 'X-Authenticated-Club' },
  { claim: 'tier', header: 'X-Authenticated-Plan-Tier' },
]

/** Spellings that backends take for the same name. */
const FORGED = CLAIM_HEADERS.flatMap(({ header }) => [
  ...[header, header.toLowerCase(), header.toUpperCase(), header.replaceAll('-', '_'), header.replaceAll('-', '.')],
  ...[header.replace('-', '_'), header.toLowerCase().replaceAll('-', '_'), header.replace(/-(?=[^-]*$)/, '_')],
]).flatMap((name) => [`${name}: evil`, `${name}: evil2`])

/** As a plugin between ours and the guard would. */
const OVERWRITE = CLAIM_HEADERS.map(({ header }) => `ngx.req.set_header("${header}", "evil")`).join('; ')

async function start(t: Test, kind: FrontKind, changes: KongFileChanges = {}) {
  const backend = await startBackend(t)
  const keys = await startKeyServer(t, key)
  const { socketPath } = await startPluginServer(t)
  const gateway = { claim_headers: CLAIM_HEADERS, ...changes.gateway }
  const yaml = await kongFile(backend.url, keys.jwksUri, { ...changes, gateway })
  const front = await startFront(t, kind, { yaml, socketPath })
  const told = async (claims: Record<string, unknown> | undefined, lines: readonly string[] = []) => {
    backend.seen.length = 0
    const token = claims === undefined ? [] : [`Authorization: Bearer ${await signToken(key, { claims })}`]
    t.equal(statusOf(await rawGet(front.port, '/mobile/echo', [...token, ...lines])), 200)
    const [seen] = backend.seen
    if (seen === undefined) throw new Error('the backend was not reached')
    t.notMatch(JSON.stringify(seen.rawHeaders), 'evil')
    t.notMatch(JSON.stringify(seen.rawHeaders), /x-mobile-gateway/i)
    return CLAIM_HEADERS.map(({ header }) => valuesOf(seen, header))
  }
  return { backend, front, told }
}

for (const kind of fronts) {
  t.test(`${kind}: what the token says, and nothing of a client, in no spelling`, async (t) => {
    const { told } = await start(t, kind)
    t.strictSame(await told({ club: 'Zürich', tier: ['a', 'b'] }), [['Z%C3%BCrich'], ['a b']])
    t.strictSame(await told({ club: 'Zürich', tier: ['a', 'b'] }, FORGED), [['Z%C3%BCrich'], ['a b']])
    t.strictSame(await told({}, FORGED), [[], []], 'no such claim')
    t.strictSame(await told({ club: 'a\r\nX-Authenticated-UserId: evil', tier: 'evil word' }, FORGED), [[], []])
    t.strictSame(await told({ sub: 'demo-app' }, FORGED), [[], []], 'an application')
    t.strictSame(await told({ club: true, tier: false }, FORGED), [['true'], ['false']])
  })

  t.test(`${kind}: of a call without a token nothing is told`, async (t) => {
    const guard = (lua: string) =>
      lua.replace('policy ~= expected', 'policy ~= expected and policy ~= expected .. "/anonymous"')
    const { told } = await start(t, kind, { gateway: { anonymous: true }, guard })
    t.strictSame(await told(undefined, FORGED), [[], []])
    t.strictSame(await told({ club: 'go' }, FORGED), [['go'], []])
  })

  t.test(`${kind}: nobody has one dropped by naming it in Connection`, async (t) => {
    const { backend, front } = await start(t, kind)
    const token = await signToken(key, { claims: { club: 'go' } })
    for (const { header } of CLAIM_HEADERS)
      for (const name of [header, header.toLowerCase(), header.replaceAll('-', '_')]) {
        const lines = [`Authorization: Bearer ${token}`, `Connection: close, ${name}`]
        t.equal(statusOf(await rawGet(front.port, '/mobile/echo', lines)), 400, name)
      }
    t.strictSame(backend.seen, [])
  })

  t.test(`${kind}: what another plugin writes on the way is put right, told and cleared alike`, async (t) => {
    const guard = (lua: string) => lua.replace('return function()', `return function()\n${OVERWRITE}`)
    const { told } = await start(t, kind, { guard })
    t.strictSame(await told({ club: 'go', tier: 'gold' }), [['go'], ['gold']])
    t.strictSame(await told({ club: 'go' }), [['go'], []])
    t.strictSame(await told({}), [[], []])
  })

  t.test(`${kind}: a required claim that is missing or unusable ends the call before the backend`, async (t) => {
    const [club, tier] = CLAIM_HEADERS
    const { backend, front, told } = await start(t, kind, {
      gateway: { claim_headers: [{ ...club, required: true }, tier] },
    })
    t.strictSame(await told({ club: 'go' }, FORGED), [['go'], []])
    backend.seen.length = 0
    for (const club of [undefined, 'x'.repeat(65), 'two words', { a: 1 }]) {
      const token = await signToken(key, { claims: { club } })
      const answer = await rawGet(front.port, '/mobile/echo', [`Authorization: Bearer ${token}`, ...FORGED])
      t.equal(statusOf(answer), 403)
      t.match(answer, 'claim_required')
    }
    t.strictSame(backend.seen, [])
  })

  t.test(`${kind}: the separate plugins and their guard do the same`, async (t) => {
    const backend = await startBackend(t)
    const keys = await startKeyServer(t, key)
    const { socketPath } = await startPluginServer(t)
    const yaml = withSeparatePlugins(await renderKongYml(backend.url, keys.jwksUri))
      .replaceAll('http://auth-server:4000/jwks', keys.jwksUri)
      .replace('policy: mobile-api # (3)', `policy: mobile-api\n      claim_headers: ${JSON.stringify(CLAIM_HEADERS)}`)
      .replaceAll('return function()', `return function() ${OVERWRITE};`)
    const front = await startFront(t, kind, { yaml, socketPath })
    const told = async (claims: Record<string, unknown>) => {
      const line = `Authorization: Bearer ${await signToken(key, { claims })}`
      t.equal(statusOf(await rawGet(front.port, '/mobile/echo', [line, ...FORGED])), 200)
      const seen = backend.seen.at(-1)
      t.notMatch(JSON.stringify(seen), 'evil')
      return CLAIM_HEADERS.map(({ header }) => (seen === undefined ? [] : valuesOf(seen, header)))
    }
    t.strictSame(await told({ club: 'Zürich', tier: ['a', 'b'] }), [['Z%C3%BCrich'], ['a b']])
    t.strictSame(await told({ club: 'two words' }), [[], []])
  })

  t.test(`${kind}: what is personal is refused when the file is read, with a sentence`, async (t) => {
    const { url } = await startBackend(t)
    for (const [claim, sentence] of [
      ['address', /must not be personal data, since headers reach logs/],
      ['Work_E-Mail', /must not be personal data, since headers reach logs/],
      ['scope', /must not be one of the token's own/],
    ] as const) {
      const gateway = { claim_headers: [{ claim, header: 'X-Authenticated-Other' }] }
      const yaml = await kongFile(url, 'http://127.0.0.1:9/jwks', { gateway })
      await t.rejects(startFront(t, kind, { yaml, socketPath: '/tmp/no-such-plugin-server.sock' }), {
        message: sentence,
      })
    }
  })
}
