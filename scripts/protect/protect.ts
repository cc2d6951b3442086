// Writes an API into a kong.yml: its service with plugin and guard, and the route of its metadata; all else stays as it is.
import { checkKongText } from '@mobile-api-gateway/kong-plugins/check/check.ts'
import { formatProblem } from '@mobile-api-gateway/kong-plugins/check/problem.ts'
import { parse } from 'yaml'
import type { ApiToProtect } from './api.ts'
import { deliveredGuard, metadataPath, metadataText, putGuardFirst, serviceText } from './entries.ts'
import { anchorAt, appendTo, hasAnchor, type Insertion, insert, readKongYml } from './kong-yml.ts'
import { ProtectProblem } from './problem.ts'

/** What became of the file. */
export interface Protected {
  /** The same as before when the API is in it already. */
  readonly text: string
  /** What is added, in the order of the file. */
  readonly added: readonly string[]
  readonly audience: string
}

interface Route {
  readonly name?: string
  readonly paths?: readonly string[]
}
interface Plugin {
  readonly name?: string
  readonly config?: Readonly<Record<string, unknown>>
}
interface Service {
  readonly name?: string
  readonly url?: string
  readonly routes?: readonly Route[]
  readonly plugins?: readonly Plugin[]
}
interface File {
  readonly services?: readonly Service[]
  readonly routes?: readonly Route[]
}

/**
 * Adds the API, or finds that it is there.
 * @throws {ProtectProblem} when something is in its way
 */
export async function protect(file: string, text: string, api: ApiToProtect): Promise<Protected> {
  await requireSound(file, text, 'Put right first what is wrong already')
  const content: File = parse(text, { merge: true }) ?? {}
  const kongYml = readKongYml(text)
  const model = findModel(content)
  const audience = api.audience ?? audienceLike(model, api.path)
  if (audience === undefined)
    throw new ProtectProblem('Nothing in the file tells the resource URI of the API: say --audience.')
  if (isThere(content, api, audience)) return { text, added: [], audience }
  requireFree(content, api, new URL(audience).pathname)
  const issuers = issuersFor(model, api)
  const place = ['services', model?.index ?? 0, 'plugins', model?.plugin ?? 0, 'config', 'issuers']
  const anchor = issuers.text === undefined ? anchorAt(kongYml, place, 'issuers') : undefined
  const insertions: Insertion[] = [
    ...(anchor?.insertion ? [anchor.insertion] : []),
    ...(hasAnchor(kongYml, 'guard') ? [] : [appendTo(kongYml, '_ignore', await deliveredGuard())]),
    appendTo(kongYml, 'services', serviceText(api, audience, issuers.text ?? `*${anchor?.name}`)),
    appendTo(kongYml, 'routes', metadataText(api, audience, issuers.names)),
  ]
  const next = insert(text, putGuardFirst(insertions, text))
  await requireSound(file, next, 'With it the file would not be right')
  return { text: next, added: insertions.map((each) => each.text.trim()), audience }
}

async function requireSound(file: string, text: string, words: string): Promise<void> {
  const problems = await checkKongText(file, text)
  if (problems.length > 0) throw new ProtectProblem(`${words}:\n${problems.map(formatProblem).join('\n')}`)
}

/** The first service that is protected as the new one will be. */
function findModel({ services = [] }: File) {
  for (const [index, service] of services.entries()) {
    const plugin = service.plugins?.findIndex(({ name }) => name === 'mobile-gateway') ?? -1
    const config = service.plugins?.[plugin]?.config
    if (config) return { index, plugin, config, path: service.routes?.[0]?.paths?.[0] }
  }
  return undefined
}
type Model = ReturnType<typeof findModel>

/** Where the model's resource ends with its path, the new one's ends with the new path. */
function audienceLike(model: Model, path: string): string | undefined {
  const audiences = model?.config.audiences
  const [first]: unknown[] = Array.isArray(audiences) ? audiences : []
  if (typeof first !== 'string' || !model?.path || !first.endsWith(model.path)) return undefined
  return first.slice(0, -model.path.length) + path
}

function namesOf(model: Model): string[] {
  const issuers: unknown = model?.config.issuers
  return (Array.isArray(issuers) ? issuers : []).flatMap((each) => {
    const issuer: unknown = Object(each).issuer
    return typeof issuer === 'string' ? [issuer] : []
  })
}

function issuersFor(model: Model, { issuer }: ApiToProtect) {
  const names = namesOf(model)
  if (issuer === undefined && names.length === 0)
    throw new ProtectProblem('Nothing in the file tells the authorization server: say --issuer.')
  if (issuer === undefined || (names.length === 1 && names[0] === issuer)) return { names, text: undefined }
  return { names: [issuer], text: `[{ issuer: "${issuer}", jwks_uri: "${issuer}/jwks" }]` }
}

function isThere({ services = [] }: File, { name, upstream, path }: ApiToProtect, audience: string): boolean {
  const service = services.find((each) => each.name === name)
  const config = service?.plugins?.find((plugin) => plugin.name === 'mobile-gateway')?.config
  const audiences: unknown = config?.audiences
  return (
    service?.url === upstream &&
    config?.policy === name &&
    (service.routes ?? []).some(({ paths }) => paths?.includes(path)) &&
    Array.isArray(audiences) &&
    audiences.includes(audience)
  )
}

function requireFree({ services = [], routes = [] }: File, { name, path }: ApiToProtect, resourcePath: string): void {
  if (services.some((each) => each.name === name))
    throw new ProtectProblem(`There is a service ${name} already, with other settings: edit it, or take another name.`)
  const all = [...routes, ...services.flatMap((service) => service.routes ?? [])]
  for (const wanted of [name, `${name}-metadata`])
    if (all.some((route) => route.name === wanted))
      throw new ProtectProblem(`There is a route ${wanted} already: take another name.`)
  for (const wanted of [path, `${path}/`, metadataPath(resourcePath)]) {
    const taken = all.find(({ paths }) => paths?.includes(wanted))
    if (taken) throw new ProtectProblem(`The path ${wanted} is taken by the route ${taken.name ?? 'without a name'}.`)
  }
}
