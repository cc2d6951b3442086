// The settings that people see, on every page: what a browser will be sent is checked here, once, when the server starts.
import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import type { OperatorLogo } from '../pages/operator.ts'
import type { Parsed } from './setting.ts'

const MAX_NAME_LENGTH = 80
/** One line that can be seen: it stands on pages and in the headers of mails. */
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u
const UNFIT_FOR_NAMES = /[\p{Cc}\p{Cs}\p{Bidi_Control}\p{Zl}\p{Zp}]/u
/** It travels in each page, so that a page is one request. */
const MAX_LOGO_BYTES = 32 * 1024
const LOGO_TYPES: ReadonlyMap<string, string> = new Map([
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
  ['.jpg', 'image/jpeg'],
  ['.jpeg', 'image/jpeg'],
  ['.webp', 'image/webp'],
])

/** What can stand in a content security policy; the URL Standard lets a host hold a semicolon. */
const PLAIN_HOST = /^[a-z\d.-]+$/
const MAIL = /^mailto:[^\s@?%<>"]+@[^\s@?%<>"]+$/
const SCHEME = /^[a-z][a-z\d+.-]+:/i

/** A name to show; undefined for none. */
export function shownName(text: string): Parsed<string | undefined> {
  const name = text.trim()
  if (name.length > MAX_NAME_LENGTH) return { problem: `has more than ${MAX_NAME_LENGTH} characters` }
  if (name === '') return { value: undefined }
  if (UNFIT_FOR_NAMES.test(name) || !VISIBLE.test(name))
    return { problem: 'has to be one line of visible characters, none of which turns the writing around' }
  return { value: name }
}

/** A link to show, https or, where a person may be written to, mailto; undefined for none. */
export function shownLink({ mayMail = false } = {}): (text: string) => Parsed<string | undefined> {
  return (text) => {
    if (text === '') return { value: undefined }
    if (isHttps(text) || (mayMail && MAIL.test(text))) return { value: text }
    return { problem: `has to be an https address${mayMail ? ', or like mailto:help@example.com' : ''}` }
  }
}

/** Whom to write to, with commas or blanks between several. */
export function contacts(text: string): Parsed<readonly string[]> {
  const parse = shownLink({ mayMail: true })
  const read = text
    .split(/[ ,]+/)
    .filter((contact) => contact !== '')
    .map(parse)
  const problem = read.find((each) => 'problem' in each)
  if (problem) return problem
  return {
    value: Object.freeze(read.flatMap((each) => ('value' in each && each.value !== undefined ? each.value : []))),
  }
}

/** An image to show, by its https address or its file; undefined for none. */
export function shownLogo(text: string): Parsed<OperatorLogo | undefined> {
  if (text === '') return { value: undefined }
  if (isHttps(text)) return { value: { address: new URL(text).href, source: new URL(text).origin } }
  const type = LOGO_TYPES.get(extname(text).toLowerCase())
  if (SCHEME.test(text) || type === undefined)
    return { problem: `has to be an https address, or a file that ends in ${[...LOGO_TYPES.keys()].join(', ')}` }
  try {
    const image = readFileSync(text)
    if (image.length === 0 || image.length > MAX_LOGO_BYTES)
      return { problem: `has ${image.length} bytes; a file of 1 to ${MAX_LOGO_BYTES} can be used` }
    return { value: { address: `data:${type};base64,${image.toString('base64')}`, source: 'data:' } }
  } catch (error) {
    return { problem: `cannot be read: ${error instanceof Error && 'code' in error ? error.code : error}` }
  }
}

// URL parsers forgive blanks and missing slashes; whoever reads the setting, or the page, does not.
const HTTPS = /^https:\/\/[^\s\\]+$/i

function isHttps(text: string): boolean {
  const url = HTTPS.test(text) ? URL.parse(text) : null
  return url?.protocol === 'https:' && PLAIN_HOST.test(url.hostname) && url.username === '' && url.password === ''
}
