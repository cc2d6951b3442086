// Browsers in front of a protected route: Kong's cors beside our plugins, on both gateways alike.
import t from 'tap'
import { exit, setResponseHeaders } from '../../src/protocol/pdk-calls.ts'
import { startBackend } from './support/backend.ts'
import { fronts, startFront } from './support/front.ts'
import { letPass, startPeer } from './support/peer.ts'

t.setTimeout(120_000)
const configs: Readonly<Record<string, Record<string, unknown>>> = {
  open: {},
  star: { origins: ['*'], credentials: true, max_age: 60 },
  one: {
    origins: ['https://app.example'],
    exposed_headers: ['WWW-Authenticate', 'RateLimit-Limit'],
    credentials: true,
  },
  several: {
    ...{
      origins: [
        'https://app.example',
        'http://other.example:80',
        'https://[a-z]+\\.sites\\.example',
        '.*\\.host\\.example',
      ],
    },
    ...{ methods: ['GET', 'POST'], headers: ['Authorization', 'DPoP'], private_network: true },
  },
  starred: { origins: ['https://app.example', '*'] },
  handed: { origins: ['https://app.example'], preflight_continue: true },
}

const sites = [
  ...['https://app.example', 'https://app.example:443', 'http://other.example', 'https://evil.example'],
  ...['https://abc.sites.example', 'https://abc.sites.example.evil', 'https://x.host.example:8443', 'null'],
]

function yamlFor(backend: string): string {
  const gateway = {
    name: 'mobile-gateway',
    config: { policy: 'p', issuers: [{ issuer: 'i', jwks_uri: 'http://127.0.0.1:9/jwks' }], audiences: ['a'] },
  }
  const services = Object.entries(configs).map(([name, config]) => ({
    ...{ name, url: backend, routes: [{ name, paths: [`/${name}`] }] },
    plugins: [{ name: 'cors', config }, gateway],
  }))
  return JSON.stringify({ _format_version: '3.0', services })
}

const told = ['vary', 'content-length', 'www-authenticate']

/** The parts of an answer that a browser goes by. */
function seen(answer: Response): Record<string, unknown> {
  const headers = [...answer.headers].filter(([name]) => name.startsWith('access-control-') || told.includes(name))
  return { status: answer.status, ...Object.fromEntries(headers) }
}

t.test('preflights, answers and refusals are the same on both gateways', async (t) => {
  const answers = new Map<string, Record<string, unknown>[]>()
  for (const kind of fronts) {
    const backend = await startBackend(t, (_, res) => {
      res.setHeader('Vary', 'Accept-Encoding')
      res.end('{"from":"backend"}')
    })
    const peer = await startPeer(t, { access: letPass })
    const front = await startFront(t, kind, { yaml: yamlFor(backend.url), socketPath: peer.socketPath })
    const asks = async (method: string, path: string, headers: Record<string, string>): Promise<void> => {
      const key = `${method} ${path} ${JSON.stringify(headers)}`
      const answer = seen(await fetch(`${front.url}${path}`, { method, headers }))
      answers.set(key, [...(answers.get(key) ?? []), answer])
    }
    for (const name of Object.keys(configs)) {
      for (const origin of sites) {
        peer.behaviour = { access: letPass }
        await asks('OPTIONS', `/${name}/x`, {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,dpop',
          'access-control-request-private-network': 'true',
        })
        await asks('GET', `/${name}/x`, { origin })
        peer.behaviour = {
          access: async ({ pdk }) => {
            void pdk(setResponseHeaders, { Vary: 'X-Mine' })
            await pdk(exit, { status: 401, body: '{}', headers: { 'WWW-Authenticate': 'Bearer' } })
          },
        }
        await asks('POST', `/${name}/x`, { origin })
      }
      peer.behaviour = { access: letPass }
      await asks('GET', `/${name}/x`, {})
      await asks('OPTIONS', `/${name}/x`, {})
      await asks('OPTIONS', `/${name}/x`, { 'access-control-request-method': 'POST' })
      await asks('OPTIONS', `/${name}/x`, { origin: 'https://app.example', 'access-control-request-method': 'PUT' })
    }
    const preflights = backend.seen.filter(
      ({ headers }) => 'access-control-request-method' in headers && 'origin' in headers,
    )
    t.equal(preflights.length, sites.length + 1, 'only those with preflight_continue reach the backend')
  }
  for (const [key, [embedded, kong]] of answers) {
    if (kong !== undefined) t.strictSame(embedded, kong, key)
  }
  const preflight = [...answers].find(([key]) => key.startsWith('OPTIONS /several/x {"origin":"https://app.example","'))
  t.match(preflight?.[1][0], {
    ...{ status: 200, vary: 'Origin', 'access-control-allow-origin': 'https://app.example' },
    ...{ 'access-control-allow-headers': 'Authorization,DPoP', 'access-control-allow-methods': 'GET,POST' },
  })
  const refusal = [...answers].find(([key]) => key === 'POST /one/x {"origin":"https://app.example"}')
  t.match(refusal?.[1][0], {
    ...{
      status: 401,
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-credentials': 'true',
    },
    'access-control-expose-headers': 'WWW-Authenticate,RateLimit-Limit',
  })
})
