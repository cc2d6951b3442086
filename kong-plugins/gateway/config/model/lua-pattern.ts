// Lua patterns as JavaScript regular expressions, for the `match` rules of plugin schemas.

/** Lua's character classes, as the inside of a JavaScript class. */
const CLASSES: Readonly<Record<string, string>> = {
  a: 'A-Za-z',
  c: '\\x00-\\x1f\\x7f',
  d: '0-9',
  l: 'a-z',
  p: '!-\\/:-@\\[-`{-~',
  s: '\\s',
  u: 'A-Z',
  w: 'A-Za-z0-9',
  x: 'A-Fa-f0-9',
}

function escaped(char: string): string {
  return char.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&')
}

/** `%x` on its own or within a class; a capital letter is the complement. */
function readClass(letter: string, inSet: boolean): string {
  const inside = CLASSES[letter.toLowerCase()]
  if (inside === undefined || !/[a-z]/i.test(letter)) return escaped(letter)
  if (letter === letter.toLowerCase()) return inSet ? inside : `[${inside}]`
  if (inSet) throw new Error(`complements within a set are not supported: %${letter}`)
  return `[^${inside}]`
}

function readSet(pattern: string, start: number): { source: string; end: number } {
  let at = start
  let source = '['
  if (pattern[at] === '^') {
    source += '^'
    at += 1
  }
  for (let first = true; first || pattern[at] !== ']'; first = false) {
    const [char, dash, last] = [pattern[at], pattern[at + 1], pattern[at + 2]]
    if (char === undefined) throw new Error(`the set is not closed: ${pattern}`)
    if (char === '%') {
      source += readClass(dash ?? '', true)
      at += 2
    } else if (dash === '-' && last !== undefined && last !== ']') {
      // In Lua a range ends with the very next character, also when that is a %.
      source += char <= last ? `${escaped(char)}-${escaped(last)}` : ''
      at += 3
    } else {
      source += escaped(char)
      at += 1
    }
  }
  return { source: `${source}]`, end: at + 1 }
}

/**
 * Translates a Lua pattern (anchors, classes, sets, `* + ? -`; no captures that are referred to, no `%b`, no `%f`).
 * @throws {Error} for a pattern outside of that
 */
export function luaPattern(pattern: string): RegExp {
  let source = ''
  let at = 0
  let single = false // the last item is one character (class), which a quantifier may follow
  while (at < pattern.length) {
    const char = pattern[at] ?? ''
    if (char === '%') {
      const letter = pattern[at + 1] ?? ''
      if (/[bf\d]/.test(letter)) throw new Error(`%${letter} is not supported`)
      source += readClass(letter, false)
      single = true
      at += 2
    } else if (char === '[') {
      const set = readSet(pattern, at + 1)
      source += set.source
      single = true
      at = set.end
    } else if (char === '^' && at === 0) {
      source += '^'
      at += 1
    } else if (char === '$' && at === pattern.length - 1) {
      source += '$'
      at += 1
    } else if ('*+?-'.includes(char) && single) {
      source += char === '-' ? '*?' : char
      single = false
      at += 1
    } else {
      source += char === '.' ? '[^]' : '()'.includes(char) ? char : escaped(char)
      single = !'()'.includes(char)
      at += 1
    }
  }
  return new RegExp(source)
}
