// References within a document (RFC 6901); nothing outside of it is ever looked for. Pure.
import type { YamlNode } from '../../config/yaml-tree.ts'
import { member, scalar } from './tree.ts'

const NAMED_SCHEMA = /^#\/components\/schemas\/([^/]+)$/
/** More in a row lead nowhere. */
const MAX_HOPS = 20

/** What a node refers to, as it is written; undefined where it says what it means itself. */
export function referenceOf(node: YamlNode): string | undefined {
  const reference = member(node, '$ref')
  // A property of this name is no reference.
  return reference?.kind === 'value' && typeof reference.value === 'string' ? scalar(reference) : undefined
}

/** What stands at a reference. */
export function lookUp(root: YamlNode, reference: string): YamlNode | undefined {
  if (reference !== '#' && !reference.startsWith('#/')) return undefined
  let node: YamlNode | undefined = root
  for (const part of reference.split('/').slice(1)) {
    const name = decode(part)
    node = node?.kind === 'list' && /^\d{1,6}$/.test(name) ? node.items[Number(name)] : member(node, name)
  }
  return node
}

function decode(part: string): string {
  // RFC 6901 §4 and §6
  return unescapeUri(part).replaceAll('~1', '/').replaceAll('~0', '~')
}

function unescapeUri(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** What a node means: itself, or what its references lead to. Undefined where they lead in a circle or nowhere. */
export function resolve(root: YamlNode, node: YamlNode | undefined): YamlNode | undefined {
  let found = node
  for (let hops = 0; found !== undefined && hops < MAX_HOPS; hops += 1) {
    const reference = referenceOf(found)
    if (reference === undefined) return found
    found = lookUp(root, reference)
  }
  return undefined
}

/** What a reference is called: the name of a schema of the document, or of whatever else it leads to. */
export function calledBy(reference: string): Readonly<{ text: string; schema: string | null }> {
  const name = NAMED_SCHEMA.exec(reference)?.[1]
  const text = decode(reference.split('/').at(-1) ?? '')
  return { text, schema: name === undefined ? null : text }
}
