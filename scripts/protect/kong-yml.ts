// Where things stand in a kong.yml, so that text can be added there and nothing else changes.
import { type Document, isMap, isNode, isScalar, isSeq, parseDocument, visit, type YAMLSeq } from 'yaml'
import { ProtectProblem } from './problem.ts'

/** Text to put at an offset. */
export interface Insertion {
  readonly at: number
  readonly text: string
}

/** A kong.yml that is sound. */
export interface KongYmlText {
  readonly text: string
  readonly document: Document
}

export function readKongYml(text: string): KongYmlText {
  return { text, document: parseDocument(text, { merge: true }) }
}

/** Whether something in the file carries this anchor. */
export function hasAnchor({ document }: KongYmlText, anchor: string): boolean {
  let found = false
  visit(document, (_, node) => {
    if (isNode(node) && 'anchor' in node && node.anchor === anchor) found = true
  })
  return found
}

/** Puts an entry at the end of a top-level list, which is made when it is missing. */
export function appendTo({ text, document }: KongYmlText, list: string, entry: string): Insertion {
  const found: unknown = document.get(list, true)
  if (!isSeq(found) || found.items.length === 0) {
    if (document.has(list) && !(isScalar(found) && found.value === null))
      throw new ProtectProblem(
        `${list} of this file is empty or no list: write its entries below each other, or leave it out.`,
      )
    if (document.has(list)) throw new ProtectProblem(`${list} of this file has no entries: leave the line out.`)
    return { at: text.length, text: `${text.endsWith('\n') ? '' : '\n'}\n${list}:\n${entry}` }
  }
  if (found.flow)
    throw new ProtectProblem(`${list} of this file stands on one line: write its entries below each other.`)
  const indent = indentOf(text, found)
  return { at: endOf(text, found, indent.length), text: entry.replace(/^(?=.)/gm, indent) }
}

/** What stands before the dash of the first entry. */
function indentOf(text: string, list: YAMLSeq): string {
  const start = list.range?.[0] ?? 0
  return text.slice(text.lastIndexOf('\n', start - 1) + 1, start)
}

/** After the last line of a list: comments further to the left, and empty lines, belong to what follows. */
function endOf(text: string, list: YAMLSeq, indent: number): number {
  const end = list.range?.[1] ?? text.length
  const lines = text.slice(0, end).split('\n')
  if (lines.at(-1) === '') lines.pop()
  const belongsToNext = (line: string): boolean =>
    line.trim() === '' || (line.trim().startsWith('#') && line.search(/\S/) <= indent)
  while (lines.length > 0 && belongsToNext(lines.at(-1) ?? '')) lines.pop()
  return Math.min(text.length, lines.join('\n').length + 1)
}

/** Gives a value an anchor, unless it has one. */
export function anchorAt({ document }: KongYmlText, path: readonly (string | number)[], anchor: string) {
  const parent: unknown = document.getIn(path.slice(0, -1), true)
  const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1)) : undefined
  const value = pair?.value
  if (!isNode(value)) return undefined
  if ('source' in value && value.constructor.name === 'Alias')
    return { name: String(value.source), insertion: undefined }
  if ('anchor' in value && typeof value.anchor === 'string') return { name: value.anchor, insertion: undefined }
  const key = pair?.key
  const after = isScalar(key) ? key.range?.[1] : undefined
  return after === undefined ? undefined : { name: anchor, insertion: { at: after + 1, text: ` &${anchor}` } }
}

/** The text with everything put in. */
export function insert(text: string, insertions: readonly Insertion[]): string {
  return insertions
    .toSorted((a, b) => b.at - a.at)
    .reduce((result, { at, text: added }) => {
      const missing = at > 0 && result[at - 1] !== '\n' && added.includes('\n') && !added.startsWith('\n') ? '\n' : ''
      return result.slice(0, at) + missing + added + result.slice(at)
    }, text)
}
