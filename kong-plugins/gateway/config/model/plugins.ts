// Plugins by name and configuration: ours by what their server says of them, Kong's by what its schemas say.
import { type Entity, REQUEST_PROTOCOLS } from './entity.ts'
import { pluginSchemas } from './facts.ts'
import type { AddFinding } from './finding.ts'
import type { PluginInfo } from './plugin-info.ts'
import { pluginProblem } from './record-codes.ts'
import { applySchema, type FieldSchema, schemaFields } from './schema.ts'
import { isRecord } from './source.ts'

type Config = Readonly<Record<string, unknown>>

/** Checks the entries of all plugins. @returns their configurations, with defaults filled in */
export function completePlugins(
  entities: readonly Entity[],
  own: ReadonlyMap<string, PluginInfo>,
  add: AddFinding,
): ReadonlyMap<Entity, Config> {
  const configs = new Map<Entity, Config>()
  for (const entity of entities) {
    const { name, config } = entity.values
    if (entity.list !== 'plugins' || typeof name !== 'string') continue
    const path = [...entity.path, 'config']
    if (config === null) {
      const instead = 'config: {}, or leave it out'
      add({ kind: 'plain', path, text: 'plugins.config must not be empty', instead })
    }
    const info = own.get(name)
    const schema = pluginSchemas.get(name)
    const complete =
      info !== undefined
        ? completeOwn(entity, info, add)
        : schema !== undefined
          ? completeBundled(entity, name, schema, add)
          : undefined
    if (isRecord(complete)) configs.set(entity, complete)
    if (info === undefined && schema === undefined) add({ kind: 'plugin', path: [...entity.path, 'name'], name })
  }
  return configs
}

/** References that a plugin must not have: it finds out who calls, say, so it cannot be for one consumer. */
function checkScope(entity: Entity, name: string, schema: FieldSchema, add: AddFinding): void {
  for (const [field, { type, eq }] of schemaFields(schema.fields)) {
    if (type !== 'foreign' || eq !== null || !entity.refers.has(field)) continue
    const nested = entity.parent?.field === field
    add({
      kind: 'plain',
      path: entity.path,
      text: nested ? `${name} inside a ${field} is taken by Kong, and never run` : `${name} cannot be for one ${field}`,
      instead: nested ? `${name} at a route, at a service or global` : `nothing: leave ${field} out`,
    })
  }
}

function completeBundled(entity: Entity, plugin: string, schema: FieldSchema, add: AddFinding): unknown {
  checkScope(entity, plugin, schema, add)
  const fields = schemaFields(schema.fields).filter(([, { type }]) => type !== 'foreign')
  const { config = {}, protocols } = entity.values
  const given = { config: config ?? {}, ...(protocols === undefined ? {} : { protocols }) }
  const wrong = pluginProblem(plugin, isRecord(config) ? config : {})
  if (wrong !== undefined) {
    const path = [...entity.path, 'config', wrong.field]
    add({ kind: 'value', path, entity, at: [wrong.field], text: wrong.text, plugin })
  }
  const own = { ...schema, fields: fields.map(([field, rules]) => ({ [field]: rules })) }
  const complete = applySchema(own, given, (path, text, known) => {
    const at = path[0] === 'config' ? path.slice(1) : path
    add({ kind: 'value', path: [...entity.path, ...path], entity, at, text, known, plugin })
  })
  return isRecord(complete) ? complete.config : undefined
}

function completeOwn(entity: Entity, { name: plugin, config }: PluginInfo, add: AddFinding): unknown {
  const protocols: unknown[] = Array.isArray(entity.values.protocols) ? entity.values.protocols : []
  const wrong = protocols.filter((each) => !REQUEST_PROTOCOLS.has(String(each)))
  if (wrong.length > 0) {
    const text = `${plugin} is not for ${wrong.map(String).join(', ')}`
    const instead = `protocols: [${[...REQUEST_PROTOCOLS].join(', ')}] or some of them`
    add({ kind: 'plain', path: [...entity.path, 'protocols'], text, instead })
  }
  if (entity.refers.has('consumer')) {
    const text = `${plugin} finds out who calls, so it cannot be for one consumer`
    add({ kind: 'plain', path: entity.path, text, instead: 'nothing: leave consumer out' })
  }
  return applySchema({ ...config, required: true }, entity.values.config ?? {}, (at, text, known) => {
    add({ kind: 'value', path: [...entity.path, 'config', ...at], entity, at, text, known, plugin })
  })
}
