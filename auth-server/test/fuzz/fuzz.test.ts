// Generated requests at every address, as everybody: no 5xx, no hang, nothing sent comes back as markup, memory stays flat.
// FUZZ_REQUESTS and FUZZ_SEED say how many and which: `FUZZ_REQUESTS=200000 npm test -- -t 3600 auth-server/test/fuzz/fuzz.test.ts`.
import { Agent, request } from 'node:http'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { MANAGEMENT_PATH } from '@mobile-api-gateway/sdk/contract/scopes.ts'
import t from 'tap'
import { sha256 } from '../../src/crypto/digest.ts'
import { openApiDocument } from '../../src/management/openapi.ts'
import { definePortalOf } from '../../src/portal/index.ts'
import { atAccount } from '../support/account.ts'
import { PASSWORD } from '../support/administrator.ts'
import { Browser } from '../support/browser.ts'
import { secretClient } from '../support/clients.ts'
import { openMailbox } from '../support/mailbox.ts'
import { machine } from '../support/management.ts'
import { authorizeUrl, obtainCode, redeem } from '../support/phone.ts'
import { atPortalAs, signInAtPortal } from '../support/portal.ts'
import { addressesOf } from '../support/routes.ts'
import { IDP, inForm, logoutRequest, samlKey, samlResponse, signedQuery, signSaml } from '../support/saml.ts'
import { testSite } from '../support/site.ts'
import { catalogueOf, openUpstream } from '../support/upstream.ts'
import { faultOf, type JudgedAnswer } from './judge.ts'
import { learner } from './learn.ts'
import { plansOf } from './plan.ts'
import { type FuzzCaller, type GeneratedRequest, requestOf, type Schemas } from './request.ts'

const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 1000)
const SEED = Number(process.env.FUZZ_SEED ?? 1)
const CALLERS_AT_ONCE = 8
/** After so many everybody signs in anew: some requests end sessions. */
const ROUND = 1000
const PATIENCE_MILLIS = 20_000
/** Growth of the heap over the second half, where there are enough rounds for caches to be full. */
const FLAT_BYTES = 12e6
const ROUNDS_UNTIL_FLAT = 20
/** Of parameters that stand in no form, or in none of whoever asks. */
const FIELD_NAMES =
  'response_type client_id redirect_uri scope state nonce prompt max_age ui_locales login_hint idp acr_values claims request request_uri resource code_challenge code_challenge_method response_mode id_token_hint post_logout_redirect_uri logout_token grant_type code code_verifier refresh_token device_code assertion subject_token token token_type_hint client_secret client_assertion client_assertion_type dpop_jkt device_assertion SAMLResponse SAMLRequest RelayState csrf email password error error_description iss user q cursor from to limit'.split(
    ' ',
  )

t.setTimeout(Math.max(120_000, REQUESTS * 50))
setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

const [corp, own, saml] = [await openUpstream(t), await samlKey(), await samlKey()]
const catalogue = await catalogueOf(t, {
  corp: { ...corp.settings, logout: true },
  saml: {
    ...{ kind: 'saml', label: 'SAML', entity_id: IDP, sign_in_url: `${IDP}/sign-in`, certificates: [saml.certificate] },
    ...{
      logout: true,
      sign_out_url: `${IDP}/slo`,
      signing_key_variable: 'OUR_KEY',
      signing_certificates: [own.certificate],
    },
  },
  shop: { kind: 'http', label: 'Shop', url: 'http://127.0.0.1:9/check', secret_variable: 'SHOP_SECRET' },
})
const mailbox = await openMailbox(t)
const secrets = { OUR_KEY: own.key, SHOP_SECRET: `whsec_${'a'.repeat(32)}` }
const site = await testSite(t, { VISITS_PER_MINUTE: '0', ...catalogue, ...secrets, ...mailbox.environment })
await corp.serve(site.origin)
await definePortalOf(site.config.issuer, site.db)
const all = await addressesOf(site.app)
/** The endpoints of the protocol and visits are many fewer than pages, and matter as much. */
const routes = all.flatMap((route) =>
  Array.from({ length: /^\/(?:portal|management|account)/.test(route.pattern) ? 1 : 3 }, () => route),
)
const agent = new Agent({ keepAlive: true, maxSockets: CALLERS_AT_ONCE })
t.teardown(() => agent.destroy())

