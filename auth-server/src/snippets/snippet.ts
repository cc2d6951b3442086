// A ready snippet: what to install, what to put into which file, and what else to know.
import type { Texts } from '../pages/locales/en.ts'

/** Where a snippet's text goes. */
export interface SnippetPart {
  /** The file, from the root of the app's project. */
  readonly file: string
  /** For one that the app has already: where in it. */
  readonly within?: keyof Texts['portalHelp']['within']
  readonly language: 'swift' | 'kotlin' | 'groovy' | 'dart' | 'typescript' | 'xml' | 'json' | 'shell'
  readonly text: string
}

/** Said in the language of whoever reads it. */
export interface SnippetNote {
  readonly name: keyof Texts['portalHelp']['codeNotes']
  /** What it is about, where that differs. */
  readonly fact?: string
}

export interface Snippet {
  /** The library that it uses. */
  readonly library: string
  /** How to add it to the project. */
  readonly install: string
  readonly parts: readonly SnippetPart[]
  readonly notes: readonly SnippetNote[]
}

/** Where a part goes, in words. */
export function placeOf({ file, within }: SnippetPart, { portalHelp }: Pick<Texts, 'portalHelp'>): string {
  return within === undefined ? file : portalHelp.within[within](file)
}

export function noteOf({ name, fact = '' }: SnippetNote, { portalHelp }: Pick<Texts, 'portalHelp'>): string {
  return portalHelp.codeNotes[name](fact)
}
