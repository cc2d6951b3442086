// Reads the catalogue file: what it defines, or everything that is wrong with it, each where it stands.
import { meant, noteAt } from '../../config/yaml-fields.ts'
import type { Place, YamlProblem } from '../../config/yaml-tree.ts'
import { parseYamlTree } from '../../config/yaml-tree.ts'
import { EVERYBODY, type RolePromise } from '../../store/tables/role-promises.ts'
import { requireSoundApi, requireSoundGroup } from '../api-rules.ts'
import type { ApiDefinition } from '../apis.ts'
import { readIdentity, requireOnPhones } from '../app-identity.ts'
import { requireSoundApplication } from '../applications.ts'
import { RefusedDocument } from '../documents/refused-document.ts'
import { requireSoundDocument, type SoundDocument } from '../documents/set-document.ts'
import type { GroupDefinition } from '../groups.ts'
import { CatalogueRefusal } from '../refusal.ts'
import { NOTHING_BESIDE, type ReadBeside } from './beside.ts'
import { type FileAddress, readSections } from './fields.ts'
import { type FileApplication, readApplication } from './read-application.ts'
import { noteSignIn } from './sign-in.ts'

/** Something of the file, and where it stands. */
export interface Placed<T> {
  readonly at: Place
  readonly value: T
}

/** An API with its OpenAPI document; null: it has none. */
export interface FileApi extends ApiDefinition {
  readonly document: SoundDocument | null
}

/** What a file defines. */
export interface CatalogueFile {
  readonly groups: readonly Placed<GroupDefinition>[]
  readonly apis: readonly Placed<FileApi>[]
  readonly applications: readonly Placed<FileApplication>[]
  readonly promises: readonly Placed<RolePromise>[]
  /** Whom npm start makes accounts for; an import does not. */
  readonly developmentPeople: readonly Readonly<{ email: string; name: string | undefined }>[]
}

export type FileEnvironment = Readonly<Record<string, string | undefined>>

/** @param environment holds the secrets that the file names @param beside reads the files that it names */
export async function readCatalogueFile(
  text: string,
  environment: FileEnvironment,
  beside: ReadBeside = NOTHING_BESIDE,
): Promise<CatalogueFile | readonly YamlProblem[]> {
  const tree = await parseYamlTree(text)
  if (!('kind' in tree)) return tree
  const problems: YamlProblem[] = []
  const sections = readSections(tree, '', problems)
  if (!sections) return inOrder(problems)
  const { apis = [], applications = [], groups = [], administrators = [], developers, development } = sections
  const documents = new Map<string, SoundDocument | null>()
  for (const { name, at, value } of apis)
    documents.set(
      name,
      await readApiDocument(`${name}.openapi`, value.openapi, (text) => noteAt(at, text, problems), beside),
    )
  const groupNames = groups.map(({ name }) => name)
  const file: CatalogueFile = {
    groups: groups.map(({ name, at, value }) => ({ at, value: { name, description: value } })),
    apis: apis.map(({ name: id, at, value }) => {
      const { scopes, token_groups: tokenGroups = [], guests, description = '' } = value
      const named = [...tokenGroups, ...scopes.flatMap((scope) => scope.value.group ?? [])]
      for (const group of named)
        if (!groupNames.includes(group))
          noteAt(at, `${id} names the group ${group}, which is not in groups${meant(group, groupNames)}`, problems)
      const definition: FileApi = {
        id,
        name: value.name,
        description,
        resource: value.resource,
        scopes: Object.fromEntries(
          scopes.map(({ name, value: { description, group } }) => [
            name,
            group === undefined ? description : { description, group },
          ]),
        ),
        plans: value.plans,
        ...(value.plan_descriptions && {
          planDescriptions: Object.fromEntries(value.plan_descriptions.map(({ name, value }) => [name, value])),
        }),
        tokenGroups,
        ...(guests && { guests }),
        ...(value.events_uri !== undefined && { eventsUri: value.events_uri }),
        ...(value.offer && { offer: value.offer }),
        ...(value.sign_in && { signIn: value.sign_in }),
        ...(value.sign_up && value.sign_up !== 'open' && { signUp: value.sign_up }),
        ...(value.registration && { registration: value.registration }),
        document: documents.get(id) ?? null,
      }
      return { at, value: definition }
    }),
    applications: applications.map(({ name, at, value }) => ({
      at,
      value: readApplication(name, value, (text) => noteAt(at, text, problems), environment),
    })),
    promises: [
      ...administrators.map((who) => promise(who, 'administrator', null)),
      ...[...(developers?.addresses ?? []), ...(developers?.domains ?? [])].map((who) =>
        promise(who, 'developer', null),
      ),
      ...(developers?.open ? [promise({ at: BEGIN, address: '', emailKey: EVERYBODY }, 'developer', null)] : []),
      ...apis.flatMap(({ name, value }) => (value.approvers ?? []).map((who) => promise(who, 'approver', name))),
    ],
    developmentPeople: (development?.people ?? []).map(({ name, value }) => ({ email: name, name: value.name })),
  }
  noteSignIn(file, sections.providers, problems)
  for (const { at, value } of file.groups) await note(at, value.name, problems, () => requireSoundGroup(value))
  for (const { at, value } of file.apis) await note(at, value.id, problems, () => requireSoundApi(value))
  for (const { at, value } of file.applications) await noteApplication(at, value, file, problems)
  return problems.length > 0 ? inOrder(problems) : file
}

