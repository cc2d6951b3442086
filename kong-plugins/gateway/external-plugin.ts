// Runs one plugin of the plugin server on one request, with Kong's outcomes: also those that let a request through.

import { errorAnswer } from './answer.ts'
import { bytesToText, convertDeep } from './bytes.ts'
import { isRecord } from './config-source.ts'
import type { ExternalPlugin } from './config-types.ts'
import type { Exchange } from './exchange.ts'
import { type PdkSettings, pdk } from './pdk.ts'
import { fixMultimap } from './pdk-request.ts'
import { type PluginClient, RpcError } from './plugin-client.ts'
import { type PluginInstances, StartError } from './plugin-instances.ts'
import { LuaError } from './response-headers.ts'

/** Kong restarts a lost instance and tries again without end; here three times. */
const maxRestarts = 3

/** How each result travels back (K:rpc/mp_rpc.lua `get_step_method`). */
const stepMethods: Readonly<Record<string, string>> = {
  'kong.client.get_credential': 'plugin.StepCredential',
  'kong.client.authenticate': 'plugin.StepCredential',
  'kong.client.get_consumer': 'plugin.StepConsumer',
  'kong.client.load_consumer': 'plugin.StepConsumer',
  'kong.router.get_route': 'plugin.StepRoute',
  'kong.router.get_service': 'plugin.StepService',
  'kong.request.get_query': 'plugin.StepMultiMap',
  'kong.request.get_headers': 'plugin.StepMultiMap',
}

export interface PluginServer {
  readonly client: PluginClient
  readonly instances: PluginInstances
  readonly settings: PdkSettings
}

/** Lua's `unpack` stops at the first hole: `exit(401, nil, headers)` loses its headers (measured on Kong 3.9.3). */
function untilHole(args: unknown): unknown[] {
  const list = Array.isArray(args) ? args : args === undefined || args === null ? [] : [args]
  const hole = list.findIndex((arg, i) => i > 0 && (arg === null || arg === undefined))
  return hole < 0 ? list : list.slice(0, hole)
}

function callPdk(exchange: Exchange, data: Record<string, unknown>, settings: PdkSettings): [string, unknown] {
  const name = String(data.Method)
  const call = pdk.get(name)
  if (call === undefined) {
    settings.log('err', `could not find pdk method: ${name}`, exchange)
    return ['plugin.Step', undefined]
  }
  const result = call(exchange, untilHole(data.Args), settings)
  const method = stepMethods[name] ?? 'plugin.Step'
  const shaped = method === 'plugin.StepMultiMap' ? fixMultimap(result) : result
  return [method, convertDeep(shaped, bytesToText)]
}

/** The dialogue of one event: the plugin asks for PDK calls until it returns or answers. */
async function converse(server: PluginServer, instanceId: number, exchange: Exchange): Promise<void> {
  const event = { InstanceId: instanceId, EventName: 'access' }
  let step = await server.client.call('plugin.HandleEvent', event)
  while (isRecord(step) && step.Data !== 'ret') {
    if (!isRecord(step.Data)) throw new LuaError('the plugin server asked for nothing')
    const eventId = step.EventId
    const [method, result] = callPdk(exchange, step.Data, server.settings)
    // K: exit and error never return to the plugin; the event is left where it is.
    if (exchange.answer !== undefined) return
    const reply = result === undefined ? { EventId: eventId } : { EventId: eventId, Data: result }
    step = await server.client.call(method, reply)
  }
}

/**
 * Runs a plugin's access phase. Kong 3.9 fails open: when the plugin server is gone, hangs or answers with an error,
 * the failure is logged and the request goes on to the next plugin. Only an instance that cannot be started, or a PDK
 * call with arguments that Lua rejects, ends in 500.
 */
export async function runExternalPlugin(
  server: PluginServer,
  plugin: ExternalPlugin,
  exchange: Exchange,
): Promise<void> {
  const { log } = server.settings
  for (let restarts = 0; ; restarts += 1) {
    try {
      return await converse(server, await server.instances.instanceId(plugin), exchange)
    } catch (error) {
      if (!(error instanceof RpcError) && !(error instanceof StartError) && !(error instanceof LuaError)) throw error
      log('err', `[${plugin.name}] ${error.message}`, exchange)
      if (!(error instanceof RpcError)) {
        exchange.answer ??= errorAnswer(exchange, 500)
        return
      }
      if (!/no plugin instance/i.test(error.message) || restarts >= maxRestarts) return
      server.instances.reset(plugin.name)
    }
  }
}
