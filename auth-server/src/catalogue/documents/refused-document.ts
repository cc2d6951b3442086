// What keeps a text from being the OpenAPI document of an API, in one sentence with its line.
import { refusal } from '@mobile-api-gateway/sdk/contract/refusals.ts'
import type { YamlProblem } from '../../config/yaml-tree.ts'
import { CatalogueRefusal } from '../refusal.ts'

/** Thrown for the first thing that is wrong; `problems` has all that were found. */
export class RefusedDocument extends CatalogueRefusal {
  override name = 'RefusedDocument'
  readonly problems: readonly YamlProblem[]
  constructor(problems: readonly YamlProblem[]) {
    const [first] = problems
    // What stands in the document is quoted in there: nothing of it may speak to a terminal.
    const said = first?.text.replace(/\p{Cc}/gu, '\ufffd') ?? 'cannot be read'
    super(
      refusal(
        'openapi_document',
        `${said}${first && first.line > 0 ? ` (line ${first.line}, column ${first.column})` : ''}`,
      ),
    )
    this.problems = problems
  }
}

/** What is said of one that cannot be read in bounded time and memory. */
export const TOO_MUCH: readonly YamlProblem[] = [
  { line: 0, column: 0, text: 'takes too much to read: make it simpler' },
]
