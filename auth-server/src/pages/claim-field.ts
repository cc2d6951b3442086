// A field for something that people say of themselves, by its kind.
import { area } from './components/area.ts'
import { type FormField, field } from './components/field.ts'
import { select } from './components/select.ts'
import type { Html } from './html.ts'
import type { Texts } from './locales/en.ts'

/** What is asked. */
export interface AskedText {
  readonly name: string
  readonly label: string
  readonly kind: keyof Texts['claims']['problems']
  readonly maxLength: number
  readonly autocomplete: string
  readonly value: string
  readonly hint?: string | undefined
}

/** @param choices of a kind that is chosen from a list */
export function claimField(
  { kind, hint, ...asked }: AskedText,
  { problems = [], isOptional = false, hasFocus = false }: Pick<FormField, 'problems' | 'isOptional' | 'hasFocus'>,
  choices: Readonly<Record<'zone' | 'country', readonly string[]>>,
  texts: Texts,
): Html {
  const said = { ...asked, hint, isOptional, problems }
  switch (kind) {
    case 'lines':
      return area(said)
    case 'zone':
    case 'country': {
      const empty = { value: '', label: texts.claims.notChosen }
      return select({ ...said, options: [empty, ...named(kind, choices[kind], texts)] })
    }
    case 'phone':
    case 'url':
      return field({ ...said, kind, hint: hint ?? texts.claims.hints[kind], hasFocus })
    default:
      return field({ ...said, kind, hasFocus })
  }
}

function named(kind: 'zone' | 'country', values: readonly string[], { language }: Texts) {
  if (kind === 'zone') return values.map((value) => ({ value, label: value.replaceAll('_', ' ') }))
  const order = new Intl.Collator(language)
  return values
    .map((value) => ({ value, label: countryName(value, language) }))
    .sort((a, b) => order.compare(a.label, b.label))
}

/** The name of a country in a language. */
export function countryName(code: string, language: string): string {
  return new Intl.DisplayNames(language, { type: 'region' }).of(code) ?? code
}
