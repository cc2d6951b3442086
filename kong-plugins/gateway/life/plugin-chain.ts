// The order in which a request meets the plugins of kong.yml, as Kong's plugins iterator has it.

import { LUA_PHASES, type LuaPhase } from '../config/support.ts'
import type { ConfiguredPlugin, KongConfig, LuaPlugin, Route } from '../config/types.ts'
import { errorAnswer } from '../http/answer.ts'
import { corsAccess, corsHeaderFilter } from '../http/cors.ts'
import type { Exchange } from '../http/exchange.ts'
import type { LuaFunction, LuaRuntime } from '../lua/runtime.ts'
import { type PluginServer, runExternalPlugin } from '../plugin-server/external-plugin.ts'

export interface PluginChain {
  /** Global plugins only, before a route is looked for. */
  readonly rewrite: (exchange: Exchange) => void
  /** The plugins of the matched route. Ends early when one of them answers. */
  readonly access: (exchange: Exchange) => Promise<void>
  /** Runs for the gateway's own answers too. */
  readonly headerFilter: (exchange: Exchange) => void
}

/** Of several configs of one plugin, the most specific one runs (Kong 3.9: runloop/plugins_iterator.lua `lookup_cfg`). */
function specificity(plugin: ConfiguredPlugin): number {
  return (plugin.scope.routeId === undefined ? 0 : 2) + (plugin.scope.serviceId === undefined ? 0 : 1)
}

function isGlobal(plugin: ConfiguredPlugin): boolean {
  return specificity(plugin) === 0
}

/** The plugins that run for a route (undefined: for no route), highest priority first. */
export function pluginsFor(plugins: readonly ConfiguredPlugin[], route: Route | undefined): ConfiguredPlugin[] {
  const applying = plugins.filter(
    ({ scope }) =>
      (scope.routeId === undefined || scope.routeId === route?.id) &&
      (scope.serviceId === undefined || scope.serviceId === route?.service?.id),
  )
  return applying.filter((plugin) => {
    const rivals = applying.filter((other) => other.name === plugin.name)
    return rivals.every((other) => specificity(other) <= specificity(plugin))
  })
}

type CompiledLua = ReadonlyMap<LuaPhase, readonly LuaFunction[]>

function compile(lua: LuaRuntime, plugin: LuaPlugin): CompiledLua {
  const phases = LUA_PHASES.map((phase): [LuaPhase, LuaFunction[]] => {
    const code = plugin.code.get(phase) ?? []
    return [phase, code.map((source, i) => lua.compile(source, `${plugin.name}.${phase}[${i + 1}]`))]
  })
  return new Map(phases)
}

/** Builds the chain of a configuration. @throws {Error} when a piece of Lua does not compile */
export function createPluginChain(config: KongConfig, lua: LuaRuntime, server: PluginServer): PluginChain {
  const compiled = new Map<ConfiguredPlugin, CompiledLua>()
  for (const plugin of config.plugins) if (plugin.kind === 'lua') compiled.set(plugin, compile(lua, plugin))
  const globals = config.plugins.filter(isGlobal)
  const byRoute = new Map(config.routes.map((route) => [route, pluginsFor(config.plugins, route)]))
  const matched = (exchange: Exchange): readonly ConfiguredPlugin[] => {
    return exchange.match === undefined ? globals : (byRoute.get(exchange.match.route) ?? globals)
  }

  const runLua = (plugin: ConfiguredPlugin, phase: LuaPhase, exchange: Exchange): void => {
    try {
      for (const run of compiled.get(plugin)?.get(phase) ?? []) {
        run(exchange, phase)
        if (exchange.answer !== undefined && phase !== 'header_filter') return
      }
    } catch (error) {
      server.settings.log('err', `[${plugin.name}] ${error instanceof Error ? error.message : error}`, exchange)
      exchange.answer = errorAnswer(exchange, 500)
    }
  }

  return {
    rewrite: (exchange) => {
      for (const plugin of globals) {
        runLua(plugin, 'rewrite', exchange)
        if (exchange.answer !== undefined) return
      }
    },
    access: async (exchange) => {
      for (const plugin of matched(exchange)) {
        if (plugin.kind === 'lua') runLua(plugin, 'access', exchange)
        else if (plugin.kind === 'cors') corsAccess(plugin.config, exchange)
        else if (plugin.phases.includes('access')) await runExternalPlugin(server, plugin, exchange)
        if (exchange.answer !== undefined) return
      }
    },
    headerFilter: (exchange) => {
      for (const plugin of matched(exchange)) {
        if (plugin.kind === 'cors') corsHeaderFilter(plugin.config, exchange)
        else runLua(plugin, 'header_filter', exchange)
      }
    },
  }
}
