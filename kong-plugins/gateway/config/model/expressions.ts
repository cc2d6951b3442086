// Regular expressions that both of Kong's readers take: Rust's in the router, PCRE elsewhere.
import { RRegex } from 'rregex'
import type { TextRule } from './text-rule.ts'

/** Kong's router matches by Rust's regular expressions: no look-around, no back references. PCRE reads them as well. */
export const expressionProblem: TextRule = (source) => {
  const pcre = pcreProblem(source)
  if (pcre !== undefined) return pcre
  try {
    new RRegex(source.replaceAll('?<', '?P<')).free() // as Kong's router does
    return undefined
  } catch (error) {
    const [last = ''] = String(error).trim().split('\n').slice(-1)
    return `must be a regular expression as Rust reads it (${last.replace(/^error: /, '')})`
  }
}

/** What PCRE does not know: JavaScript's own escapes and classes, and a quantifier after a quantifier. */
const NOT_PCRE: readonly (readonly [RegExp, string])[] = [
  [/^(?:[^\\]|\\.)*?(\\[uUlL])/s, 'unknown escape'],
  [
    /\[:\^?(?!(?:alpha|lower|upper|alnum|ascii|blank|cntrl|digit|graph|print|punct|space|word|xdigit):\])\w+:\]/,
    'unknown class',
  ],
  [/^(?:[^\\[]|\\.)*?[*+?}](?:\*|\{\d|[+?](?:[*+?]|\{\d))/s, 'nothing to repeat'],
]

/** PCRE knows nearly all that JavaScript knows, and more: only what is wrong in both is reported. */
export const pcreProblem: TextRule = (source) => {
  const [, unknown] = NOT_PCRE.find(([expression]) => expression.test(source)) ?? []
  if (unknown !== undefined) return `must be a regular expression (${unknown})`
  try {
    new RegExp(source)
    return undefined
  } catch (error) {
    const [words] =
      /unterminated group|unmatched '\)'|unterminated character class|\\ at end/i.exec(String(error)) ?? []
    return words === undefined ? undefined : `must be a regular expression (${words.toLowerCase()})`
  }
}
