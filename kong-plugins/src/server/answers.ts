// Answers Kong's calls apart from events: kong-pdk's own listener exposes everything, loading code from a path included.
import type { KongPdkServer } from '../pdk/kong-pdk.ts'
import type { Call, Return } from '../wire/calls.ts'

/**
 * Starts or closes an instance, or names the plugins.
 * @throws Error that says why not, without anything from the config but its field names
 */
export async function answer(call: Call, server: KongPdkServer): Promise<Return> {
  const { cmd_get_plugin_names, cmd_start_instance, cmd_close_instance } = call
  if (cmd_start_instance) {
    const { name = '', config = '' } = cmd_start_instance
    requireJson(config)
    const { Id } = await server.StartInstance({ Name: name, Config: config })
    return { instance_status: { name, instance_id: Id } }
  }
  if (cmd_close_instance) {
    await server.CloseInstance(cmd_close_instance.instance_id ?? 0)
    return {}
  }
  if (cmd_get_plugin_names) return { plugin_names: [...server.plugins.keys()] }
  throw new Error('call not supported')
}

/** The error of JSON.parse quotes the text, which may hold secrets, and errors are logged. */
function requireJson(text: string): void {
  try {
    JSON.parse(text)
  } catch {
    throw new Error('Config is not JSON')
  }
}
