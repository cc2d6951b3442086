// The kinds of changes of an account that its owner is written about.
import type { Texts } from '../pages/locales/en.ts'

/** A new one is its words in each language (pages/locales/…/undo.ts). */
export type AccountChangeKind = keyof Texts['undo']['changes']
