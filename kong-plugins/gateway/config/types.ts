// What the embedded gateway knows of a kong.yml once it has been read and found valid.

import type { Remark } from './model/source.ts'
import type { LuaPhase } from './support.ts'

export interface Service {
  readonly id: string
  readonly name: string
  readonly protocol: 'http' | 'https'
  readonly host: string
  readonly port: number
  readonly path: string
  /** Milliseconds, as are the other two. */
  readonly connectTimeout: number
  readonly readTimeout: number
  readonly writeTimeout: number
  /** How often a failed connect is repeated. */
  readonly retries: number
  readonly tlsVerify: boolean
  /** The entity as `kong.router.get_service` shows it. */
  readonly entity: Readonly<Record<string, unknown>>
}

export interface Route {
  readonly id: string
  readonly name: string
  readonly service: Service | undefined
  readonly hosts: readonly string[]
  readonly paths: readonly string[]
  readonly methods: readonly string[]
  readonly headers: readonly (readonly [name: string, values: readonly string[]])[]
  readonly protocols: readonly string[]
  readonly stripPath: boolean
  readonly preserveHost: boolean
  readonly regexPriority: number
  readonly pathHandling: 'v0' | 'v1'
  readonly httpsRedirectStatus: number
  readonly entity: Readonly<Record<string, unknown>>
}

/** What a plugin config or a refusal covers; nothing set means everything. */
export interface Scope {
  readonly routeId?: string
  readonly serviceId?: string
}

interface PluginBase {
  readonly id: string
  readonly name: string
  readonly scope: Scope
  readonly line: number
}

/** A plugin of the plugin server; `config` has its defaults filled in. */
export interface ExternalPlugin extends PluginBase {
  readonly kind: 'external'
  readonly phases: readonly string[]
  readonly priority: number
  readonly config: Readonly<Record<string, unknown>>
}

/** pre-function or post-function: its Lua by phase. */
export interface LuaPlugin extends PluginBase {
  readonly kind: 'lua'
  readonly priority: number
  readonly code: ReadonlyMap<LuaPhase, readonly string[]>
}

/** The config of Kong's cors, with its defaults. */
export interface CorsConfig {
  readonly origins?: readonly string[]
  readonly headers?: readonly string[]
  readonly exposed_headers?: readonly string[]
  readonly methods?: readonly string[]
  readonly max_age?: number
  readonly credentials?: boolean
  readonly private_network?: boolean
  readonly preflight_continue?: boolean
}

/** Kong's cors. */
export interface CorsPlugin extends PluginBase {
  readonly kind: 'cors'
  readonly priority: number
  readonly config: CorsConfig
}

export type ConfiguredPlugin = ExternalPlugin | LuaPlugin | CorsPlugin

/** Something that is not reproduced here and could decide about access: what it covers answers 501. */
export interface Unsupported {
  readonly scope: Scope
  readonly remark: Remark
}

/** Says of something in kong.yml that it is not reproduced here. */
export function unsupported(scope: Scope, line: number, what: string): Unsupported {
  return { scope, remark: { line, text: `${what}: not supported by the embedded gateway` } }
}

/** A consumer as `kong.client.load_consumer` gives it to plugins. */
export interface NamedConsumer {
  readonly id: string
  readonly username?: string
  readonly custom_id?: string
}

export interface KongConfig {
  readonly routes: readonly Route[]
  readonly consumers: readonly NamedConsumer[]
  /** Highest priority first, as Kong runs them. */
  readonly plugins: readonly ConfiguredPlugin[]
  readonly refusals: readonly Unsupported[]
  /** Left out without harm. */
  readonly notices: readonly Remark[]
}

export function covers(scope: Scope, route: Route): boolean {
  return (
    (scope.routeId === undefined || scope.routeId === route.id) &&
    (scope.serviceId === undefined || scope.serviceId === route.service?.id)
  )
}
