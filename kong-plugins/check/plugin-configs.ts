// Plugins by name and configuration: ours by our own schemas, Kong's by what its schemas say.

import {
  applySchema,
  type FieldSchema,
  type PluginInfo,
  schemaFields,
} from '@mobile-api-gateway/kong-plugins/gateway/config/plugin-schema.ts'
import { isRecord } from '@mobile-api-gateway/kong-plugins/gateway/config/source.ts'
import type { Entity } from './document.ts'
import { REQUEST_PROTOCOLS } from './entities.ts'
import { pluginSchemas } from './facts.ts'
import type { ReportProblem } from './problem.ts'
import { pluginProblem } from './record-codes.ts'
import { nearest, sayInstead, sayKnown, sayPlainly } from './suggest.ts'

/** What the checker knows of plugins. */
export interface KnownPlugins {
  /** Ours, with their schemas. */
  readonly own: ReadonlyMap<string, PluginInfo>
  /** Names of others that are installed in this Kong. */
  readonly installed: readonly string[]
}

/** Checks the names and configurations of all plugin entries. */
export function checkPlugins(entities: readonly Entity[], known: KnownPlugins, report: ReportProblem): void {
  for (const entity of entities.filter(({ list }) => list === 'plugins')) {
    const { name } = entity.values
    if (typeof name !== 'string') continue
    if (entity.values.config === null)
      report([...entity.path, 'config'], 'plugins.config must not be empty', 'config: {}, or leave it out')
    const info = known.own.get(name)
    const schema = pluginSchemas.get(name)
    if (info !== undefined) checkOwn(entity, info, report)
    else if (schema !== undefined) checkBundled(entity, name, schema, report)
    else if (!known.installed.includes(name)) {
      const names = [...pluginSchemas.keys(), ...known.own.keys()]
      const instead = nearest(name, names) ?? `a bundled plugin's name, or call the checker with --plugins ${name}`
      report([...entity.path, 'name'], `there is no plugin ${name} among Kong's bundled ones and ours`, instead)
    }
  }
}

/** References that a plugin must not have: it finds out who calls, say, so it cannot be for one consumer. */
function checkScope(entity: Entity, name: string, schema: FieldSchema, report: ReportProblem): void {
  for (const [field, { type, eq }] of schemaFields(schema.fields)) {
    if (type !== 'foreign' || eq !== null || !entity.refers.has(field)) continue
    const nested = entity.parent?.field === field
    const what = nested
      ? `${name} inside a ${field} is taken by Kong, and never run`
      : `${name} cannot be for one ${field}`
    report(entity.path, what, nested ? `${name} at a route, at a service or global` : `nothing: leave ${field} out`)
  }
}

function checkBundled(entity: Entity, name: string, schema: FieldSchema, report: ReportProblem): void {
  checkScope(entity, name, schema, report)
  const fields = schemaFields(schema.fields).filter(([, { type }]) => type !== 'foreign')
  const { config = {}, protocols } = entity.values
  const given = { config: config ?? {}, ...(protocols === undefined ? {} : { protocols }) }
  const wrong = pluginProblem(name, isRecord(config) ? config : {})
  if (wrong !== undefined)
    report([...entity.path, 'config', wrong.field], `${name}.${wrong.field} ${wrong.text}`, `${wrong.field}: …`)
  const own = { ...schema, fields: fields.map(([field, rules]) => ({ [field]: rules })) }
  applySchema(own, given, (path, found, fields) => {
    const text = sayPlainly(found)
    const what = [name, ...(path[0] === 'config' ? path.slice(1) : path)].join('.')
    report(
      [...entity.path, ...path],
      `${what} ${text}`,
      fields ? sayKnown(String(path.at(-1)), fields) : sayInstead(path, text),
    )
  })
}

function checkOwn(entity: Entity, info: PluginInfo, report: ReportProblem): void {
  const at = [...entity.path, 'config']
  const protocols: unknown[] = Array.isArray(entity.values.protocols) ? entity.values.protocols : []
  const wrong = protocols.filter((each) => !REQUEST_PROTOCOLS.has(String(each)))
  if (wrong.length > 0) {
    const instead = `protocols: [${[...REQUEST_PROTOCOLS].join(', ')}] or some of them`
    report([...entity.path, 'protocols'], `${info.name} is not for ${wrong.map(String).join(', ')}`, instead)
  }
  if (entity.refers.has('consumer')) {
    report(
      entity.path,
      `${info.name} finds out who calls, so it cannot be for one consumer`,
      'nothing: leave consumer out',
    )
  }
  applySchema({ ...info.config, required: true }, entity.values.config ?? {}, (path, text, known) => {
    const what = [info.name, ...path].join('.')
    const instead = known
      ? sayKnown(String(path.at(-1)), known)
      : sayInstead(path.length === 0 ? ['config'] : path, text)
    report([...at, ...path], `${what} ${text}`, instead)
  })
}

/** The Lua functions of a serverless plugin in one phase. */
export function luaOf({ values }: Entity, phase: string): string[] {
  const code = isRecord(values.config) ? values.config[phase] : undefined
  return Array.isArray(code) ? code.filter((each): each is string => typeof each === 'string') : []
}
