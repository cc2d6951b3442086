// Plugin entries of kong.yml: which run here, which may be left out, and which close the routes they cover.

import { CORS_PRIORITY, CORS_SCHEMA, type CorsConfig } from './cors.ts'
import { type Refuse, stableId } from './entities.ts'
import { applySchema, type PluginInfo } from './plugin-schema.ts'
import type { Fields, Remark } from './source.ts'
import { KNOWN, LUA_PHASES, LUA_PLUGINS, type LuaPhase, OBSERVERS, REFUSED } from './support.ts'
import type { ConfiguredPlugin, Scope } from './types.ts'
import { resolveReferences } from './vault.ts'

/** Where findings about plugins go. */
export interface PluginFindings {
  readonly infos: ReadonlyMap<string, PluginInfo>
  readonly refuse: Refuse
  readonly notice: (remark: Remark) => void
}

function readLua(at: Fields, name: string, scope: Scope, found: PluginFindings): ReadonlyMap<LuaPhase, string[]> {
  const config = new Map<LuaPhase, string[]>()
  const inner = at.record('config') ?? {}
  for (const [phase, code] of Object.entries(inner)) {
    const path = [...at.path, 'config', phase]
    if (!Array.isArray(code) || !code.every((c) => typeof c === 'string')) {
      at.source.problem(path, `${phase}: must be a list of Lua functions`)
      continue
    }
    if (code.length === 0) continue
    const supported = LUA_PHASES.find((p) => p === phase)
    const line = at.source.line(path)
    if (supported !== undefined) {
      config.set(supported, code.map(String))
    } else if (phase === 'log') found.notice({ line, text: `${name}: Lua of phase log is not run` })
    else if (['certificate', 'body_filter'].includes(phase)) found.refuse(scope, at, 'config', `${name} in ${phase}`)
    else at.source.problem(path, `${phase}: is not a phase of ${name}`)
  }
  if (config.has('rewrite') && (scope.routeId ?? scope.serviceId) !== undefined) {
    found.notice({ line: at.line, text: `${name}: rewrite runs for global plugins only, so never here` })
  }
  return config
}

/** Reads one plugin entry; undefined when it is switched off, left out or refused. */
export function readPlugin(at: Fields, scope: Scope, found: PluginFindings): ConfiguredPlugin | undefined {
  const name = at.string('name')
  if (name === undefined) {
    at.source.problem(at.path, 'a plugin needs a name')
    return undefined
  }
  if (at.boolean('enabled') === false) return undefined
  for (const field of Object.keys(at.values)) {
    if (REFUSED.plugin.some((f) => f === field)) {
      if (at.has(field)) found.refuse(scope, at, field, `plugins with ${field} (${name})`)
    } else if (!KNOWN.plugin.some((f) => f === field)) at.problem(field, 'is not a field of a plugin')
  }
  const base = { id: at.string('id') ?? stableId('plugin', name, JSON.stringify(scope)), name, scope, line: at.line }
  const luaPriority = LUA_PLUGINS.get(name)
  if (luaPriority !== undefined) {
    return { ...base, kind: 'lua', priority: luaPriority, code: readLua(at, name, scope, found) }
  }
  const problem = (path: readonly (string | number)[], text: string): void => {
    at.source.problem([...at.path, 'config', ...path], `${name}: ${path.join('.')} ${text}`)
  }
  if (name === 'cors') {
    const config: CorsConfig = Object(applySchema(CORS_SCHEMA, at.record('config') ?? {}, problem))
    return { ...base, kind: 'cors', priority: CORS_PRIORITY, config }
  }
  const info = found.infos.get(name)
  if (info === undefined) {
    if (OBSERVERS.has(name)) found.notice({ line: at.line, text: `plugin ${name} only watches; it is left out` })
    else found.refuse(scope, at, 'name', `plugin ${name}`)
    return undefined
  }
  const unsupported = info.phases.filter((phase) => phase !== 'access')
  if (unsupported.length > 0) found.refuse(scope, at, 'name', `plugin ${name} in phase ${unsupported.join(', ')}`)
  const given = at.record('config') ?? {}
  const complete = applySchema({ ...info.config, required: true }, given, problem)
  const config = resolveReferences(info.config, complete, process.env, (path, text) => {
    const line = at.source.line([...at.path, 'config', ...path])
    found.notice({ line, text: `${name}: ${path.join('.')}: ${text}; calls will be refused` })
  })
  return { ...base, kind: 'external', phases: info.phases, priority: info.priority, config: Object(config) }
}
