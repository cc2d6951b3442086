// Reads the identity providers from the section `providers` of the catalogue file; every mistake is a sentence that says where it is.

import { CATALOGUE_SECTIONS } from '../../config/catalogue-sections.ts'
import { shownName } from '../../config/operator.ts'
import { anything } from '../../config/yaml-fields.ts'
import { readYamlTree, type YamlMap, type YamlNode, type YamlProblem } from '../../config/yaml-tree.ts'
import { type Config, ConfigError } from '../../config.ts'
import { OWN_ACCOUNTS } from '../../store/tables/apis.ts'
import { CLAIMS_FIELD } from './claim-mapping.ts'
import { domainsField, textField, wordField } from './fields.ts'
import { GROUPS_CLAIM_FIELD, GROUPS_FIELD } from './group-mapping.ts'
import { KINDS } from './index.ts'
import { openProvider } from './open-provider.ts'
import type {
  CheckSettings,
  Environment,
  FieldValues,
  ProviderField,
  ProviderFields,
  ProviderKind,
  ReadFields,
} from './provider.ts'
import { type IdentityProvider, listProviders, NO_PROVIDERS, type Providers } from './providers.ts'

/** In addresses that are registered at the provider, so it never changes. */
const NAME = /^[a-z][a-z\d-]{0,31}$/

/** The settings that every kind has. */
export const COMMON_FIELDS = {
  kind: textField(`one of ${Object.keys(KINDS).join(', ')}`),
  label: { about: 'what people know it by', byDefault: undefined, parse: labelOf } as ProviderField<string | undefined>,
  use: {
    ...wordField('`sign-in`; or `link-only`: people can link it in their account, and it signs nobody in', [
      'sign-in',
      'link-only',
    ]),
    byDefault: 'sign-in',
  },
  email_domains: domainsField(
    'the domains of e-mail addresses for which it is the authority: an address there that it verified is believed',
  ),
  claims: CLAIMS_FIELD,
  groups: GROUPS_FIELD,
  groups_claim: GROUPS_CLAIM_FIELD,
} as const

function labelOf(value: unknown) {
  return typeof value === 'string' ? shownName(value) : { problem: 'has to be a name to show' }
}

/** @throws {ConfigError} with every mistake of the file, a line each. */
export async function readProviders(
  { catalogueFile, issuer }: Pick<Config, 'catalogueFile' | 'issuer'>,
  environment: Environment,
): Promise<Providers> {
  if (catalogueFile === undefined) return NO_PROVIDERS
  const problems: YamlProblem[] = []
  const tree = await readYamlTree(catalogueFile)
  const providers = 'kind' in tree ? readSection(tree, { issuer, environment, problems }) : []
  if (!('kind' in tree)) problems.push(...tree)
  if (problems.length === 0) return listProviders(providers)
  const lines = problems.map(({ line, column, text }) =>
    line === 0
      ? `CATALOGUE_FILE ${catalogueFile} ${text}`
      : `${catalogueFile}, line ${line}, column ${column}: ${text}`,
  )
  throw new ConfigError(lines.join('\n'))
}

interface Reading {
  readonly issuer: string
  readonly environment: Environment
  /** What is wrong is added to it. */
  readonly problems: YamlProblem[]
}

