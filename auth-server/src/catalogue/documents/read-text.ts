// The text of an OpenAPI document: what is wrong with it, or what is drawn of it. Costs time: see read-document.ts.
import { MAX_DOCUMENT_BYTES } from '@mobile-api-gateway/sdk/contract/api-documents.ts'
import { parseYamlTree, type YamlBounds, type YamlProblem } from '../../config/yaml-tree.ts'
import { type DrawnReference, drawReference } from './reference.ts'
import { problemsOf } from './rules.ts'

const BOUNDS: YamlBounds = {
  maxBytes: MAX_DOCUMENT_BYTES,
  maxDepth: 40,
  // Brackets within texts are counted, too, and never closed by some.
  maxOpen: 500,
  maxNodes: 60_000,
  what: 'OpenAPI document of an API',
}

/** What comes after them is most often wrong because of them. */
const MAX_PROBLEMS = 20

/** JSON is YAML, so that one reader tells the line of what is wrong in either. */
export async function readDocumentText(text: string): Promise<DrawnReference | readonly YamlProblem[]> {
  if (/\0/.test(text) || !text.isWellFormed())
    return [{ line: 0, column: 0, text: 'has characters that cannot be stored' }]
  const tree = await parseYamlTree(text, BOUNDS)
  const problems = 'kind' in tree ? problemsOf(tree) : tree
  return 'kind' in tree && problems.length === 0 ? drawReference(tree) : problems.slice(0, MAX_PROBLEMS)
}

/** Which of the two it is written in. */
export function formatOf(text: string): 'json' | 'yaml' {
  return /^\s*\{/.test(text) ? 'json' : 'yaml'
}
