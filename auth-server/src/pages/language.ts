// The language of a page: what the app asked for (ui_locales, OpenID Connect Core §3.1.2.1), then the browser, then English.
import type { FastifyRequest } from 'fastify'
import Negotiator from 'negotiator'
import { formOf } from '../http/form.ts'
import { isShort, Parameters } from '../http/parameters.ts'
import { DE } from './locales/de.ts'
import { EN, type Texts } from './locales/en.ts'

/** The languages there are; discovery names them. */
export const LOCALES = { en: EN, de: DE } as const satisfies Readonly<Record<string, Texts>>

export type Language = keyof typeof LOCALES

const DEFAULT: Language = 'en'
/** A well-formed tag, as far as it matters here (RFC 5646 §2.1), and how many of them are read. */
const TAG = /^[a-z]{2,8}(?:-[a-z\d]{1,8})*$/i
const MAX_TAGS = 10
const NONE = Parameters.parse('')

declare module 'fastify' {
  interface FastifyRequest {
    /** The languages that the app asked for when the visit began; unset outside of visits. */
    uiLocales?: readonly string[] | undefined
  }
}

/** Whether pages speak it. */
export function isLanguage(text: string): text is Language {
  return Object.hasOwn(LOCALES, text)
}

/** What a language calls itself. */
export function nameOfLanguage(language: Language): string {
  return new Intl.DisplayNames(language, { type: 'language' }).of(language) ?? language
}

/**
 * The tags that were asked for, the best one first. What is no tag is left out, and what was sent twice or is too long
 * says nothing: an error about it would help nobody.
 */
export function uiLocalesOf(...sources: readonly Parameters[]): readonly string[] {
  const [asked = '', other] = sources.flatMap((parameters) => parameters.getAll('ui_locales'))
  if (other !== undefined || !isShort(asked)) return []
  return asked
    .split(' ')
    .filter((tag) => TAG.test(tag))
    .slice(0, MAX_TAGS)
}

/** The first language of a list of tags that there is (RFC 4647 §3.4: de-AT falls back to de). */
export function chooseLanguage(tags: readonly string[]): Language {
  const [language = DEFAULT] = tags.map((tag) => tag.toLowerCase().split('-', 1)[0] ?? '').filter(isLanguage)
  return language
}

/** The texts of the language that whoever sent a request is answered in. */
export function textsFor(request: FastifyRequest): Texts {
  return LOCALES[languageOf(request)]
}

/** The language that whoever sent a request is answered in. */
export function languageOf(request: FastifyRequest): Language {
  // Outside of visits, for errors above all, it is what stands in the request itself.
  const asked = request.uiLocales ?? uiLocalesOf(Parameters.ofUrl(request.raw.url ?? ''), formOf(request) ?? NONE)
  // Without the header it answers `*`, which is nobody's language.
  return chooseLanguage([...asked, ...new Negotiator(request).languages()])
}
