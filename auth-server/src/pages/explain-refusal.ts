// Why a gateway refused a call, in one sentence, and what to do, in another: from the code and the facts that it told. Pure.
import type { Texts } from './locales/en.ts'
import type { Explanation, RefusalFactsTold } from './refusal-facts.ts'

/** A code that this release does not know, of a younger gateway, is told as it is. */
export function explainRefusal(
  { refusals }: Pick<Texts, 'refusals'>,
  code: string,
  facts: RefusalFactsTold,
): Explanation {
  const { explained } = refusals
  return isExplained(explained, code) ? explained[code](facts) : refusals.unknown(code)
}

function isExplained<Table extends object>(table: Table, code: string): code is keyof Table & string {
  return Object.hasOwn(table, code)
}
