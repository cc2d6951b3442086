// The contract of an API's registration form: what people are asked before its tokens are issued to an app of theirs.
import Type, { type Static } from 'typebox'
import { ADDRESS, exactly, oneOf, SCOPE_NAME, text } from './schemas.ts'

/** Of an answer in text, in characters, unless its field says another. */
export const DEFAULT_TEXT_LENGTH = 100

export const FIELD_TYPES = [
  'text',
  'email',
  'phone',
  'date',
  'age-at-least',
  'choice',
  'choices',
  'country',
  'number',
  'checkbox',
  'terms',
] as const

const WORDS = exactly({
  en: text(200),
  de: Type.Optional(text(200)),
})

const FIELD = exactly({
  name: Type.String({ pattern: '^[a-z][a-z0-9_]{0,39}$', description: 'How it is called in answers and tokens.' }),
  type: oneOf(FIELD_TYPES),
  label: { ...WORDS, description: 'The question, by language.' },
  help: Type.Optional({ ...WORDS, description: 'What to know before answering.' }),
  required: Type.Optional(Type.Boolean({ description: 'True unless told.' })),
  options: Type.Optional(
    Type.Array(exactly({ value: Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' }), label: WORDS }), {
      minItems: 1,
      maxItems: 100,
      description: 'Of `choice` and `choices`.',
    }),
  ),
  age: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 120, description: 'Of `age-at-least`: the result is kept, not the date.' }),
  ),
  min: Type.Optional(Type.Integer({ description: 'Of `number`.' })),
  max: Type.Optional(Type.Integer({ description: 'Of `number` the greatest, of `text` how many characters; 100.' })),
  version: Type.Optional(
    Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$', description: 'Of `terms`: another one is asked for anew.' }),
  ),
  link: Type.Optional({ ...ADDRESS, description: 'Of `terms`: where they can be read.' }),
  claim: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 60,
      description:
        'The claim that it becomes: one of a name of its own, or a standard one, which is kept in the profile.',
    }),
  ),
  scope: Type.Optional({ ...SCOPE_NAME, description: 'With it, the claim is in ID tokens and at userinfo.' }),
  in_access_token: Type.Optional(Type.Boolean({ description: 'Not of text, addresses, numbers and dates.' })),
})

export const REGISTRATION_FORM = exactly({ fields: Type.Array(FIELD, { minItems: 1, maxItems: 30 }) })

export type RegistrationForm = Static<typeof REGISTRATION_FORM>
export type RegistrationField = RegistrationForm['fields'][number]
/** A text by language. */
export type FormWords = RegistrationField['label']
