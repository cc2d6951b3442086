// Identity providers on this machine that are not ours: npm's oidc-provider, unmodified, and the way of a browser through one.
import { randomBytes } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair } from 'jose'
import Provider, { type Context } from 'oidc-provider'
import type { Test } from 'tap'
import { randomSecret } from '../../src/crypto/random.ts'
import { ISSUER } from './server.ts'
import { listen } from './site.ts'

export const UPSTREAM_SECRET = 'a secret of sixteen bytes and more'

/** What the foreign provider says of the person who is at it. */
export interface UpstreamPerson {
  readonly sub: string
  readonly [claim: string]: unknown
}

export type Upstream = Awaited<ReturnType<typeof openUpstream>>

/**
 * Starts one with this server as its client. `is` decides who is at it; `travel` is their browser.
 * @param ours the issuer of this server; where that is known later only, `serve` is called with it
 * @param name of the provider in its configuration
 */
export async function openUpstream(t: Test, { ours = ISSUER, name = 'corp' } = {}) {
  let person: UpstreamPerson = { sub: 'nobody' }
  let signedInAt: number | undefined
  const asked: URL[] = []
  const server = createServer()
  const origin = `http://localhost:${await listen(t, server)}`
  const serve = async (redirectOrigin: string) => {
    const provider = new Provider(
      origin,
      await configurationOf(`${redirectOrigin}/federation/${name}/callback`, () => person),
    )
    const answer = provider.callback()
    server.removeAllListeners('request').on('request', (request, response) => {
      const url = new URL(request.url ?? '/', origin)
      asked.push(url)
      if (!url.pathname.startsWith('/interaction/')) return answer(request, response)
      const result =
        person.sub === ''
          ? { error: 'access_denied' }
          : { login: { accountId: person.sub, ts: signedInAt }, consent: {} }
      return provider.interactionFinished(request, response, result)
    })
  }
  await serve(ours)
  return {
    origin,
    serve,
    /** Every address that it was asked for. */
    asked,
    /** Who is at it from now on; the empty subject cancels. */
    is(whom: UpstreamPerson): void {
      person = whom
    },
    /** From now on it says that whoever comes has signed in at this moment, in Unix seconds, whatever was asked. */
    signedIn(at: number): void {
      signedInAt = at
    },
    /** A browser of its own, with the cookies of the provider. */
    travel: () => travelAt(origin),
    settings: {
      kind: 'oidc',
      label: 'Example Corp',
      issuer: origin,
      client_id: 'gateway',
      client_secret_variable: 'CORP_SECRET',
    },
    close: () => closeServer(server),
  }
}

/** Takes no more connections, as a provider that is down. */
export function closeServer(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((done) => server.close(() => done()))
}

/** A browser that follows redirects of one origin with its cookies, and returns the first address elsewhere. */
export function travelAt(origin: string) {
  const cookies = new Map<string, string>()
  const travel = async (address: URL | string): Promise<URL> => {
    const url = new URL(address, origin)
    if (url.origin !== origin) return url
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } })
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      cookies.set(name, value)
    }
    const location = response.headers.get('location')
    if (location === null) throw new Error(`no way on from ${url}: ${response.status} ${await response.text()}`)
    return travel(new URL(location, url))
  }
  return travel
}

async function configurationOf(redirectUri: string, person: () => UpstreamPerson) {
  return {
    clients: [
      {
        client_id: 'gateway',
        client_secret: UPSTREAM_SECRET,
        // Ours is http on loopback, which the library takes of native clients alone.
        application_type: redirectUri.startsWith('http:') ? 'native' : 'web',
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    jwks: { keys: [await exportJWK((await generateKeyPair('RS256', { extractable: true })).privateKey)] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['name', 'realm', 'org', 'teams', 'https://corp.example/tier'],
    },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    findAccount: (_context: Context, sub: string) => ({ accountId: sub, claims: () => ({ ...person(), sub }) }),
    loadExistingGrant: async ({ oidc }: Context) => {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId })
      grant.addOIDCScope('openid email profile')
      await grant.save()
      return grant
    },
    renderError: (context: Context, { error }: Readonly<{ error: string }>) => {
      context.type = 'html'
      context.body = error
    },
  }
}

type Settings = Readonly<Record<string, string | boolean | readonly string[] | Readonly<Record<string, string>>>>

/** Writes a catalogue file with these providers; what `testServer` is to be given. */
export async function catalogueOf(
  t: Test,
  providers: Readonly<Record<string, Settings>>,
): Promise<Record<string, string>> {
  const path = join(tmpdir(), `catalogue-${randomSecret(8)}.yml`)
  await writeFile(path, JSON.stringify({ providers }))
  t.teardown(() => rm(path))
  return { CATALOGUE_FILE: path, CORP_SECRET: UPSTREAM_SECRET }
}