/** Where nobody looks: no statement about it fails. */
const BEGIN: Place = { line: 1, column: 1 }

/** @param field as problems name it @param wrong notes a mistake */
async function readApiDocument(
  field: string,
  path: string | undefined,
  wrong: (text: string) => void,
  beside: ReadBeside,
): Promise<SoundDocument | null> {
  if (path === undefined) return null
  const found = await beside(path)
  if ('problem' in found) wrong(`${field}: ${path} ${found.problem}`)
  if ('problem' in found) return null
  try {
    return await requireSoundDocument(found.text)
  } catch (error) {
    if (!(error instanceof RefusedDocument)) throw error
    for (const { line, column, text } of error.problems) wrong(`${field}: ${path}:${line}:${column}: ${text}`)
    return null
  }
}

function promise(
  { at, address, emailKey }: FileAddress,
  role: RolePromise['role'],
  apiId: string | null,
): Placed<RolePromise> {
  return { at, value: { address, emailKey, role, apiId } }
}

async function noteApplication(
  at: Place,
  { definition, identity, subscriptions }: FileApplication,
  { apis }: CatalogueFile,
  problems: YamlProblem[],
): Promise<void> {
  const { clientId } = definition
  await note(at, clientId, problems, async () => {
    await requireSoundApplication(definition)
    if (identity) requireOnPhones(definition)
    if (identity) readIdentity(identity)
  })
  for (const { apiId, plan, scopes } of subscriptions) {
    // One that is not in the file may be in the database.
    const api = apis.find(({ value }) => value.id === apiId)?.value
    if (!api) continue
    if (!api.plans.includes(plan))
      noteAt(
        at,
        `${clientId} subscribes to ${apiId} on ${plan}, which is none of its plans${meant(plan, api.plans)}`,
        problems,
      )
    const known = Object.keys(api.scopes)
    for (const scope of scopes)
      if (!known.includes(scope))
        noteAt(at, `${clientId} asks for ${scope}, which is no scope of ${apiId}${meant(scope, known)}`, problems)
  }
}

async function note(at: Place, what: string, problems: YamlProblem[], check: () => unknown): Promise<void> {
  try {
    await check()
  } catch (error) {
    if (!(error instanceof CatalogueRefusal)) throw error
    noteAt(at, `${what}: ${error.message}`, problems)
  }
}

function inOrder(problems: readonly YamlProblem[]): readonly YamlProblem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column)
}

/** One problem, as those of kong.yml are told. */
export function formatYamlProblem(file: string, { line, column, text }: YamlProblem): string {
  // What stands in the file is quoted in there: nothing of it may speak to the terminal.
  return `${file}:${line}:${column}: ${text.replace(/\p{Cc}/gu, '\ufffd')}`
}
