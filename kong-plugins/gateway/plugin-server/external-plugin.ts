// Runs one plugin of the plugin server on one request, with Kong's outcomes: the plugin decides, or the answer is 500.

import type { ExternalPlugin } from '../config/types.ts'
import { errorAnswer } from '../http/answer.ts'
import type { Exchange } from '../http/exchange.ts'
import type { PdkSettings } from '../pdk/function.ts'
import type { PluginClient } from './client.ts'
import { RpcClosed } from './connection.ts'
import type { PluginInstances } from './instances.ts'
import { answerPdkCall } from './pdk-calls.ts'

/** Kong starts a lost instance and tries again without end; here three times. */
const MAX_RESTARTS = 3

export interface PluginServer {
  readonly client: PluginClient
  readonly instances: PluginInstances
  readonly settings: PdkSettings
}

/**
 * Runs a plugin's access phase. A plugin server that ends the connection may have lost the instance: it is started
 * again. Anything else that goes wrong (a plugin server that is gone, hangs or does not start the instance, a PDK call
 * that is none or that Lua rejects) ends in 500; the request never passes on.
 */
export async function runExternalPlugin(
  server: PluginServer,
  plugin: ExternalPlugin,
  exchange: Exchange,
): Promise<void> {
  const { client, instances, settings } = server
  for (let restarts = 0; ; restarts += 1) {
    try {
      const instanceId = await instances.instanceId(plugin)
      return await client.event(instanceId, 'access', (name, argument, out) =>
        answerPdkCall(exchange, settings, name, argument, out),
      )
    } catch (error) {
      const again = error instanceof RpcClosed && restarts < MAX_RESTARTS
      const message = error instanceof Error ? error.message : String(error)
      settings.log(again ? 'warn' : 'err', `[${plugin.name}] ${message}`, exchange)
      if (!again) {
        exchange.answer = errorAnswer(exchange, 500)
        return
      }
      instances.reset(plugin.name)
    }
  }
}
