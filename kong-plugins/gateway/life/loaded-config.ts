// One configuration, ready to serve: its routes, its plugins and what it refuses, replaceable as a whole.
import type { IncomingMessage } from 'node:http'
import { covers, type KongConfig, type Route } from '../config/types.ts'
import { errorAnswer } from '../http/answer.ts'
import type { Decider } from '../http/decision.ts'
import type { Exchange } from '../http/exchange.ts'
import { refusedStatus } from '../http/request-checks.ts'
import { createRouter } from '../http/router.ts'
import { LuaRuntime } from '../lua/runtime.ts'
import type { PdkSettings } from '../pdk/function.ts'
import type { PluginClient } from '../plugin-server/client.ts'
import { PluginInstances } from '../plugin-server/instances.ts'
import { createPluginChain, type PluginChain } from './plugin-chain.ts'

/** A configuration at work. */
export interface LoadedConfig extends Decider {
  /** Starts the plugins' instances. @throws {StartError} for a config that its plugin does not accept */
  readonly start: () => Promise<void>
  readonly close: () => Promise<void>
}

/** The reasons why a route is closed here, if any. */
function refusalsByRoute(config: KongConfig): ReadonlyMap<Route, string> {
  const reasons = config.routes.map((route): [Route, string] => {
    const covering = config.refusals.filter(({ scope }) => covers(scope, route))
    return [route, covering.map(({ remark }) => `${remark.text} (line ${remark.line})`).join('; ')]
  })
  return new Map(reasons.filter(([, reason]) => reason !== ''))
}

function redirectToHttps(exchange: Exchange, route: Route): void {
  if (route.httpsRedirectStatus === 426) {
    exchange.answer = errorAnswer(exchange, 426, 'Please use HTTPS protocol')
    exchange.responseHeaders.set('Connection', 'Upgrade')
    exchange.responseHeaders.set('Upgrade', 'TLS/1.2, HTTP/1.1')
  } else {
    exchange.responseHeaders.set('Location', `https://${exchange.host}${exchange.target}`)
    exchange.answer = { status: route.httpsRedirectStatus, body: undefined }
  }
}

/**
 * Prepares a configuration.
 * @param sequence how many there were before it
 * @throws {Error} when its Lua does not compile
 */
export async function loadConfig(
  config: KongConfig,
  client: PluginClient,
  settings: PdkSettings,
  sequence = 0,
): Promise<LoadedConfig> {
  const lua = await LuaRuntime.create(settings)
  const instances = new PluginInstances(client, sequence)
  const server = { client, instances, settings: { ...settings, consumers: config.consumers } }
  const chain = compileChain(() => createPluginChain(config, lua, server), lua)
  const findRoute = createRouter(config.routes)
  const refusals = refusalsByRoute(config)

  const decide = async (req: IncomingMessage, exchange: Exchange): Promise<void> => {
    const refused = refusedStatus(req, exchange)
    if (refused !== undefined) {
      // Of this one Kong knows nothing: nginx answers in its own words.
      exchange.answer = refused === 505 ? { status: refused, body: undefined } : errorAnswer(exchange, refused)
      return
    }
    chain.rewrite(exchange)
    if (exchange.answer !== undefined) return
    exchange.connection = exchange.requestHeaders.first('connection')
    exchange.match = findRoute({
      method: exchange.method,
      path: exchange.path,
      host: exchange.host,
      port: exchange.serverPort,
      headerValues: (name) => exchange.requestHeaders.values(name),
    })
    if (exchange.match === undefined) {
      const about = exchange.path === '/' ? settings.about : undefined
      exchange.answer = errorAnswer(exchange, 404, about ?? 'no Route matched with those values')
      return
    }
    const { route } = exchange.match
    const reason = refusals.get(route)
    if (reason !== undefined) exchange.answer = errorAnswer(exchange, 501, reason.replaceAll('"', "'"))
    else if (!route.protocols.includes('http')) redirectToHttps(exchange, route)
    else await chain.access(exchange)
    if (exchange.answer === undefined && route.service === undefined) {
      exchange.answer = errorAnswer(exchange, 503, 'no Service found with those values')
    }
  }

  const close = async (): Promise<void> => {
    await instances.close()
    lua.close()
  }
  const external = config.plugins.filter((plugin) => plugin.kind === 'external')
  return { decide, headerFilter: chain.headerFilter, start: () => instances.startAll(external), close }
}

/** A VM whose code does not compile is of no use. */
function compileChain(compile: () => PluginChain, lua: LuaRuntime): PluginChain {
  try {
    return compile()
  } catch (error) {
    lua.close()
    throw error
  }
}
