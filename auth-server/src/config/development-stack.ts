// What `npm start` tells the server of the stack around it, for the page at `/`; read in development alone.
import { isLoopbackHost } from '../http/outbound/public-address.ts'
import type { Parsed } from './setting.ts'

/** The stack on a developer's machine. */
export interface DevelopmentStack {
  /** Origin of the gateway. */
  readonly gateway: string
  /** Origin of the demo API. */
  readonly api: string
  /** The demo API as apps call it. */
  readonly resource: string
  /** The plugin server's unix socket. */
  readonly pluginSocket: string
  /** Variables to write before a command of this stack; empty for none. */
  readonly commandPrefix: string
  readonly demo: Readonly<{ clientId: string; redirectUris: readonly string[]; email: string; password: string }>
}

const PROBLEM = { problem: 'is for npm start alone; leave it out' } as const

/** From JSON; undefined when left out. */
export function developmentStack(text: string): Parsed<DevelopmentStack | undefined> {
  if (text === '') return { value: undefined }
  try {
    const value: unknown = JSON.parse(text)
    return isStack(value) ? { value } : PROBLEM
  } catch {
    return PROBLEM
  }
}

function isStack(value: unknown): value is DevelopmentStack {
  if (!isRecord(value) || !isRecord(value.demo)) return false
  const { gateway, api, resource, pluginSocket, commandPrefix, demo } = value
  const { clientId, redirectUris, email, password } = demo
  return (
    [gateway, api, resource].every(isLocal) &&
    [pluginSocket, commandPrefix, clientId, email, password].every(isText) &&
    Array.isArray(redirectUris) &&
    redirectUris.every(isText)
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

/** The server asks these addresses whether somebody answers. */
function isLocal(value: unknown): value is string {
  const url = isText(value) ? URL.parse(value) : null
  return url?.protocol === 'http:' && isLoopbackHost(url.hostname)
}
