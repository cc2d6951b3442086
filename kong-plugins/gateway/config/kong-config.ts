// Reads a kong.yml into typed tables, reporting everything that is wrong with it in one go.
import { readConsumer, readRoute, readService } from './entities.ts'
import type { PluginInfo } from './plugin-schema.ts'
import { readPlugin } from './plugins.ts'
import { ConfigSource, Fields, isRecord, KongFileError, type Remark } from './source.ts'
import { IDLE_ENTITIES, KNOWN, REFUSED } from './support.ts'
import {
  type ConfiguredPlugin,
  type KongConfig,
  type NamedConsumer,
  type Route,
  type Scope,
  type Service,
  type Unsupported,
  unsupported,
} from './types.ts'
import { findForeignReference } from './vault.ts'

/** Reads the text of a kong.yml. @throws KongFileError that names every problem with its line. */
export function parseKongConfig(text: string, plugins: readonly PluginInfo[], file = 'kong.yml'): KongConfig {
  const source = new ConfigSource(text)
  if (source.problems.length > 0) throw new KongFileError(file, source.problems)
  const reader = new KongReader(source, plugins)
  reader.readDocument()
  if (source.problems.length > 0) throw new KongFileError(file, source.problems)
  return reader.result()
}

/** Kong 3.9: db/schema/others/declarative_config.lua: those that Kong takes, and takes alike. */
const FORMAT_VERSIONS: ReadonlySet<unknown> = new Set(['1.1', '2.1', '3.0'])

class KongReader {
  readonly #source: ConfigSource
  readonly #infos: ReadonlyMap<string, PluginInfo>
  readonly #services: Service[] = []
  readonly #disabled = new Set<Service>()
  readonly #routes: Route[] = []
  readonly #plugins: ConfiguredPlugin[] = []
  readonly #consumers: NamedConsumer[] = []
  readonly #pending: (() => void)[] = []
  readonly #refusals: Unsupported[] = []
  readonly #notices: Remark[] = []

  constructor(source: ConfigSource, plugins: readonly PluginInfo[]) {
    this.#source = source
    this.#infos = new Map(plugins.map((plugin) => [plugin.name, plugin]))
  }

