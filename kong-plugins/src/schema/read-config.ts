// From the JSON that Kong hands to StartInstance to a typed, frozen config, or an error that lists every problem.
import { type Field, INVALID } from './field.ts'

/** What Kong 3.9.3 adds to every plugin's config before it hands it over. */
const KONG_ADDS = new Set([
  '__plugin_id',
  '__seq__',
  '__key__',
  '__ws_id',
  'route_id',
  'service_id',
  'consumer_id',
  'plugin_instance_name',
])

/** A plugin's configuration that cannot be used; its message names each field and what is wrong with it. */
export class PluginConfigError extends Error {
  override readonly name = 'PluginConfigError'
}

/**
 * Reads the config of one plugin.
 * @throws {PluginConfigError} with all problems at once; Kong then answers the route with 500
 */
export function readConfig<T>(plugin: string, field: Field<T>, given: unknown): T {
  const problems: string[] = []
  const config = field.read(withoutKongsOwn(given), '', (path, problem) => {
    problems.push(path === '' ? problem : `${path}: ${problem}`)
    return INVALID
  })
  if (config === INVALID) throw new PluginConfigError(`invalid configuration of ${plugin}: ${problems.join('; ')}`)
  return config
}

function withoutKongsOwn(given: unknown): unknown {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return given
  return Object.fromEntries(Object.entries(given).filter(([name]) => !KONG_ADDS.has(name)))
}
