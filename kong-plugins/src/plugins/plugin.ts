// What a plugin is: what Kong knows it by, the config it takes, and what it does with a request.
import type { KongReader } from '../protocol/kong.ts'
import type { Field, KongField } from '../schema/field.ts'
import { readConfig } from '../schema/read-config.ts'
import type { HeldServices } from '../services.ts'
import type { Effects } from '../stages/effects.ts'

/** Decides on one request, having read what it needs from it. */
export type Decide = (kong: KongReader) => Promise<Effects>

/** One row of the table. */
export interface Plugin {
  readonly name: string
  /** Kong runs higher numbers first; its own jwt has 1450, rate-limiting 910. */
  readonly priority: number
  /** Schema of its config, for Kong. */
  readonly schema: KongField
  /**
   * Called once per configuration, with the JSON that Kong hands over; what can be prepared is prepared here.
   * @throws {PluginConfigError} when the config cannot be used
   */
  readonly prepare: (given: unknown, services: HeldServices) => Decide
}

/** Makes a row. @param prepare puts the stages together, for a config that was read */
export function plugin<Config>(
  name: string,
  priority: number,
  config: Field<Config>,
  prepare: (config: Config, services: HeldServices) => Decide,
): Plugin {
  return {
    name,
    priority,
    schema: config.kong,
    prepare: (given, services) => prepare(readConfig(name, config, given), services),
  }
}
