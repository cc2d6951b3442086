// The page for what cannot be sent back to the app: what a person can do, and what the app's developers have to know.
import { wayLink } from './components/button.ts'
import { signMark } from './components/mark.ts'
import { developerNotice, note } from './components/notice.ts'
import type { Page } from './frame.ts'
import { html } from './html.ts'
import type { Texts } from './locales/en.ts'

/** An error of the protocol: its code, and its sentence for developers, which is always English. */
export interface ProtocolProblem {
  readonly code: string
  readonly description: string
  /** After how long another try may do better, where that is known. */
  readonly retryAfterSeconds?: number | undefined
  /** What only those may see who are shown it: lines under a label. */
  /** What to do instead. */
  readonly way?: Readonly<{ text: 'signOut'; href: string }> | undefined
  readonly evidence?: readonly Readonly<{ label: string; values: readonly string[] }>[]
}

/** A wait that people would not call a few seconds. */
const LONG_WAIT_SECONDS = 15

/** Codes whose sentence in the locales tells all that there is to know; with any other, developers read on. */
const PLAIN: ReadonlySet<string> = new Set([
  'not_found',
  'invalid_request_uri',
  'foreign_form',
  'foreign_or_old_form',
  'too_many_requests',
  'temporarily_unavailable',
  'server_error',
])

// Errors written for integrators start small and end open, often with a parameter's name, which keeps its spelling.
export function asSentence(text: string): string {
  return text
    .replace(/^[a-z]+(?=[ ',;])/, (word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
    .replace(/[^.?!]$/, '$&.')
}

function explain(
  { code, retryAfterSeconds = 0 }: ProtocolProblem,
  { codes, tooMany, badRequest }: Texts['error'],
): string {
  if (code === 'too_many_requests') return tooMany(retryAfterSeconds > LONG_WAIT_SECONDS)
  return hasText(code, codes) ? codes[code] : badRequest
}

function hasText(code: string, codes: Texts['error']['codes']): code is keyof Texts['error']['codes'] {
  return Object.hasOwn(codes, code)
}

/** The page of a protocol error. */
export function errorPage(problem: ProtocolProblem): Page {
  const { code, description, evidence, way } = problem
  return ({ error, signOut }) => ({
    title: error.title,
    body: html`${signMark('bad')}
<h1>${error.title}</h1>
<p>${explain(problem, error)}</p>
${!PLAIN.has(code) && developerNotice(error.forDevelopers, asSentence(description), evidence)}
${note(error.note)}${way && wayLink({ signOut: signOut.button }[way.text], way.href)}`,
  })
}