function readSection(tree: YamlNode, reading: Reading): IdentityProvider[] {
  const { problems } = reading
  const note = ({ line, column }: YamlNode | YamlProblem | { line: number; column: number }, text: string) =>
    void problems.push({ line, column, text })
  if (tree.kind !== 'map') {
    note(tree, `the file has to have sections: ${CATALOGUE_SECTIONS.join(', ')}`)
    return []
  }
  const sections: readonly string[] = CATALOGUE_SECTIONS
  for (const [name, { at }] of tree.entries)
    if (!sections.includes(name)) note(at, `${name} is unknown here; the file has the sections ${sections.join(', ')}`)
  const section = tree.entries.get('providers')
  if (!section) return []
  if (section.value.kind !== 'map') {
    note(section.value, 'providers has to list providers by name, each with its settings below it')
    return []
  }
  const opened: IdentityProvider[] = []
  for (const [name, { at, value }] of section.value.entries) {
    if (!NAME.test(name)) note(at, `${name} is no name: use small letters, digits and -, 32 at most, a letter first`)
    if (name === OWN_ACCOUNTS) note(at, `${name} stands for the accounts of this server: take another name`)
    if (value.kind !== 'map') {
      note(value, `${name} has no settings; write at least kind: ${Object.keys(KINDS).join(' | ')}`)
      continue
    }
    const provider = readProvider(name, value, reading)
    // Subjects of one name space can be told apart by those alone who gave them.
    const other = opened.find(({ issuer }) => issuer === provider?.issuer)
    const apart = provider?.kind === 'ldap' ? ', or give one of two directories another `directory`' : ''
    if (other) note(at, `${name} and ${other.name} have the same issuer; one of them is enough${apart}`)
    if (provider) opened.push(provider)
  }
  return opened
}

function readProvider(name: string, map: YamlMap, { issuer, environment, problems }: Reading) {
  const entry = map.entries.get('kind')
  const word = entry?.value.kind === 'value' ? String(entry.value.value) : ''
  const kind: ProviderKind | undefined = isKind(word) ? KINDS[word] : undefined
  if (!kind) {
    const place = entry?.value ?? map
    problems.push({ ...placeOf(place), text: `${name}.kind has to be one of ${Object.keys(KINDS).join(', ')}` })
    return undefined
  }
  const all = { ...COMMON_FIELDS, ...kind.fields }
  for (const [key, { at }] of map.entries)
    if (!Object.hasOwn(all, key)) {
      const known = Object.keys(all).join(', ')
      problems.push({ ...placeOf(at), text: `${name}.${key} is unknown; a provider of kind ${word} has ${known}` })
    }
  const read: ReadFields = (fields, check) =>
    readFields(name, map, { fields, check }, { issuer, environment, problems })
  const common = read(COMMON_FIELDS)
  const settings = {
    name,
    label: common?.label ?? kind.label ?? name,
    kind: word,
    isLinkOnly: common?.use === 'link-only',
    emailDomains: common?.email_domains ?? [],
    claims: common?.claims ?? [],
    groups: { path: common?.groups_claim ?? [], groups: common?.groups ?? new Map() },
  }
  return openProvider(settings, issuer, (tools) => kind.open(read, tools))
}

function readFields<Fields extends ProviderFields>(
  name: string,
  map: YamlMap,
  { fields, check }: Readonly<{ fields: Fields; check: CheckSettings<Fields> | undefined }>,
  { environment, problems }: Reading,
): FieldValues<Fields> | undefined {
  let isSound = true
  const wrong = (place: { line: number; column: number }, text: string) => {
    isSound = false
    problems.push({ ...placeOf(place), text })
  }
  const read = Object.entries<ProviderField<unknown>>(fields).map(([key, field]) => {
    const entry = map.entries.get(key)
    if (!entry) {
      if (!('byDefault' in field)) wrong(map, `${name}.${key} is missing: ${field.about}`)
      return [key, field.byDefault]
    }
    const parsed = field.parse(plain(entry.value), environment)
    if ('value' in parsed) return [key, parsed.value]
    wrong(entry.value, `${name}.${key} ${parsed.problem}`)
    return [key]
  })
  if (!isSound) return undefined
  const settings: FieldValues<Fields> = Object.fromEntries(read)
  const clash = check?.(settings)
  if (clash) wrong(map.entries.get(clash.at)?.value ?? map, `${name}.${clash.at} ${clash.problem}`)
  return clash ? undefined : settings
}

function isKind(word: string): word is keyof typeof KINDS {
  return Object.hasOwn(KINDS, word)
}

function placeOf({ line, column }: { readonly line: number; readonly column: number }) {
  return { line, column }
}

function plain(node: YamlNode): unknown {
  if (node.kind === 'value') return node.value
  return node.kind === 'list' ? node.items.map(plain) : anything(node)
}
