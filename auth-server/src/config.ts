// Configuration: environment variables in, one frozen Config out; every problem is reported in one go.
import { conflictsOf } from './config/conflicts.ts'
import { type AcceptedSecrets, acceptedSecrets } from './config/secrets.ts'
import type { Setting, SettingValue } from './config/setting.ts'
import { SETTINGS } from './config/settings.ts'

type Settings = typeof SETTINGS

/** The settings by name; meaning, unit and default of each stand in config/settings.ts. */
export type Config = ReadSettings & AcceptedSecrets

type ReadSettings = { readonly [Name in keyof Settings]: SettingValue<Settings[Name]> }

/** Thrown with every problem of the environment, a line each. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/**
 * Reads the configuration; an empty variable counts as left out.
 * @throws {ConfigError} naming every variable that is missing or wrong.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = []
  const read: unknown[][] = Object.entries<Setting<unknown>>(SETTINGS).map(([name, setting]) => {
    const parsed = setting.parse(env[setting.variable] || (setting.byDefault ?? ''))
    if ('value' in parsed) return [name, parsed.value]
    problems.push(`${setting.variable} ${parsed.problem}`)
    return [name]
  })
  if (problems.length > 0) throw new ConfigError(problems.join('\n'))
  const settings: ReadSettings = Object.fromEntries(read)
  const config: Config = Object.freeze({ ...settings, ...acceptedSecrets(settings) })
  const conflicts = conflictsOf(config)
  if (conflicts.length > 0) throw new ConfigError(conflicts.join('\n'))
  return config
}
