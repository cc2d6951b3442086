// Which plugin entries are at work for which route: of several entries of one plugin, Kong runs the most specific.

import { type Entity, isEnabled } from '../gateway/config/model/entity.ts'
import { pluginSchemas } from '../gateway/config/model/facts.ts'
import { schemaFields } from '../gateway/config/model/schema.ts'

/** Kong takes some plugins inside a consumer and never runs them there. */
function isRun({ values, refers }: Entity): boolean {
  const fields = schemaFields(pluginSchemas.get(String(values.name))?.fields)
  return !refers.has('consumer') || !fields.some(([name, { eq }]) => name === 'consumer' && eq === null)
}

/** From the most specific kind of scope to the least (Kong 3.9: runloop/plugins_iterator.lua). */
const SCOPES = [
  'route service consumer',
  'route consumer',
  'service consumer',
  'route service',
  'consumer',
  'route',
  'service',
  '',
]

function rank(entity: Entity): number {
  return SCOPES.indexOf(['route', 'service', 'consumer'].filter((field) => entity.refers.has(field)).join(' '))
}

/** A route with its plugins. */
export class Scopes {
  readonly routes: readonly Entity[]
  readonly #plugins: readonly Entity[]

  constructor(entities: readonly Entity[]) {
    this.routes = entities.filter((entity) => entity.list === 'routes')
    this.#plugins = entities.filter((entity) => entity.list === 'plugins' && isEnabled(entity) && isRun(entity))
  }

  /** All enabled entries of a plugin. */
  named(name: string): Entity[] {
    return this.#plugins.filter(({ values }) => values.name === name)
  }

  /** The entries that some request on the route meets: without a consumer the first, others may displace it. */
  candidates(route: Entity, name: string): Entity[] {
    const service = route.refers.get('service')
    const covers = ({ refers }: Entity): boolean =>
      (!refers.has('route') || refers.get('route') === route) &&
      (!refers.has('service') || refers.get('service') === service)
    const covering = this.named(name).filter(covers)
    const general = covering.filter(({ refers }) => !refers.has('consumer')).toSorted((a, b) => rank(a) - rank(b))
    const personal = covering.filter(({ refers }) => refers.has('consumer'))
    return [...general.slice(0, 1), ...personal, ...general.slice(1)]
  }

  /** The entry at work for a request by nobody in particular. */
  atWork(route: Entity, name: string): Entity | undefined {
    return this.candidates(route, name).find(({ refers }) => !refers.has('consumer'))
  }

  /** Names of all plugins that are at work for a route. */
  names(route: Entity): string[] {
    const all = new Set(this.#plugins.map(({ values }) => String(values.name)))
    return [...all].filter((name) => this.candidates(route, name).length > 0)
  }
}
