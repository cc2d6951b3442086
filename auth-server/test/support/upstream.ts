// Identity providers on this machine that are not ours: npm's oidc-provider, unmodified, and the way of a browser through one.
import { randomBytes } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
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
 * @param ends people can sign out there by an address (`end_session_endpoint`)
 * @param tellsSid its tokens say which sign-in they are of
 */
export async function openUpstream(t: Test, { ours = ISSUER, name = 'corp', tellsSid = false, ends = true } = {}) {
  let person: UpstreamPerson = { sub: 'nobody' }
  let signedInAt: number | undefined
  const asked: URL[] = []
  const server = createServer()
  const origin = `http://localhost:${await listen(t, server)}`
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const key = { ...(await exportJWK(privateKey)), kid: 'its-key', alg: 'RS256' }
  const serve = async (redirectOrigin: string, as = name) => {
    const provider = new Provider(
      origin,
      configurationOf(`${redirectOrigin}/federation/${as}`, { person: () => person, key, tellsSid, ends }),
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
    /** A JWT by its key, whatever it says; undefined leaves something out. */
    sign: (claims: Told, header: Told = {}) =>
      new SignJWT(present(claims))
        .setProtectedHeader(present({ alg: 'RS256', kid: 'its-key', typ: 'logout+jwt', ...header }))
        .sign(privateKey, { crit: { more: true } }),
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

type Told = Readonly<Record<string, unknown>>

function present(told: Told) {
  return JSON.parse(JSON.stringify(told))
}

/** Takes no more connections, as a provider that is down. */
export function closeServer(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((done) => server.close(() => done()))
}

/**
 * A browser that follows redirects of one origin with its cookies, and returns the first address elsewhere. `signOut`
 * presses the button of the provider's page, its own unless told, and returns where that leads.
 */
export function travelAt(origin: string) {
  const cookies = new Map<string, string>()
  const send = async (url: URL, form?: Readonly<Record<string, string>>): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const body = form && { method: 'POST', body: new URLSearchParams(form) }
    const response = await fetch(url, { redirect: 'manual', headers: { cookie }, ...body })
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      cookies.set(name, value)
    }
    return response
  }
  const travel = async (address: URL | string): Promise<URL> => {
    const url = new URL(address, origin)
    if (url.origin !== origin) return url
    const response = await send(url)
    const location = response.headers.get('location')
    if (location === null) throw new Error(`no way on from ${url}: ${response.status} ${await response.text()}`)
    return travel(new URL(location, url))
  }
  const signOut = async (address: URL | string = '/session/end'): Promise<string> => {
    const page = await (await send(new URL(address, origin))).text()
    const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(page) ?? []
    const done = await send(new URL('/session/end/confirm', origin), { xsrf, logout: 'yes' })
    if (done.status >= 400) throw new Error(`not signed out there: ${done.status} ${await done.text()}`)
    return done.headers.get('location') ?? ''
  }
  return Object.assign(travel, { signOut })
}

/** @param ours where this server's addresses for it begin */
function configurationOf(
  ours: string,
  {
    person,
    key,
    tellsSid,
    ends,
  }: Readonly<{ person: () => UpstreamPerson; key: JWK; tellsSid: boolean; ends: boolean }>,
) {
  return {
    clients: [
      {
        client_id: 'gateway',
        client_secret: UPSTREAM_SECRET,
        // Ours is http on loopback, which the library takes of native clients alone.
        application_type: ours.startsWith('http:') ? 'native' : 'web',
        redirect_uris: [`${ours}/callback`],
        post_logout_redirect_uris: [`${ours}/logout`],
        backchannel_logout_uri: `${ours}/logout`,
        backchannel_logout_session_required: tellsSid,
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    jwks: { keys: [key] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['name', 'realm', 'org', 'teams', 'https://corp.example/tier'],
    },
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: ends },
    },
    // As it is, it sends nothing to loopback.
    fetch: (url: string, { dispatcher: _, ...request }: RequestInit & { dispatcher?: unknown }) => fetch(url, request),
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
