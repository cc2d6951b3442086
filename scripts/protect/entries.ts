// What an API is in a kong.yml: its service, the route of its metadata, and the guard that services share.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { ApiToProtect } from './api.ts'
import type { Insertion } from './kong-yml.ts'

/** What Kong matches to the address of the metadata of a resource (RFC 9728 §3.1). */
export function metadataPath(resourcePath: string): string {
  const path = resourcePath === '/' ? '' : resourcePath
  return `~/\\.well-known/oauth-protected-resource${path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`
}

/** The service with its plugin and the guard. */
export function serviceText({ name, upstream, path }: ApiToProtect, audience: string, issuers: string): string {
  const { origin, pathname } = new URL(audience)
  const metadata = `${origin}/.well-known/oauth-protected-resource${pathname === '/' ? '' : pathname}`
  return `- name: ${name}
  url: "${upstream}"
  connect_timeout: 2000
  retries: 1
  routes: [{ name: ${name}, paths: [${path}], protocols: [http, https] }]
  plugins:
  - name: mobile-gateway
    config:
      policy: ${name}
      issuers: ${issuers}
      audiences: ["${audience}"]
      resource_metadata: "${metadata}"
  - { name: post-function, config: { access: [*guard] } }
`
}

/** The route of its metadata (RFC 9728). */
export function metadataText({ name }: ApiToProtect, audience: string, issuers: readonly string[]): string {
  return `- name: ${name}-metadata
  paths: ['${metadataPath(new URL(audience).pathname)}']
  methods: [GET, HEAD]
  protocols: [http, https]
  plugins:
  - name: mobile-metadata
    config: { resource: "${audience}", authorization_servers: ${JSON.stringify(issuers)} }
`
}

/** The guard of this project's kong.yml, as an entry of `_ignore`. */
export async function deliveredGuard(): Promise<string> {
  const { _ignore: shared } = parse(await readFile(join(import.meta.dirname, '../../kong.yml'), 'utf8'))
  const [guard] = Array.isArray(shared) ? shared : []
  return `- &guard |\n${String(guard).replace(/^(?=.)/gm, '  ')}`
}

/** An anchor has to stand before what refers to it: a list that is new, and would come last, goes to the top. */
export function putGuardFirst(insertions: readonly Insertion[], text: string): Insertion[] {
  const top = /^_format_version:.*\n/m.exec(text)
  return insertions.map((each) =>
    each.text.includes('\n_ignore:\n') && top ? { at: top.index + top[0].length, text: `${each.text}\n` } : each,
  )
}
