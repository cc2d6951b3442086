// What a rule on a text is.

/** What is wrong with a value; undefined when it is fine. */
export type TextRule = (text: string) => string | undefined

/** A rule by a regular expression. */
export function says(expression: RegExp, words: string): TextRule {
  return (text) => (expression.test(text) ? undefined : words)
}