function send(asked: Omit<GeneratedRequest, 'caller'>): Promise<JudgedAnswer> {
  const { method, target, headers, body } = asked
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(body.length) }
    const sent = request(site.origin + target, { agent, method, headers: { ...headers, ...length } }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      )
    })
    sent.setTimeout(PATIENCE_MILLIS, () => sent.destroy(new Error(`no answer within ${PATIENCE_MILLIS / 1000} s`)))
    sent.on('error', (error) =>
      // The server had closed this connection before it saw the request.
      sent.reusedSocket && 'code' in error && error.code === 'ECONNRESET' ? resolve(send(asked)) : reject(error),
    )
    sent.end(body)
  })
}

/** Takes the cookies of an answer; of visits only the newest. */
function keepCookies({ cookies }: FuzzCaller, { headers }: JudgedAnswer): void {
  for (const line of [headers['set-cookie'] ?? []].flat()) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    if (/max-age=0(;|$)/i.test(line)) cookies.delete(name)
    else cookies.set(name, value)
  }
  const begun = [...cookies.keys()].filter((name) => /-(?:visit|portal-sign-in)-/.test(name))
  for (const name of begun.slice(0, -20)) cookies.delete(name)
}

function cookieOf({ cookies, headers }: FuzzCaller): Readonly<Record<string, string>> {
  return { ...headers, cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') }
}

interface Operation {
  readonly requestBody?: Readonly<{ content: Readonly<Record<string, Readonly<{ schema: unknown }>>> }>
}

/** What the endpoints take that want JSON: operations of the management API as its document says, others by hand. */
function jsonBodies(): Schemas {
  const { paths } = JSON.parse(JSON.stringify(openApiDocument(site.origin, `${site.origin}/token`)))
  const ofOperations = Object.entries<Record<string, Operation>>(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { requestBody }]) => {
      const schema = requestBody?.content['application/json']?.schema
      const pattern = `${MANAGEMENT_PATH}${path}`.replace(/\{(\w+)\}/g, ':$1')
      return schema === undefined ? [] : [[`${method.toUpperCase()} ${pattern}`, schema] as const]
    }),
  )
  const text = { type: 'string' }
  const list = { type: 'array', items: text }
  const client = { redirect_uris: list, client_name: text, grant_types: list, jwks: { type: 'object' }, scope: text }
  return new Map<string, unknown>([
    ...ofOperations,
    ['POST /register', { type: 'object', properties: client }],
    ['POST /usage', { type: 'object', properties: { id: text, counts: { type: 'array', items: { type: 'object' } } } }],
    ['POST /plan-limits', { type: 'object', properties: { plans: { type: 'object' } } }],
  ])
}

const ACCOUNT = ['/account']
const VISIT = ['/interaction', '/authorize', '/apis', '/apps', '/confirm', '/undo', '/keep-account', '/setup']
let round = 0

