// Plugins by name and configuration: ours field by field, Kong's serverless functions as Lua, the other bundled ones by name.
import { isRecord } from '@mobile-api-gateway/kong-plugins/gateway/config-source.ts'
import { LuaRuntime } from '@mobile-api-gateway/kong-plugins/gateway/lua.ts'
import { applySchema, type PluginInfo } from '@mobile-api-gateway/kong-plugins/gateway/plugin-schema.ts'
import { bundledPlugins } from './bundled-plugins.ts'
import type { Entity } from './document.ts'
import { requestProtocols } from './entities.ts'
import type { Report } from './problem.ts'
import { nearest, sayInstead, sayKnown } from './suggest.ts'

const phases = ['certificate', 'rewrite', 'access', 'header_filter', 'body_filter', 'log']
const functionPlugins = ['pre-function', 'post-function']

/** What the checker knows of plugins. */
export interface KnownPlugins {
  /** Ours, with their schemas. */
  readonly own: ReadonlyMap<string, PluginInfo>
  /** Names of others that are installed in this Kong. */
  readonly installed: readonly string[]
}

/** Checks the names and configurations of all plugin entries. */
export async function checkPlugins(entities: readonly Entity[], known: KnownPlugins, report: Report): Promise<void> {
  const plugins = entities.filter(({ list }) => list === 'plugins')
  for (const entity of plugins) {
    const { name } = entity.values
    if (typeof name !== 'string') continue
    if (entity.values.config === null)
      report([...entity.path, 'config'], 'plugins.config must not be empty', 'config: {}, or leave it out')
    checkProtocols(entity, name, report)
    const info = known.own.get(name)
    if (info !== undefined) checkOwn(entity, info, report)
    else if (functionPlugins.includes(name)) checkPhases(entity, name, report)
    else if (!bundledPlugins.has(name) && !known.installed.includes(name)) {
      const names = [...bundledPlugins.keys(), ...known.own.keys()]
      const instead = nearest(name, names) ?? `a bundled plugin's name, or call the checker with --plugins ${name}`
      report([...entity.path, 'name'], `there is no plugin ${name} among Kong's bundled ones and ours`, instead)
    }
  }
  await checkLua(plugins, report)
}

/** Bundled plugins that also run on streams; all others and ours are for HTTP and gRPC. */
const onStreams = new Set([
  ...['datadog', 'file-log', 'http-log', 'ip-restriction', 'loggly', 'prometheus', 'session', 'statsd', 'syslog'],
  ...['tcp-log', 'udp-log', 'zipkin', 'proxy-cache', 'request-transformer', 'azure-functions', 'grpc-gateway'],
  ...['grpc-web', 'pre-function', 'post-function'],
])

function checkProtocols({ values, path }: Entity, name: string, report: Report): void {
  const given: unknown[] = Array.isArray(values.protocols) ? values.protocols : []
  const wrong = given.filter((each) => !requestProtocols.has(String(each)))
  if (wrong.length === 0 || onStreams.has(name)) return
  const at = [...path, 'protocols']
  report(
    at,
    `${name} is not for ${wrong.map(String).join(', ')}`,
    `protocols: [${[...requestProtocols].join(', ')}] or some of them`,
  )
}

function checkOwn(entity: Entity, info: PluginInfo, report: Report): void {
  const at = [...entity.path, 'config']
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

function checkPhases(entity: Entity, name: string, report: Report): void {
  const config = isRecord(entity.values.config) ? entity.values.config : {}
  for (const [phase, code] of Object.entries(config)) {
    const path = [...entity.path, 'config', phase]
    if (!phases.includes(phase))
      report(path, `${name} has no phase ${phase}`, nearest(phase, phases) ?? phases.join(', '))
    else if (code !== null && (!Array.isArray(code) || !code.every((each) => typeof each === 'string'))) {
      report(path, `${name}.${phase} must be a list of Lua functions`, `${phase}: [ "…" ]`)
    }
  }
  if (!phases.some((phase) => luaOf(entity, phase).length > 0)) {
    report(entity.path, `${name} has no function in any phase`, `config: { access: [ "…" ] }`)
  }
}

/** The Lua functions of a serverless plugin in one phase. */
export function luaOf({ values }: Entity, phase: string): string[] {
  const code = isRecord(values.config) ? values.config[phase] : undefined
  return Array.isArray(code) ? code.filter((each): each is string => typeof each === 'string') : []
}

/** LuaJIT's own numbers; other Luas do not know them. */
const luaJitOnly = /\b\d+(?:u?ll|i)\b/i

async function checkLua(plugins: readonly Entity[], report: Report): Promise<void> {
  const functions = plugins.filter(({ values }) => functionPlugins.includes(String(values.name)))
  if (functions.length === 0) return
  const lua = await LuaRuntime.create({ maxHeaders: 100, log: () => {} })
  try {
    for (const entity of functions) {
      for (const phase of phases) {
        for (const [index, code] of luaOf(entity, phase).entries()) {
          if (luaJitOnly.test(code)) continue
          const wrong = compileError(lua, code)
          const path = [...entity.path, 'config', phase, index]
          if (wrong !== undefined) report(path, `this Lua cannot be read: ${wrong}`, 'Lua 5.1 as LuaJIT reads it')
        }
      }
    }
  } finally {
    lua.close()
  }
}

function compileError(lua: LuaRuntime, code: string): string | undefined {
  try {
    lua.compile(code, 'function')
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^\S*?:(\d+): /, 'line $1: ') : String(error)
  }
}
