// A registration form in the catalogue file: read into what the management API takes, too.
import {
  FIELD_TYPES,
  type FormWords,
  type RegistrationField,
  type RegistrationForm,
} from '@mobile-api-gateway/sdk/contract/registration-form.ts'
import {
  entriesOf,
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

const byLanguage = fieldsOf({ en: needed('in English', line), de: optionally('in German', line) })

/** A text, which is English then; or one for each language. */
const words: NodeReader<FormWords> = (node, path, problems) => {
  const read = node.kind === 'map' ? byLanguage(node, path, problems) : { en: line(node, path, problems) }
  if (read?.en === undefined) return undefined
  const { en, de = undefined } = 'de' in read ? read : { en: read.en }
  if (en.length > 200 || (de ?? '').length > 200) return noteAt(node, `${path} has 200 characters at most`, problems)
  return de === undefined ? { en } : { en, de }
}

const FIELD = {
  name: needed('how it is called in answers and tokens', line),
  type: needed('its type', oneOfWords(FIELD_TYPES)),
  label: needed('the question; by language: `{ en: …, de: … }`', words),
  help: optionally('what to know before answering', words),
  required: optionally('yes unless told', yesOrNo),
  options: optionally('of choice and choices: values with their words', entriesOf(words, 'red: Red')),
  age: optionally('of age-at-least, which keeps the result and not the date', wholeNumber),
  min: optionally('of number', wholeNumber),
  max: optionally('of number the greatest; of text how many characters, 100 unless told', wholeNumber),
  version: optionally('of terms: another one is asked for at the next sign-in', line),
  link: optionally('of terms: where they can be read', line),
  claim: optionally('the claim that it becomes, its own name unless told; a standard one is kept in the profile', line),
  scope: optionally('the scope that tells it in ID tokens and at userinfo', line),
  in_access_token: optionally('whether access tokens carry it; not of text, addresses, numbers and dates', yesOrNo),
}
const readField = fieldsOf(FIELD)

const NAME = /^[a-z][a-z0-9_]{0,39}$/
const VALUE = /^[A-Za-z0-9._-]{1,64}$/

const field: NodeReader<RegistrationField> = (node, path, problems) => {
  const read = readField(node, path, problems)
  if (!read) return undefined
  const { options, ...rest } = read
  if (!NAME.test(read.name))
    return noteAt(node, `${path}: ${read.name} has small letters, digits and _ alone`, problems)
  const values = [...(options ?? []).map(({ name }) => name), ...(read.version === undefined ? [] : [read.version])]
  for (const value of values)
    if (!VALUE.test(value))
      return noteAt(node, `${path}.${read.name}: ${value} has letters, digits, . _ and - alone, 64 at most`, problems)
  const listed = options?.map(({ name, value }) => ({ value: name, label: value }))
  const { name, type, label, help, required, age, min, max, version, link, claim, scope, in_access_token } = rest
  return {
    name,
    type,
    label,
    ...(help && { help }),
    ...(required !== undefined && { required }),
    ...(listed && { options: listed }),
    ...(age !== undefined && { age }),
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(version !== undefined && { version }),
    ...(link !== undefined && { link }),
    ...(claim !== undefined && { claim }),
    ...(scope !== undefined && { scope }),
    ...(in_access_token !== undefined && { in_access_token }),
  }
}

const readForm = fieldsOf({ fields: needed('its fields, 30 at most', listOf(field, '[{ name: club, … }]')) })

export const registration: NodeReader<RegistrationForm> = (node, path, problems) => {
  const read = readForm(node, path, problems)
  if (!read) return undefined
  if (read.fields.length === 0 || read.fields.length > 30) return noteAt(node, `${path} has 1 to 30 fields`, problems)
  return { fields: [...read.fields] }
}
