// RFC 9728: an app that knows only the API's address learns where to get tokens for it, before it has any.

import { readFile } from 'node:fs/promises'
import t from 'tap'
import { parse } from 'yaml'
import { startBackend } from '../gateway/support/backend.ts'
import { fronts, renderKongYml, startFront } from '../gateway/support/front.ts'
import { rawRequest, statusOf } from '../gateway/support/raw.ts'
import { startPluginServer } from '../support/plugin-server.ts'

const config = {
  resource: 'https://api.example.com/mobile',
  authorization_servers: ['https://login.example.com'],
}
const algorithms = ['ES256', 'ES384', 'PS256', 'RS256', 'EdDSA', 'Ed25519']
t.setTimeout(120_000)

t.test('§2: the document, by what the API does about bound tokens', async (t) => {
  const kong = (await startPluginServer(t)).connect()
  const header = { ...config, bearer_methods_supported: ['header'] }
  const rows: readonly (readonly [Record<string, unknown>, Record<string, unknown>])[] = [
    [{}, { ...header, dpop_signing_alg_values_supported: algorithms }],
    [{ dpop: 'off' }, header],
    [
      { dpop: 'required' },
      {
        ...config,
        bearer_methods_supported: [],
        dpop_signing_alg_values_supported: algorithms,
        dpop_bound_access_tokens_required: true,
      },
    ],
    [
      {
        dpop: 'off',
        scopes_supported: ['orders:read'],
        resource_name: 'Orders',
        resource_documentation: 'https://docs.example.com',
        resource_policy_uri: 'https://example.com/policy',
        resource_tos_uri: 'https://example.com/terms',
      },
      {
        ...header,
        scopes_supported: ['orders:read'],
        resource_name: 'Orders',
        resource_documentation: 'https://docs.example.com',
        resource_policy_uri: 'https://example.com/policy',
        resource_tos_uri: 'https://example.com/terms',
      },
    ],
  ]
  for (const [changes, expected] of rows) {
    const { body, ...outcome } = await kong.access(await kong.start('mobile-metadata', { ...config, ...changes }), {})
    t.strictSame(JSON.parse(String(body)), expected)
    t.strictSame(outcome, {
      kind: 'exited',
      status: 200,
      headers: {
        'Content-Type': 'application/json',
        'Cache-Control': 'public, max-age=3600',
        'Access-Control-Allow-Origin': '*',
      },
      requestHeaders: {},
      responseHeaders: {},
      calls: ['kong.response.exit'],
    })
  }
})

t.test("kong.yml: the metadata and the API's own settings say the same", async (t) => {
  const { services, routes } = parse(await readFile(new URL('../../../kong.yml', import.meta.url), 'utf8'))
  const gateway = services[0].plugins[0].config
  const [{ paths, plugins }] = routes
  const metadata = plugins[0].config
  t.strictSame([metadata.resource], gateway.audiences)
  t.strictSame(
    metadata.authorization_servers,
    gateway.issuers.map(({ issuer }: { issuer: string }) => issuer),
  )
  const { origin, pathname } = new URL(metadata.resource)
  const wellKnown = `/.well-known/oauth-protected-resource${pathname}`
  t.equal(gateway.resource_metadata, origin + wellKnown, '§3.1: between the host and the path of the resource')
  t.ok(new RegExp(`^${paths[0].slice(1)}`).test(wellKnown))
})

for (const kind of fronts) {
  t.test(`${kind}: public, on its own path, for GET and HEAD; without the plugin server it is nobody's`, async (t) => {
    const backend = await startBackend(t)
    const running = await startPluginServer(t)
    const yaml = await renderKongYml(backend.url)
    const front = await startFront(t, kind, { yaml, socketPath: running.socketPath })
    const url = `${front.url}/.well-known/oauth-protected-resource/mobile`
    const answer = await fetch(url)
    t.equal(answer.status, 200)
    t.equal(answer.headers.get('content-type'), 'application/json')
    t.equal(answer.headers.get('access-control-allow-origin'), '*')
    t.equal(answer.headers.get('cache-control'), 'public, max-age=3600')
    t.strictSame(await answer.json(), {
      resource: 'http://localhost:8000/mobile',
      authorization_servers: ['http://localhost:4000'],
      scopes_supported: ['profile:read', 'orders:read', 'orders:write'],
      bearer_methods_supported: ['header'],
      dpop_signing_alg_values_supported: algorithms,
    })
    t.equal((await fetch(`${url}?a=1`, { headers: { authorization: 'Bearer nonsense' } })).status, 200)
    const head = await fetch(url, { method: 'HEAD' })
    t.strictSame([head.status, await head.text()], [200, ''])
    for (const path of ['/mobile/x', '/mobilex', '', '/other'])
      t.equal((await fetch(url.replace('/mobile', path))).status, 404, path)
    t.equal(
      statusOf(
        await rawRequest(
          front.port,
          `POST ${new URL(url).pathname} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
        ),
      ),
      404,
    )

    const refused = await fetch(`${front.url}/mobile/echo`)
    t.equal(refused.status, 401)
    const challenge = refused.headers.get('www-authenticate') ?? ''
    const named = [...challenge.matchAll(/resource_metadata="([^"]*)"/g)].map(([, address]) => address)
    t.strictSame(named, [
      'http://localhost:8000/.well-known/oauth-protected-resource/mobile',
      'http://localhost:8000/.well-known/oauth-protected-resource/mobile',
    ])
    t.match(challenge, /^Bearer realm="mobile-api", .*, DPoP realm="mobile-api", algs="ES256 /)

    running.closeClients()
    await running.stop()
    t.ok((await fetch(url)).status >= 500)
    t.strictSame(backend.seen, [])
  })
}