/** Everybody who asks, signed in anew. */
async function signEverybodyIn(): Promise<readonly [FuzzCaller, ...FuzzCaller[]]> {
  round += 1
  await site.db.deleteFrom('attempts').execute()
  // An administrator of the round before may have suspended it, and then nobody signs in to its apps.
  await site.db.updateTable('apis').set({ suspended_at: null }).execute()
  const anew = (
    name: string,
    at: readonly string[],
    headers = {},
    cookies: ReadonlyMap<string, string> = new Map(),
  ): FuzzCaller => {
    const learned = learner(site.origin, routes)
    for (const { pattern, url } of routes) if (!pattern.includes(':')) learned.note(url)
    return { name, at, headers, cookies: new Map(cookies), learned }
  }
  const roles = ['developer', 'administrator', 'approver'] as const
  const people: FuzzCaller[] = []
  for (const role of roles) {
    const email = `${role}-${round}@example.com`
    const { browser } = await atPortalAs(site, role, { email, apiId: role === 'approver' ? 'orders-api' : null })
    people.push(anew(role, ['/portal'], {}, browser.cookies))
  }
  const user = { email: `developer-${round}@example.com`, password: PASSWORD }
  people.push(anew('person', ACCOUNT, {}, (await atAccount(site, user)).cookies))
  const { browser } = await signInAtPortal(site, { user })
  people.push(anew('the same elsewhere', [...ACCOUNT, ...VISIT], {}, browser.cookies))
  const { token } = await machine(site)
  const secret = await secretClient(site, { clientId: `machine-${round}` })
  const clientId = `app-${round}`
  const redirect_uri = 'http://127.0.0.1/callback'
  await site.register({ clientId, redirectUris: [redirect_uri] })
  const asked = { client_id: clientId, redirect_uri, scope: 'openid profile email offline_access' }
  const { code, verifier } = await obtainCode(site.app, asked, new Browser(site.app, site.origin), user)
  const tokens = (await redeem(site.app, code, verifier, { client_id: clientId, redirect_uri })).json()
  const nobody = anew('nobody', [
    ...VISIT,
    '/authorize',
    '/federation',
    '/token',
    '/par',
    '/register',
    '/logout',
    '/.well-known',
  ])
  const bearer = anew('app', ['/userinfo', '/devices', '/token'], { authorization: `Bearer ${tokens.access_token}` })
  const callers = [
    nobody,
    ...people,
    anew('machine', [MANAGEMENT_PATH, '/revocations', '/usage', '/plan-limits'], { authorization: `Bearer ${token}` }),
    bearer,
    anew('client', ['/token', '/introspect', '/revoke', '/par'], secret.headers),
  ] as const
  for (const { learned } of callers) teachSound(learned, { clientId, ...tokens })
  for (const caller of callers) await walk(caller)
  return callers
}

/** What a sound app sends to the protocol's endpoints: generated requests begin with it. */
function teachSound(
  { note }: FuzzCaller['learned'],
  { clientId, refresh_token, access_token, id_token }: Readonly<Record<string, string>>,
): void {
  const address = authorizeUrl(sha256('x'), {
    client_id: clientId,
    redirect_uri: 'http://127.0.0.1/callback',
    scope: 'openid orders:read',
    prompt: 'login',
  })
  note(address)
  const authorization = [...new URL(address, site.origin).searchParams]
  const client = ['client_id', clientId ?? ''] as const
  note('/authorize', [...authorization, ['claims', '{"userinfo":{"email":{"essential":true}}}']])
  note('/par', authorization)
  note('/token', [['grant_type', 'authorization_code'], client, ['code', 'x'], ['code_verifier', 'x'.repeat(43)]])
  note('/token', [['grant_type', 'refresh_token'], client, ['refresh_token', refresh_token ?? '']])
  note('/token', [
    ['grant_type', 'client_credentials'],
    ['scope', 'orders:read'],
  ])
  note('/token', [['grant_type', 'urn:ietf:params:oauth:grant-type:jwt-bearer'], client, ['assertion', 'a.b.c']])
  note('/introspect', [['token', access_token ?? '']])
  note('/revoke', [['token', refresh_token ?? ''], client])
  note('/logout', [['id_token_hint', id_token ?? ''], client, ['state', 'x']])
  note('/federation/corp/callback', [
    ['state', 'x'],
    ['code', 'x'],
    ['iss', corp.settings.issuer],
  ])
  note('/federation/corp/logout', [['logout_token', id_token ?? '']])
  const acs = `${site.origin}/federation/saml/acs`
  const audience = `${site.origin}/federation/saml/metadata`
  const response = signSaml(samlResponse({ requestId: '_x', acs, audience }), saml)
  note('/federation/saml/acs', [
    ['SAMLResponse', inForm(response)],
    ['RelayState', 'x'],
  ])
  const destination = `${site.origin}/federation/saml/logout`
  const logout = logoutRequest({ destination })
  note('/federation/saml/logout', [['SAMLRequest', inForm(signSaml(logout, saml, 'LogoutRequest'))]])
  note(`/federation/saml/logout?${signedQuery(logout, saml)}`)
}

