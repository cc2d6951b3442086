// npm's oidc-provider as a process of its own, for a fair comparison: static clients, PostgreSQL, prepared statements.
import { createServer, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { exportJWK, generateKeyPair } from 'jose'
import pg from 'pg'
import { API, CLIENT } from './party.ts'

const { DATABASE_URL, PORT } = process.env
const ISSUER = `http://localhost:${PORT}`
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10 })
function query(name: string, text: string, values: readonly unknown[]) {
  return pool.query({ name, text, values: [...values] })
}

await pool.query(`
  create table if not exists models (
    kind text, id text, payload jsonb not null, grant_id text, uid text, expires_at timestamptz, consumed_at timestamptz,
    primary key (kind, id));
  create index if not exists models_grant on models (grant_id) where grant_id is not null;
  create index if not exists models_uid on models (kind, uid) where uid is not null`)

interface Payload {
  readonly grantId?: string
  readonly uid?: string
}

interface Row {
  readonly payload: object
  readonly consumed_at: Date | null
}

/** The documented contract of its adapters; `consume` is a compare-and-swap, so that of parallel callers one wins. */
class Adapter {
  readonly #kind: string
  constructor(kind: string) {
    this.#kind = kind
  }

  async upsert(id: string, payload: Payload, expiresIn: number | undefined): Promise<void> {
    await query(
      'upsert',
      `insert into models (kind, id, payload, grant_id, uid, expires_at)
       values ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))
       on conflict (kind, id) do update set payload = excluded.payload, grant_id = excluded.grant_id,
         uid = excluded.uid, expires_at = excluded.expires_at`,
      [this.#kind, id, JSON.stringify(payload), payload.grantId, payload.uid, expiresIn],
    )
  }

  async #one(column: 'id' | 'uid', value: string): Promise<object | undefined> {
    const { rows } = await query(
      `find by ${column}`,
      `select payload, consumed_at from models
       where kind = $1 and ${column} = $2 and (expires_at is null or expires_at > now())`,
      [this.#kind, value],
    )
    const [row]: Row[] = rows
    return row && { ...row.payload, ...(row.consumed_at && { consumed: Math.floor(+row.consumed_at / 1000) }) }
  }

  find(id: string): Promise<object | undefined> {
    return this.#one('id', id)
  }

  findByUid(uid: string): Promise<object | undefined> {
    return this.#one('uid', uid)
  }

  async findByUserCode(): Promise<undefined> {}

  async consume(id: string): Promise<void> {
    const { rowCount } = await query(
      'consume',
      'update models set consumed_at = now() where kind = $1 and id = $2 and consumed_at is null',
      [this.#kind, id],
    )
    if (rowCount !== 1) throw new provider.errors.InvalidGrant('consumed already')
  }

  async destroy(id: string): Promise<void> {
    await query('destroy', 'delete from models where kind = $1 and id = $2', [this.#kind, id])
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    await query('revoke', 'delete from models where grant_id = $1', [grantId])
  }
}

/** The part of the package that is used; it brings no types. */
interface Grant {
  addResourceScope(resource: string, scope: string): void
  save(): Promise<string>
}
interface Context {
  readonly oidc: {
    readonly provider: { readonly Grant: { new (of: object): Grant; find(id: string): Promise<Grant | undefined> } }
    readonly client: { readonly clientId: string }
    readonly session: { readonly accountId?: string; grantIdFor(clientId: string): string | undefined }
  }
}
type Listener = Parameters<typeof createServer>[1] & {}
interface Package {
  readonly default: new (
    issuer: string,
    configuration: object,
  ) => {
    callback(): Listener
    interactionFinished(request: object, response: ServerResponse, result: object): Promise<void>
  }
  readonly errors: { readonly InvalidGrant: new (detail: string) => Error }
}
const provider: Package = await import(createRequire(import.meta.url).resolve('oidc-provider'))

const KEY = { ...(await exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey)), use: 'sig' }

async function loadExistingGrant({ oidc }: Context): Promise<Grant | undefined> {
  const known = oidc.session.grantIdFor(oidc.client.clientId)
  if (known !== undefined) return oidc.provider.Grant.find(known)
  const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId })
  grant.addResourceScope(API.resource, API.scope)
  await grant.save()
  return grant
}

const server = new provider.default(ISSUER, {
  adapter: Adapter,
  clients: [
    {
      client_id: CLIENT.id,
      client_secret: CLIENT.secret,
      redirect_uris: [CLIENT.redirectUri],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
    },
  ],
  jwks: { keys: [KEY] },
  // A client without scopes of OpenID Connect signs no ID tokens, but its metadata must name a key that is there.
  clientDefaults: { id_token_signed_response_alg: 'ES256' },
  cookies: { keys: ['a key of the benchmark'] },
  scopes: ['openid'],
  pkce: { required: () => true },
  routes: { authorization: '/authorize', token: '/token', introspection: '/introspect' },
  ttl: {
    AuthorizationCode: 60,
    AccessToken: 600,
    ClientCredentials: 600,
    ...Object.fromEntries(['RefreshToken', 'Grant', 'Session', 'Interaction'].map((kind) => [kind, 86_400])),
  },
  issueRefreshToken: () => true,
  rotateRefreshToken: () => true,
  expiresWithSession: () => false,
  loadExistingGrant,
  findAccount: (_context: unknown, sub: string) => ({ accountId: sub, claims: () => ({ sub }) }),
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => API.resource,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: API.scope,
        audience: API.resource,
        accessTokenFormat: 'jwt',
        accessTokenTTL: 600,
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
})

const answer = server.callback()
createServer((request, response) => {
  if (!request.url?.startsWith('/interaction/')) return answer(request, response)
  const result = { login: { accountId: 'person' }, consent: {} }
  void server.interactionFinished(request, response, result)
}).listen(Number(PORT), '127.0.0.1')
process.on('SIGTERM', () => process.exit(0))
