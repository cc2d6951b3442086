// The kong.yml files of the benchmark: ours with the very Lua of the project's kong.yml, and the one of somebody without us.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { AUDIENCE, type Callers, ISSUER } from './callers.ts'
import type { ReportAccess } from './reports.ts'

/** More calls than any run makes: what is measured is counting, not refusing. */
const ENOUGH = 1_000_000_000
/** What the plugin of the floor is called. */
export const LEAST_PLUGIN = 'least-plugin'

interface Plugin {
  readonly name: string
  readonly config: Readonly<Record<string, unknown>>
}
interface KongYml {
  readonly plugins: readonly Plugin[]
  readonly services: readonly { readonly plugins: readonly Plugin[] }[]
}

/** Routes `/gateway` and `/three`, protected as the project's kong.yml does it, and `/beside`, where only its global function runs. */
export async function protectedRoutes(callers: Callers, backend: string, revocations: ReportAccess): Promise<string> {
  const { preFunction, guard, separate } = await delivered()
  const token = {
    issuers: [{ issuer: ISSUER, jwks_uri: callers.jwksUri, revocations }],
    audiences: [AUDIENCE],
  }
  const quota = { plans: { basic: { minute: ENOUGH } } }
  const changes = new Map<string, object>([
    ['mobile-token', token],
    ['mobile-quota', quota],
  ])
  return document(
    [preFunction],
    [
      service('beside', backend, []),
      service('gateway', backend, [
        { name: 'mobile-gateway', config: { policy: 'gateway', ...token, ...quota } },
        guard,
      ]),
      service(
        'three',
        backend,
        separate.map(({ name, config }) => ({
          name,
          config: { ...config, ...(name !== guard.name && { policy: 'three' }), ...changes.get(name) },
        })),
      ),
    ],
  )
}

/**
 * Routes `/bare` and, on Kong, `/floor` with the plugin that does the least, and `/bundled`: jwt (ES256), rate-limiting
 * (local), request-transformer.
 */
export function plainRoutes(callers: Callers, backend: string, isKong: boolean): string {
  const bare = service('bare', backend, [])
  if (!isKong) return document([], [bare])
  const consumer = {
    username: 'demo-app',
    jwt_secrets: [{ key: ISSUER, algorithm: 'ES256', rsa_public_key: callers.publicKeyPem }],
  }
  const chain = service('bundled', backend, [
    { name: 'jwt', config: { claims_to_verify: ['exp'] } },
    { name: 'rate-limiting', config: { minute: ENOUGH, policy: 'local' } },
    {
      name: 'request-transformer',
      config: { remove: { headers: ['Authorization'] }, add: { headers: ['X-App:demo'] } },
    },
  ])
  const floor = service('floor', backend, [{ name: LEAST_PLUGIN, config: {} }])
  return document([], [bare, floor, chain], [consumer])
}

function document(plugins: readonly Plugin[], services: readonly object[], consumers: readonly object[] = []): string {
  return stringify({ _format_version: '3.0', plugins, services, ...(consumers.length > 0 && { consumers }) })
}

function service(name: string, backend: string, plugins: readonly Plugin[]): object {
  return { name, url: backend, routes: [{ name, paths: [`/${name}`] }], plugins }
}

/** Both Lua functions of the project's kong.yml, and the three plugins with their guard: what is delivered is measured. */
async function delivered(): Promise<{ preFunction: Plugin; guard: Plugin; separate: readonly Plugin[] }> {
  const read = (file: string): Promise<string> => readFile(join(import.meta.dirname, '../..', file), 'utf8')
  const kongYml: KongYml = parse(await read('kong.yml'))
  const preFunction = kongYml.plugins.find(({ name }) => name === 'pre-function')
  const guard = kongYml.services[0]?.plugins.find(({ name }) => name === 'post-function')
  if (!preFunction || !guard) throw new Error('kong.yml has no pre-function or no guard')
  const separate: readonly Plugin[] = parse(await read('kong-plugins/separate-plugins.yml'))
  return { preFunction, guard, separate }
}