  readonly #refuse = (scope: Scope, at: Fields, name: string, text: string): void => {
    const line = this.#source.line([...at.path, name])
    this.#refusals.push(unsupported(scope, line, text))
  }

  readDocument(): void {
    const root = new Fields(this.#source, [], this.#source.root)
    if (!FORMAT_VERSIONS.has(root.values._format_version))
      root.problem(
        '_format_version',
        `must be one of the texts ${[...FORMAT_VERSIONS].map((v) => `"${v}"`).join(', ')}`,
      )
    for (const at of root.list('services')) this.#readService(at)
    for (const at of root.list('routes')) this.#readRoute(at, undefined)
    for (const at of root.list('plugins')) this.#readPlugin(at, {})
    for (const at of root.list('consumers')) this.#consumers.push(readConsumer(at))
    for (const name of Object.keys(root.values)) this.#readOther(root, name)
    for (const read of this.#pending) read()
  }

  #readOther(root: Fields, name: string): void {
    if (['services', 'routes', 'plugins'].includes(name) || KNOWN.document.some((key) => key === name)) return
    if (name === 'upstreams') {
      this.#readUpstreams(root)
      return
    }
    const line = this.#source.line([name])
    if (name === 'consumers') this.#notices.push({ line, text: 'of consumers only the names are read here' })
    else if (IDLE_ENTITIES.has(name))
      this.#notices.push({ line, text: `${name} are left out: nothing here reads them` })
    else if (name === 'filter_chains' || name === 'targets') this.#refuse({}, root, name, name)
    else root.problem(name, 'is not a list that Kong knows')
    for (const at of name === 'consumers' || name === 'consumer_groups' ? root.list(name) : []) {
      if (at.has('plugins')) this.#refuse({}, at, 'plugins', `plugins of ${name}`)
    }
  }

  /** Services whose host is an upstream's name are balanced by Kong: not here. */
  #readUpstreams(root: Fields): void {
    for (const at of root.list('upstreams')) {
      const served = this.#services.filter((service) => service.host === at.string('name'))
      for (const { id } of served) this.#refuse({ serviceId: id }, at, 'name', `upstream ${at.string('name')}`)
    }
  }

  #checkFields(at: Fields, kind: 'service' | 'route', scope: Scope): void {
    const refusedFields: readonly string[] = REFUSED[kind]
    const knownFields: readonly string[] = KNOWN[kind]
    for (const field of Object.keys(at.values)) {
      if (refusedFields.includes(field)) {
        if (at.has(field)) this.#refuse(scope, at, field, `${kind}s with ${field}`)
      } else if (!knownFields.includes(field)) at.problem(field, `is not a field of a ${kind}`)
    }
  }

  #readService(at: Fields): void {
    const service = readService(at, this.#refuse)
    this.#checkFields(at, 'service', { serviceId: service.id })
    this.#unique(this.#services, service, at)
    this.#services.push(service)
    if (at.boolean('enabled') === false) this.#disabled.add(service)
    for (const route of at.list('routes')) this.#readRoute(route, service)
    for (const plugin of at.list('plugins')) this.#readPlugin(plugin, { serviceId: service.id })
  }

  #readRoute(at: Fields, parent: Service | undefined): void {
    const service = parent ?? this.#reference(at, 'service', this.#services)
    const route = readRoute(at, service, this.#refuse)
    this.#checkFields(at, 'route', { routeId: route.id })
    this.#unique(this.#routes, route, at)
    this.#routes.push(route)
    for (const plugin of at.list('plugins')) this.#readPlugin(plugin, { routeId: route.id })
  }

  /** Plugins may name routes that come later, so they are read when everything else is known. */
  #readPlugin(at: Fields, parent: Scope): void {
    this.#pending.push(() => {
      const route = this.#reference(at, 'route', this.#routes)
      const service = this.#reference(at, 'service', this.#services)
      const scope = {
        ...parent,
        ...(route === undefined ? {} : { routeId: route.id }),
        ...(service === undefined ? {} : { serviceId: service.id }),
      }
      const before = this.#refusals.length
      const schema = this.#infos.get(String(at.values.name))?.config
      const vault = findForeignReference(at.values.config, schema)
      if (vault !== undefined) this.#refuse(scope, at, 'config', `the reference ${vault}`)
      const plugin = readPlugin(at, scope, {
        infos: this.#infos,
        refuse: this.#refuse,
        notice: (remark) => this.#notices.push(remark),
      })
      // A plugin that is refused does not run either: what it covers is closed.
      if (plugin === undefined || this.#refusals.length > before) return
      if (this.#plugins.some((other) => other.id === plugin.id)) {
        this.#source.problem(at.path, `plugin ${plugin.name} is configured twice in the same place`)
      }
      this.#plugins.push(plugin)
    })
  }

  #reference<T extends { id: string; name: string }>(at: Fields, field: string, known: readonly T[]): T | undefined {
    if (!at.has(field)) return undefined
    const value = at.values[field]
    const key = isRecord(value) ? (value.id ?? value.name) : value
    const target = known.find((entity) => entity.name === key || entity.id === key)
    if (target === undefined) at.problem(field, `no ${field} of that name exists`)
    return target
  }

  #unique<T extends { id: string; name: string }>(known: readonly T[], entity: T, at: Fields): void {
    const twin = known.some((other) => other.id === entity.id || other.name === entity.name)
    if (twin) this.#source.problem(at.path, `the name ${entity.name} is used twice`)
  }

  result(): KongConfig {
    return {
      // Kong: a disabled service takes its routes with it.
      routes: this.#routes.filter((route) => route.service === undefined || !this.#disabled.has(route.service)),
      // Kong: descending priority; equal ones descending by name.
      plugins: this.#plugins.toSorted((a, b) => b.priority - a.priority || (a.name < b.name ? 1 : -1)),
      consumers: this.#consumers,
      refusals: this.#refusals,
      notices: this.#notices,
    }
  }
}
