// The API to protect: what was said on the command line, and what an existing kong.yml says for the rest.
import { UsageError } from '@mobile-api-gateway/sdk/command-line.ts'

/** What was said. */
export interface ProtectOptions {
  readonly name: string
  readonly upstream?: string | undefined
  readonly path?: string | undefined
  readonly issuer?: string | undefined
  readonly audience?: string | undefined
}

/** The API, with everything that was to be said. */
export interface ApiToProtect {
  readonly name: string
  readonly upstream: string
  readonly path: string
  readonly issuer: string | undefined
  readonly audience: string | undefined
}

function requireUrl(option: string, text: string, hint: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const plain = url && url.username === '' && url.password === '' && url.search === '' && url.hash === ''
  if (plain && /^https?:$/.test(url.protocol) && /^[\w.~:/%[\]-]+$/.test(text)) return text.replace(/\/$/, '')
  throw new UsageError(`--${option} has to be an http or https address without user, query and fragment, e.g. ${hint}`)
}

/** Holds what was said against the rules. @throws {UsageError} */
export function requireApi({ name, upstream, path, issuer, audience }: ProtectOptions): ApiToProtect {
  if (!/^[a-z][a-z0-9-]{0,62}$/.test(name))
    throw new UsageError(`"${name}" cannot be its name: up to 63 small letters, digits and dashes, a letter first.`)
  if (upstream === undefined) throw new UsageError('--upstream is missing: where does the backend listen?')
  if (path === undefined) throw new UsageError('--path is missing: what do apps call?')
  if (!/^(\/[\w.~-]+)+$/.test(path) || path.split('/').some((part) => part === '.' || part === '..'))
    throw new UsageError('--path has to begin with a slash, end without one, and consist of plain segments: /orders')
  if (path.startsWith('/.well-known'))
    throw new UsageError('--path below /.well-known is for what the gateway publishes.')
  return {
    name,
    path,
    upstream: requireUrl('upstream', upstream, 'http://orders:8080'),
    issuer: issuer && requireUrl('issuer', issuer, 'https://login.example.com'),
    audience: audience && requireUrl('audience', audience, `https://api.example.com${path}`),
  }
}
