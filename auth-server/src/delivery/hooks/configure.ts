// Reads the section `hooks` of the catalogue file; every mistake is a sentence that says where it is.
import {
  entriesOf,
  type FileFields,
  fieldsOf,
  line,
  listOf,
  type NodeReader,
  needed,
  noteAt,
  oneOfWords,
  optionally,
  wholeNumber,
  yesOrNo,
} from '../../config/yaml-fields.ts'
import { readYamlTree, type YamlProblem } from '../../config/yaml-tree.ts'
import { type Config, ConfigError } from '../../config.ts'
import { readWebhookSecrets } from '../../crypto/webhook.ts'
import { AFTER_EVENTS, BEFORE_EVENTS } from '../../store/hook-events.ts'
import { FAILURE_RULES, type Hook, type HookLog, type Hooks, listHooks, NO_HOOKS } from './hooks.ts'

const EVENTS = [...BEFORE_EVENTS, ...Object.keys(AFTER_EVENTS)]
const NAME = /^[a-z][a-z\d-]{0,31}$/
/** A person waits for it. */
const TIMEOUT_MILLIS = { least: 100, most: 10_000, byDefault: 3000 }

const address: NodeReader<string> = (node, path, problems) => {
  const written = line(node, path, problems)
  if (written === undefined) return undefined
  const url = URL.parse(written)
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && url.hash === '')
    return written
  return noteAt(
    node,
    `${path} has to be an address like https://hooks.example.com/mobile, without # and secrets`,
    problems,
  )
}

const variable: NodeReader<string> = (node, path, problems) => {
  const written = line(node, path, problems)
  if (written === undefined || /^[A-Z][A-Z0-9_]*$/.test(written)) return written
  return noteAt(
    node,
    `${path} has to be the name of an environment variable, like HOOK_SECRET, never the secret`,
    problems,
  )
}

const millis: NodeReader<number> = (node, path, problems) => {
  const { least, most } = TIMEOUT_MILLIS
  const number = wholeNumber(node, path, problems)
  if (number === undefined || (number >= least && number <= most)) return number
  return noteAt(node, `${path} has to be ${least} to ${most}`, problems)
}

/** The settings of a hook. */
export const HOOK_FIELDS = {
  url: needed('where it is called: https, or the host is one of EVENT_HOSTS', address),
  secret_variable: needed(
    'the environment variable with its secret `whsec_…`, or with two while one takes over',
    variable,
  ),
  events: needed(
    `what it hears of: ${EVENTS.join(', ')}`,
    listOf(oneOfWords(EVENTS), '[before.sign-in, person.deleted]'),
  ),
  apis: optionally(
    'ids of the APIs for whose sign-ins and tokens it is asked; left out, of all',
    listOf(line, '[orders]'),
  ),
  with_answers: optionally('whether `registration.answered` brings the answers; without it, ids alone', yesOrNo),
  on_failure: optionally(
    '`refuse` (if left out) or `continue`: what happens when it is asked and does not answer as it should',
    oneOfWords(FAILURE_RULES),
  ),
  timeout_ms: optionally(
    `how long it may take to answer, ${TIMEOUT_MILLIS.least} to ${TIMEOUT_MILLIS.most} milliseconds; ${TIMEOUT_MILLIS.byDefault} if left out`,
    millis,
  ),
} as const satisfies FileFields

/** The section. */
export const readHookEntries = entriesOf(fieldsOf(HOOK_FIELDS), 'crm: { url: … }')

/** @throws {ConfigError} with every mistake of the section, a line each; what is wrong elsewhere in the file is told elsewhere. */
export async function readHooks(
  { catalogueFile }: Pick<Config, 'catalogueFile'>,
  environment: Readonly<Record<string, string | undefined>>,
  log?: HookLog,
): Promise<Hooks> {
  if (catalogueFile === undefined) return NO_HOOKS
  const tree = await readYamlTree(catalogueFile)
  const section = 'kind' in tree && tree.kind === 'map' ? tree.entries.get('hooks') : undefined
  if (!section) return NO_HOOKS
  const apisOfFile = 'kind' in tree && tree.kind === 'map' ? tree.entries.get('apis')?.value : undefined
  const ownApis = apisOfFile?.kind === 'map' ? [...apisOfFile.entries.keys()] : []
  const problems: YamlProblem[] = []
  const hooks = (readHookEntries(section.value, 'hooks', problems) ?? []).map(
    ({ name, at, value }): Hook | undefined => {
      if (!NAME.test(name))
        return noteAt(at, `${name} is no name: use small letters, digits and -, 32 at most, a letter first`, problems)
      const { url, secret_variable, events, apis, with_answers: withAnswers = false, on_failure, timeout_ms } = value
      // Nobody signs up for one API, so it would never be asked.
      if (apis && events.includes('before.sign-up'))
        return noteAt(at, `${name} has apis, and before.sign-up is about no API: make two hooks of it`, problems)
      if (withAnswers && !events.includes('registration.answered'))
        return noteAt(at, `${name} has with_answers, and does not hear of registration.answered`, problems)
      const place = `${catalogueFile}, line ${at.line}, column ${at.column}: ${name}`
      const secrets = readWebhookSecrets(environment[secret_variable] ?? '')
      if (!secrets) {
        const text = `${name}.secret_variable names ${secret_variable}, which does not hold one secret or two: whsec_ and 24 to 64 bytes in base64`
        return noteAt(at, text, problems)
      }
      const [onFailure, timeoutMillis] = [on_failure ?? 'refuse', timeout_ms ?? TIMEOUT_MILLIS.byDefault]
      const apisElsewhere = (apis ?? []).filter((id) => !ownApis.includes(id))
      return { name, place, url, secrets, events, apis, apisElsewhere, withAnswers, onFailure, timeoutMillis }
    },
  )
  if (problems.length === 0)
    return listHooks(
      hooks.filter((hook) => hook !== undefined),
      log,
    )
  const lines = problems.map(({ line, column, text }) => `${catalogueFile}, line ${line}, column ${column}: ${text}`)
  throw new ConfigError(lines.join('\n'))
}
