// The table of endpoints keeps its word: whatever a row says is what the server does.
import t from 'tap'
import { pathsOf } from '../../src/oauth/endpoint.ts'
import { ENDPOINTS } from '../../src/oauth/endpoints.ts'
import { ISSUER, testServer } from '../support/server.ts'

const { app } = await testServer(t)
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY', 'PROPFIND'] as const

/** An address of a route. */
function addressOf(path: string): string {
  return path.replace(':api', 'orders-api').replace(':request', 'x')
}

t.test('RFC 9110 §15.5.6: the methods of a row are answered, every other one is 405 with exactly those', async (t) => {
  for (const endpoint of ENDPOINTS)
    for (const path of pathsOf(endpoint))
      for (const method of METHODS) {
        // A preflight, which the test of CORS is about.
        if (method === 'OPTIONS' && endpoint.cors) continue
        const { statusCode, headers } = await app.inject({ method, url: addressOf(path) })
        if (endpoint.methods.some((known) => known === method)) t.not(statusCode, 405, `${method} ${path}`)
        else
          t.match({ statusCode, allow: headers.allow }, { statusCode: 405, allow: endpoint.methods.join(', ') }, path)
      }
})

t.test('each row is mounted where it says: at the root, below an API only where it may be', async (t) => {
  for (const endpoint of ENDPOINTS) {
    const [method = 'GET'] = endpoint.methods
    const { perApi = false, path } = endpoint
    t.equal(app.hasRoute({ method, url: path }), true, path)
    t.equal(app.hasRoute({ method, url: `/apis/:api${path}` }), perApi, path)
  }
})

t.test('RFC 8414 §2: discovery names what a row is called there, at its address, and no other endpoint', async (t) => {
  const document: Record<string, unknown> = (await app.inject('/.well-known/openid-configuration')).json()
  const named = Object.entries(document).filter(([name]) => /_endpoint$|^jwks_uri$/.test(name))
  const rows = ENDPOINTS.flatMap(({ discovery, path }) => (discovery ? [[discovery, ISSUER + path]] : []))
  t.strictSame(Object.fromEntries(named), Object.fromEntries(rows))
})

t.test('errors are a page or JSON, and kept by no cache, as the row says', async (t) => {
  for (const { path, methods, errors, noStore = false } of ENDPOINTS) {
    if (methods.includes('HEAD')) continue
    const { headers } = await app.inject({ method: methods.includes('POST') ? 'POST' : 'GET', url: addressOf(path) })
    if (headers.location === undefined)
      t.match(headers['content-type'], errors === 'page' ? /^text\/html/ : /^application\/json/, path)
    t.equal(headers['cache-control'], 'no-store', path)
    t.equal(headers.pragma, noStore ? 'no-cache' : undefined, path)
  }
})

t.test('Fetch §3.2: an answer that is for pages says so, and no other does', async (t) => {
  for (const { path, methods, cors } of ENDPOINTS) {
    const method = methods.includes('GET') ? 'GET' : 'POST'
    const { headers } = await app.inject({ method, url: addressOf(path), headers: { origin: 'https://page.example' } })
    t.equal(headers['access-control-allow-origin'], cors === 'everyone' ? '*' : undefined, path)
    t.equal(headers.vary, cors === 'browser apps' ? 'Origin' : undefined, path)
  }
})
