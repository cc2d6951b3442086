// A website that signs people in by OpenID Connect: a confidential client with a secret and a nonce, and no PKCE unless told.
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { createLocalJWKSet, type JWTPayload, jwtVerify } from 'jose'
import type { ApplicationDefinition } from '../../src/catalogue/applications.ts'
import { randomSecret } from '../../src/crypto/random.ts'
import { Browser } from './browser.ts'
import { answerOf, logIn } from './phone.ts'
import { ISSUER, type TestServer, type USER } from './server.ts'

type Fields = Readonly<Record<string, string | undefined>>

export interface WebsiteTokens {
  readonly access_token: string
  readonly refresh_token: string
  readonly id_token: string
  readonly scope: string
  readonly expires_in: number
  readonly token_type: string
}

function present(fields: Fields): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

export class Website {
  readonly #app: FastifyInstance
  readonly definition: ApplicationDefinition
  readonly applicationId: string
  readonly redirectUri: string

  private constructor(app: FastifyInstance, definition: ApplicationDefinition, applicationId: string) {
    this.#app = app
    this.definition = definition
    this.applicationId = applicationId
    this.redirectUri = definition.redirectUris[0] ?? ''
  }

  /** Registers the website; every part of its registration can be replaced. */
  static async open({ app, register }: TestServer, changes: Partial<ApplicationDefinition> = {}): Promise<Website> {
    const clientId = changes.clientId ?? 'news-site'
    const definition: ApplicationDefinition = {
      clientId,
      name: 'News',
      kind: 'web',
      redirectUris: [`https://${clientId}.example.com/callback`],
      postLogoutRedirectUris: [`https://${clientId}.example.com/bye`, `https://${clientId}.example.com/bye?from=here`],
      authMethod: 'client_secret_basic',
      clientSecret: randomSecret(32),
      pkceRequired: false,
      ...changes,
    }
    return new Website(app, definition, await register(definition))
  }

  get clientId(): string {
    return this.definition.clientId
  }

  /** The parameters of a sound request; undefined leaves one out. */
  parameters(changes: Fields = {}): Record<string, string> {
    return present({
      response_type: 'code',
      client_id: this.clientId,
      redirect_uri: this.redirectUri,
      scope: 'openid',
      state: 'a-state',
      nonce: 'a-nonce',
      ...changes,
    })
  }

  authorizeUrl = (changes: Fields = {}): string => `/authorize?${new URLSearchParams(this.parameters(changes))}`

  /** Sends the browser to sign in: what comes back at once, a page or an answer. */
  send = (browser: Browser, changes: Fields = {}): Promise<LightMyRequestResponse> =>
    browser.open(this.authorizeUrl(changes))

  /** POST /token as this client. */
  async token(form: Fields): Promise<LightMyRequestResponse> {
    const { clientId, clientSecret = '', authMethod } = this.definition
    const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
    const posted = authMethod === 'client_secret_post' ? { client_id: clientId, client_secret: clientSecret } : {}
    return this.#app.inject({
      method: 'POST',
      url: '/token',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(authMethod === 'client_secret_basic' && { authorization: basic }),
      },
      payload: new URLSearchParams(present({ ...form, ...posted })).toString(),
    })
  }

  redeem = (code: string | undefined, changes: Fields = {}): Promise<LightMyRequestResponse> =>
    this.token({ grant_type: 'authorization_code', code, redirect_uri: this.redirectUri, ...changes })

  refresh = (refreshToken: string, changes: Fields = {}): Promise<LightMyRequestResponse> =>
    this.token({ grant_type: 'refresh_token', refresh_token: refreshToken, ...changes })

  /** The whole way, with a login where one is asked for, and Allow where that is. */
  async signIn(changes: Fields = {}, browser = new Browser(this.#app), user?: typeof USER): Promise<WebsiteTokens> {
    let page = await this.send(browser, changes)
    if (page.body.includes('/login"')) page = await logIn(browser, page, user)
    if (page.body.includes('/consent"')) page = await browser.submit(page, '/consent')
    const response = await this.redeem(answerOf(page).code)
    if (response.statusCode !== 200) throw new Error(`${page.statusCode} ${page.body}\n${response.body}`)
    return response.json()
  }

  /** The claims of an ID token, verified as a client does. */
  async claims(idToken: string): Promise<JWTPayload> {
    const jwks = createLocalJWKSet((await this.#app.inject('/jwks')).json())
    const algorithms = [this.definition.idTokenAlg ?? 'ES256']
    const expected = { issuer: ISSUER, audience: this.clientId, typ: 'JWT', algorithms }
    return (await jwtVerify(idToken, jwks, expected)).payload
  }

  userinfo = (accessToken: string): Promise<LightMyRequestResponse> =>
    this.#app.inject({ url: '/userinfo', headers: { authorization: `Bearer ${accessToken}` } })
}
