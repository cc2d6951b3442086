// Reads a kong.yml into what the gateway runs, reporting everything that is wrong with it in one go.
import { KongFileError } from './kong-file-error.ts'
import type { Entity } from './model/entity.ts'
import type { Finding } from './model/finding.ts'
import { ENTITY_KINDS } from './model/kinds.ts'
import { type KongFile, readKongFile } from './model/kong-file.ts'
import type { PluginInfo } from './model/plugin-info.ts'
import { ConfigSource } from './model/source.ts'
import { Notes } from './notes.ts'
import { readPlugin } from './plugins.ts'
import { readRoute } from './routes.ts'
import { readService } from './services.ts'
import { stableId } from './stable-id.ts'
import { LUA_PLUGINS, READ_LISTS, REFUSED_LISTS } from './support.ts'
import type { KongConfig, NamedConsumer, Route, Service } from './types.ts'
import { textOf } from './values.ts'
import { sayFinding } from './words.ts'

/**
 * Reads the text of a kong.yml.
 * @throws {KongFileError} when anything is wrong with it: names every problem with its line
 */
export function parseKongConfig(text: string, plugins: readonly PluginInfo[], file = 'kong.yml'): KongConfig {
  const source = new ConfigSource(text)
  if (source.problems.length > 0) throw new KongFileError(file, source.problems)
  const kongFile = readKongFile(source, plugins)
  const notes = new Notes(source)
  noteLists(Object.keys(Object(source.root)), notes)
  const config = readSupported(kongFile, plugins, notes)
  const findings = kongFile.findings.filter((finding) => matters(finding, notes))
  const own = notes.problems.filter((each) => !findings.some((finding) => sayFinding(finding) === each.text))
  const problems = [...findings.map((each) => ({ line: notes.line(each.path), text: sayFinding(each) })), ...own]
  if (problems.length > 0) throw new KongFileError(file, problems)
  return { ...config, refusals: notes.refusals, notices: notes.notices }
}

/** Whether a finding is a mistake here, too. */
function matters(finding: Finding, notes: Notes): boolean {
  if (finding.kind === 'plugin') return false // it is refused
  if (notes.isRefused(finding.path)) return false
  const { plugin = '', text } = finding.kind === 'value' ? finding : { text: '' }
  return !(LUA_PLUGINS.has(plugin) && text.startsWith('must be Lua')) // the Lua VM says what does not compile
}

/** What is left out, or closes everything, because of its kind. */
function noteLists(names: readonly string[], notes: Notes): void {
  for (const name of names.filter((each) => ENTITY_KINDS.has(each) && !READ_LISTS.has(each))) {
    if (REFUSED_LISTS.has(name)) notes.refuse({}, [name], name)
    else if (name === 'consumers') notes.notice([name], 'of consumers only the names are read here')
    else notes.notice([name], `${name} are left out: nothing here reads them`)
  }
}

function readConsumer({ fields }: Entity): NamedConsumer {
  const [username, customId] = [textOf(fields.username), textOf(fields.custom_id)]
  return {
    id: textOf(fields.id) || stableId('consumer', username, customId),
    ...(username === '' ? {} : { username }),
    ...(customId === '' ? {} : { custom_id: customId }),
  }
}

function readSupported({ entities, configs }: KongFile, plugins: readonly PluginInfo[], notes: Notes) {
  const ofList = (list: string): readonly Entity[] => entities.filter((entity) => entity.list === list)
  const services = new Map<Entity | undefined, Service>()
  for (const entity of ofList('services')) services.set(entity, readService(entity, notes))
  const routes = new Map<Entity | undefined, Route>()
  for (const entity of ofList('routes'))
    routes.set(entity, readRoute(entity, services.get(entity.refers.get('service')), notes))
  for (const { fields, path } of ofList('upstreams')) {
    // Services whose host is an upstream's name are balanced by Kong: not here.
    const served = [...services.values()].filter(({ host }) => host === fields.name)
    for (const { id } of served) notes.refuse({ serviceId: id }, [...path, 'name'], `upstream ${fields.name}`)
  }
  for (const { path, parent } of ofList('filter_chains')) {
    if (parent !== undefined) notes.refuse({}, path, 'filter_chains')
  }
  const infos = new Map(plugins.map((plugin) => [plugin.name, plugin]))
  const read = ofList('plugins').flatMap((entity) => {
    const route = routes.get(entity.refers.get('route'))
    const service = services.get(entity.refers.get('service'))
    const scope = { ...(route && { routeId: route.id }), ...(service && { serviceId: service.id }) }
    return readPlugin(entity, scope, { configs, infos, notes }) ?? []
  })
  return {
    // Kong: a disabled service takes its routes with it.
    routes: [...routes].filter(([entity]) => entity?.refers.get('service')?.fields.enabled !== false).map(([, r]) => r),
    // Kong: descending priority; equal ones descending by name.
    plugins: read.toSorted((a, b) => b.priority - a.priority || (a.name < b.name ? 1 : -1)),
    consumers: ofList('consumers').map(readConsumer),
  }
}
