// Plugin entries of kong.yml: which run here, which may be left out, and which close the routes they cover.
import { type Entity, isEnabled } from './model/entity.ts'
import { pluginSchemas } from './model/facts.ts'
import type { PluginInfo } from './model/plugin-info.ts'
import type { Notes } from './notes.ts'
import { compileOrigin } from './regular-expressions.ts'
import { refuseFields } from './services.ts'
import { stableId } from './stable-id.ts'
import { LUA_PHASES, LUA_PLUGINS, type LuaPhase, OBSERVERS } from './support.ts'
import type { ConfiguredPlugin, CorsConfig, Scope } from './types.ts'
import { numberOf, textOf, textsOf } from './values.ts'
import { findForeignReference, resolveSecrets } from './vault.ts'
import { notUnderstood } from './words.ts'

type Config = Readonly<Record<string, unknown>>

/** What plugins are read with. */
export interface PluginReading {
  /** With defaults filled in. */
  readonly configs: ReadonlyMap<Entity, Config>
  /** Those of the plugin server. */
  readonly infos: ReadonlyMap<string, PluginInfo>
  readonly notes: Notes
}

function readLua(
  { path }: Entity,
  name: string,
  config: Config,
  scope: Scope,
  notes: Notes,
): ReadonlyMap<LuaPhase, readonly string[]> {
  const code = new Map<LuaPhase, readonly string[]>()
  for (const [phase, value] of Object.entries(config)) {
    const functions = textsOf(value)
    if (functions.length === 0) continue
    const supported = LUA_PHASES.find((each) => each === phase)
    if (supported !== undefined) code.set(supported, functions)
    else if (phase === 'log') notes.notice([...path, 'config', phase], `${name}: Lua of phase log is not run`)
    else notes.refuse(scope, [...path, 'config'], `${name} in ${phase}`)
  }
  if (code.has('rewrite') && (scope.routeId ?? scope.serviceId) !== undefined)
    notes.notice(path, `${name}: rewrite runs for global plugins only, so never here`)
  return code
}

/** Reads one plugin entry; undefined when it is switched off, left out or refused. */
export function readPlugin(entity: Entity, scope: Scope, reading: PluginReading): ConfiguredPlugin | undefined {
  const { path, values } = entity
  const { infos, notes } = reading
  const name = textOf(values.name)
  if (name === '' || !isEnabled(entity)) return undefined
  const refusalsBefore = notes.refusals.length
  const info = infos.get(name)
  const foreign = findForeignReference(values.config, info?.config)
  if (foreign !== undefined) notes.refuse(scope, [...path, 'config'], `the reference ${foreign}`)
  refuseFields(entity, scope, notes, ` (${name})`)
  if (entity.parent?.field === 'consumer') notes.refuse(scope, path, `plugins of consumers (${name})`)
  const plugin = readKind(entity, name, scope, reading)
  // A plugin that is refused does not run either: what it covers is closed.
  return notes.refusals.length > refusalsBefore ? undefined : plugin
}

function readKind(
  entity: Entity,
  name: string,
  scope: Scope,
  { configs, infos, notes }: PluginReading,
): ConfiguredPlugin | undefined {
  const { path, values } = entity
  const config = configs.get(entity) ?? {}
  const id = textOf(values.id) || stableId('plugin', name, JSON.stringify(scope))
  const base = { id, name, scope, line: notes.line(path), priority: numberOf(pluginSchemas.get(name)?.priority) }
  if (LUA_PLUGINS.has(name)) return { ...base, kind: 'lua', code: readLua(entity, name, config, scope, notes) }
  if (name === 'cors') return { ...base, kind: 'cors', config: readCors(entity, config, notes) }
  const info = infos.get(name)
  if (info === undefined) {
    if (OBSERVERS.has(name)) notes.notice(path, `plugin ${name} only watches; it is left out`)
    else notes.refuse(scope, [...path, 'name'], `plugin ${name}`)
    return undefined
  }
  const unsupported = info.phases.filter((phase) => phase !== 'access')
  if (unsupported.length > 0)
    notes.refuse(scope, [...path, 'name'], `plugin ${name} in phase ${unsupported.join(', ')}`)
  const resolved = resolveSecrets(info.config, config, process.env, (at, text) =>
    notes.notice([...path, 'config', ...at], `${name}: ${at.join('.')}: ${text}; calls will be refused`),
  )
  return { ...base, kind: 'external', phases: info.phases, priority: info.priority, config: Object(resolved) }
}

function readCors({ path }: Entity, config: Config, notes: Notes): CorsConfig {
  for (const origin of textsOf(config.origins)) {
    if (origin !== '*' && compileOrigin(origin) === undefined)
      notes.problem([...path, 'config', 'origins'], notUnderstood('cors: origins', origin))
  }
  return Object(config)
}
