// The project's kong.yml as a document that a test may change: its service, its routes, the guard.
import { readFile } from 'node:fs/promises'
import { parse, stringify } from 'yaml'

/** What a test may change of the service `mobile-api`. */
export interface KongFileChanges {
  /** Put over the config of mobile-gateway. */
  readonly gateway?: Readonly<Record<string, unknown>>
  /** More plugins of the service. */
  readonly plugins?: readonly Readonly<Record<string, unknown>>[]
  /** More plugins for all routes. */
  readonly everywhere?: readonly Readonly<Record<string, unknown>>[]
  /** Changes the Lua of the guard. */
  readonly guard?: (lua: string) => string
  /** More at the top level, e.g. consumers. */
  readonly top?: Readonly<Record<string, unknown>>
}

interface KongFile {
  plugins: unknown[]
  services: { url: string; plugins: { name: string; config: Record<string, unknown> & { access?: string[] } }[] }[]
}

/** Renders it for a backend and an issuer on this machine; revocations are followed only where a test says so. */
export async function kongFile(backend: string, jwksUri: string, changes: KongFileChanges = {}): Promise<string> {
  const file: KongFile = parse(await readFile(new URL('../../../../kong.yml', import.meta.url), 'utf8'))
  const [service] = file.services
  const [gateway, guard] = service?.plugins ?? []
  if (!service || !gateway || !guard) throw new Error('kong.yml is not as this test knows it')
  service.url = backend
  gateway.config.issuers = [{ issuer: 'http://localhost:4000', jwks_uri: jwksUri }]
  Object.assign(gateway.config, changes.gateway)
  guard.config.access = guard.config.access?.map((lua) => changes.guard?.(lua) ?? lua) ?? []
  const plugins = [...service.plugins, ...(changes.plugins ?? [])]
  const everywhere = [...file.plugins, ...(changes.everywhere ?? [])]
  return stringify({ ...file, ...changes.top, plugins: everywhere, services: [{ ...service, plugins }] })
}