/** Opens every page that leads on from those that are known, each pattern once. */
async function walk(caller: FuzzCaller): Promise<void> {
  const { learned } = caller
  const walked = new Set<string>()
  for (let before = -1; before !== walked.size; ) {
    before = walked.size
    for (const { pattern, methods } of routes) {
      const path = learned.seen.get(pattern)?.at(-1)
      if (path === undefined || walked.has(pattern) || !methods.includes('GET')) continue
      const query = new URLSearchParams((learned.fields.get(pattern)?.[0] ?? []).map(([name, value]) => [name, value]))
      const target = pattern === '/authorize' ? `${path}?${query}` : path
      walked.add(pattern)
      await ask({ caller, method: 'GET', target, headers: cookieOf(caller), body: undefined })
    }
  }
}

const faults = new Map<string, string>()
const statuses = new Map<number, number>()

/** Sends, judges and learns. */
async function ask({ caller, ...asked }: GeneratedRequest, follows = 4): Promise<void> {
  const answer = await send(asked).catch((error: Error) => error)
  const fault = answer instanceof Error ? answer.message : faultOf(answer)
  const what = `${asked.method} ${asked.target.slice(0, 300)}`
  const said = answer instanceof Error ? '' : `${answer.status} ${answer.body.slice(0, 300)}`
  if (fault !== undefined && faults.size < 20)
    faults.set(
      `${fault} at ${asked.method} ${asked.target.split('?')[0]}`,
      JSON.stringify({
        by: caller.name,
        what,
        headers: asked.headers,
        body: asked.body?.toString().slice(0, 2000),
        said,
      }),
    )
  if (answer instanceof Error) return
  statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
  keepCookies(caller, answer)
  const location = answer.headers.location?.toString()
  caller.learned.learn(asked.target, { body: answer.body, location })
  // As a browser does: what begins a visit is only of use before ten others have.
  const next = location === undefined ? undefined : new URL(location, site.origin + asked.target)
  if (next?.origin !== site.origin || follows === 0) return
  const target = next.pathname + next.search
  await ask({ caller, method: 'GET', target, headers: cookieOf(caller), body: undefined }, follows - 1)
}

/** Attempts are forgotten and the log read: what a limit refuses would go no further. */
async function betweenRequests(): Promise<void> {
  await site.db.deleteFrom('attempts').execute()
  for (const line of site.log.splice(0)) {
    const { level, msg, err } = JSON.parse(line)
    if (level >= 50 && faults.size < 20) faults.set(`log: ${msg} ${err?.message}`, line.slice(0, 3000))
  }
}

t.test(
  `${REQUESTS} generated requests of seed ${SEED}: none goes wrong inside, hangs, or comes back as markup`,
  async (t) => {
    const heaps: number[] = []
    const schemas = jsonBodies()
    for (let from = 0; from < REQUESTS; from += ROUND) {
      const callers = await signEverybodyIn()
      const plans = plansOf(SEED, from, Math.min(ROUND, REQUESTS - from))
      let next = 0
      async function work(): Promise<void> {
        for (let plan = plans[next++]; plan; plan = plans[next++]) {
          if (next % 50 === 0) await betweenRequests()
          await ask(requestOf(plan, callers, { origin: site.origin, schemas, fieldNames: FIELD_NAMES }))
        }
      }
      await Promise.all(Array.from({ length: CALLERS_AT_ONCE }, work))
      await betweenRequests()
      collect()
      heaps.push(process.memoryUsage().heapUsed)
    }
    t.comment(
      [...statuses]
        .toSorted()
        .map(([status, count]) => `${status}: ${count}`)
        .join(', '),
    )
    t.strictSame([...faults], [], 'nothing was wrong with any answer')
    const [halfway = 0, last = 0] = [heaps[Math.floor(heaps.length / 2)], heaps.at(-1)]
    if (heaps.length >= ROUNDS_UNTIL_FLAT)
      t.ok(
        last - halfway < FLAT_BYTES,
        `the heap stays flat: ${heaps.map((bytes) => (bytes / 1e6).toFixed(0)).join(' ')} MB`,
      )
  },
)
