// Which calls Lua from kong.yml may make here, and a look at its source for those it may not.
import { type KongConfig, type LuaPlugin, type Unsupported, unsupported } from '../config/types.ts'
import { PDK } from '../pdk/pdk.ts'

/** What the prelude offers besides the PDK functions; a trailing dot stands for any member. */
const EXTRAS = [
  ...['kong.log', 'kong.log.inspect', 'kong.ctx.shared', 'kong.ctx.shared.', 'kong.ctx.plugin', 'kong.ctx.plugin.'],
  ...['ngx.req.get_headers', 'ngx.req.clear_header', 'ngx.req.set_header', 'ngx.req.get_method', 'ngx.var.', 'ngx.var'],
  ...['ngx.header', 'ngx.header.', 'ngx.status', 'ngx.log', 'ngx.null', 'ngx.time', 'ngx.now', 'ngx.decode_args'],
  ...[
    'ngx.get_phase',
    'ngx.DEBUG',
    'ngx.INFO',
    'ngx.NOTICE',
    'ngx.WARN',
    'ngx.ERR',
    'ngx.CRIT',
    'ngx.ALERT',
    'ngx.EMERG',
  ],
]

const NAMES = [...PDK.keys(), ...EXTRAS]

function isOffered(name: string): boolean {
  // A table on the way to a function (`local req = ngx.req`) is fine; what is taken from it shows when it runs.
  return NAMES.some((n) => n === name || n.startsWith(`${name}.`) || (n.endsWith('.') && name.startsWith(n)))
}

/**
 * The `kong.*` and `ngx.*` names in a piece of Lua that do not exist here. A look at the text, not a proof: a name
 * put together at run time is found when it runs, and is an error then (500).
 */
export function missingLuaCalls(code: string): string[] {
  const text = code.replace(/--\[(=*)\[[\s\S]*?\]\1\]|--[^\n]*/g, '')
  const found = text.matchAll(/(?<![\w.])(?:kong|ngx)(?:\s*\.\s*\w+)+/g)
  return [...new Set([...found].map(([name]) => name.replace(/\s/g, '')))].filter((name) => !isOffered(name))
}

function refusalOf({ name, scope, line, code }: LuaPlugin): Unsupported | undefined {
  const missing = [...code.values()].flat().flatMap(missingLuaCalls)
  return missing.length === 0 ? undefined : unsupported(scope, line, `${name} calling ${missing.join(', ')}`)
}

/** The same configuration, in which plugins with such calls do not run: what they cover is closed. */
export function refuseMissingCalls(config: KongConfig): KongConfig {
  const refused = config.plugins.flatMap((plugin) => {
    const refusal = plugin.kind === 'lua' ? refusalOf(plugin) : undefined
    return refusal === undefined ? [] : [{ plugin, refusal }]
  })
  return {
    ...config,
    plugins: config.plugins.filter((plugin) => !refused.some((each) => each.plugin === plugin)),
    refusals: [...config.refusals, ...refused.map(({ refusal }) => refusal)],
  }
}
