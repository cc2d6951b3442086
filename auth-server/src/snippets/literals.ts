// Values as literals of other languages. Whatever is not plain ASCII is escaped, so that no value ends its string, begins an interpolation, or shows something else than it is.

type Encode = (code: number) => string

function escaped(text: string, special: RegExp, encode: Encode): string {
  // By code point: a pair of surrogates is one character, and half a pair stands for itself.
  return Array.from(text, (character) => {
    if (special.test(character)) return `\\${character}`
    return /^[ -~]$/.test(character) ? character : encode(character.codePointAt(0) ?? 0xfffd)
  }).join('')
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0')
}

/** In UTF-16, as Kotlin, JavaScript and JSON write what is beyond 16 bits. */
function utf16(code: number): string {
  return [...String.fromCodePoint(code).split('')].map((unit) => `\\u${hex(unit.charCodeAt(0), 4)}`).join('')
}

/** Half a surrogate pair is no character in these languages. */
function braces(code: number): string {
  return `\\u{${hex(code >= 0xd800 && code <= 0xdfff ? 0xfffd : code, 1)}}`
}

export function swiftString(text: string): string {
  return `"${escaped(text, /["\\]/, braces)}"`
}

export function kotlinString(text: string): string {
  return `"${escaped(text, /["\\$]/, utf16)}"`
}

export function dartString(text: string): string {
  return `'${escaped(text, /['\\$]/, braces)}'`
}

export function scriptString(text: string): string {
  return `'${escaped(text, /['\\]/, utf16)}'`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** Text of an element, or the value of an attribute. What XML cannot say (XML 1.0 §2.2) becomes U+FFFD. */
export function xmlText(text: string): string {
  return Array.from(text, (character) => {
    if (/^[ -~]$/.test(character)) return ENTITIES[character] ?? character
    const code = character.codePointAt(0) ?? 0
    const isCharacter = /^[\t\n\r\u0085\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]$/u.test(character)
    return `&#x${hex(isCharacter ? code : 0xfffd, 1)};`
  }).join('')
}
