// Answers Kong's calls apart from events: kong-pdk's own listener exposes everything, loading code from a path included.
import type { RpcCall, RpcReturn } from '../protocol/calls.ts'
import type { KongServer } from './kong-server.ts'

/**
 * Starts or closes an instance, or names the plugins.
 * @throws {Error} that says why not, without anything from the config but its field names
 */
export async function answer(call: RpcCall, { plugins, instances }: KongServer): Promise<RpcReturn> {
  const { cmd_get_plugin_names, cmd_start_instance, cmd_close_instance } = call
  if (cmd_start_instance) {
    const { name = '', config = '' } = cmd_start_instance
    return { instance_status: { name, instance_id: await instances.start(name, config) } }
  }
  if (cmd_close_instance) {
    await instances.close(cmd_close_instance.instance_id ?? 0)
    return {}
  }
  if (cmd_get_plugin_names) return { plugin_names: [...plugins] }
  throw new Error('call not supported')
}
