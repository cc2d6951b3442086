// The kong-pdk package: its plugin server, typed, and loaded without its TypeScript compiler.
import { createRequire, Module } from 'node:module'
import type { Kong } from '../protocol/kong.ts'

/** One plugin instance: Kong calls the prototype's methods named like its phases. */
export interface PluginInstance {
  access(kong: Kong): Promise<void>
}

/** A plugin as a module literal, in kong-pdk's terms. */
export interface PluginModule<Instance extends PluginInstance> {
  readonly Plugin: new (config: unknown) => Instance
  readonly Name: string
  readonly Version: string
  readonly Priority: number
  readonly Schema: readonly unknown[]
}

/** The parts of kong-pdk's `Server` (server.js) that we use. */
export interface KongPdkServer<Instance extends PluginInstance> {
  readonly plugins: Map<string, unknown>
  /** By id. `cls` is what the plugin's class made; `config` is kept for a status that nobody asks for. */
  readonly instances: ReadonlyMap<
    number,
    { readonly cls: Instance; config: unknown; executePhase(phase: 'access', kong: Kong): Promise<void> }
  >
  /** Id of the next instance. */
  instanceID: number
  /** Ends its instance expiry, which would run every 60 ms. */
  close(): void
  StartInstance(config: { readonly Name: string; readonly Config: string }): Promise<{ readonly Id: number }>
  CloseInstance(instanceId: number): Promise<unknown>
}

/** Where kong-pdk logs to; it writes text, never arguments of calls. */
export interface KongPdkLogger {
  debug(text: string): void
  info(text: string): void
  warn(text: string): void
  error(text: string): void
}

interface Exports<Instance extends PluginInstance> {
  readonly Server: new (pluginDir: undefined, logger: KongPdkLogger) => KongPdkServer<Instance>
  readonly Module: new (name: string, path: undefined, literal: PluginModule<Instance>) => { readonly name: string }
}

/** Loads kong-pdk's classes. */
export function loadKongPdk<Instance extends PluginInstance>(): Exports<Instance> {
  const require = createRequire(import.meta.url)
  // lib/mod.js registers ts-node, which costs 80 MB and fails beside TypeScript 7. Our modules need no compiler.
  const tsNode = require.resolve('ts-node', { paths: [require.resolve('kong-pdk/server.js')] })
  const stub = new Module(tsNode)
  stub.exports = { register() {} }
  stub.loaded = true
  require.cache[tsNode] = stub
  return { Server: require('kong-pdk/server.js'), Module: require('kong-pdk/lib/mod.js').Module }
}
