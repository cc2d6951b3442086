// What a plugin server says of its plugins: names, priorities, phases and schemas.
import { type FieldSchema, schemaFields } from './schema.ts'
import { isRecord } from './source.ts'

/** What a plugin server says of one plugin (`--dump`, the answer to Kong's query_cmd). */
export interface PluginInfo {
  readonly name: string
  readonly priority: number
  readonly phases: readonly string[]
  /** The fields of `config`. */
  readonly config: FieldSchema
}

/** Reads the JSON of a dump: an array of plugins, or `{ Protocol, Plugins }`. */
export function readPluginDump(dump: unknown): PluginInfo[] {
  const plugins = Array.isArray(dump) ? dump : isRecord(dump) ? dump.Plugins : undefined
  if (!Array.isArray(plugins)) throw new Error('the plugin server described no plugins')
  return plugins.filter(isRecord).map((plugin): PluginInfo => {
    const schema = isRecord(plugin.Schema) ? schemaFields(plugin.Schema.fields) : []
    return {
      name: String(plugin.Name),
      priority: Number(plugin.Priority),
      phases: Array.isArray(plugin.Phases) ? plugin.Phases.map(String) : [],
      config: schema.find(([name]) => name === 'config')?.[1] ?? { type: 'record', fields: [] },
    }
  })
}
