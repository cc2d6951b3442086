// What a node of a document is asked for; a node of another kind has nothing of it. Pure.
import type { YamlNode } from '../../config/yaml-tree.ts'

export function member(node: YamlNode | undefined, name: string): YamlNode | undefined {
  return node?.kind === 'map' ? node.entries.get(name)?.value : undefined
}

export function members(node: YamlNode | undefined): readonly (readonly [string, YamlNode])[] {
  return node?.kind === 'map' ? [...node.entries].map(([name, { value }]) => [name, value]) : []
}

export function items(node: YamlNode | undefined): readonly YamlNode[] {
  return node?.kind === 'list' ? node.items : []
}

/** A text, number or truth value, as text; empty where there is none. */
export function scalar(node: YamlNode | undefined): string {
  return node?.kind === 'value' && isPlain(node.value) ? String(node.value) : ''
}

export function isTrue(node: YamlNode | undefined): boolean {
  return node?.kind === 'value' && node.value === true
}

function isPlain(value: unknown): boolean {
  return ['string', 'number', 'boolean', 'bigint'].includes(typeof value)
}

/** Every map of a tree. */
export function* mapsOf(node: YamlNode): Generator<YamlNode> {
  if (node.kind === 'value') return
  if (node.kind === 'map') yield node
  const inside = node.kind === 'list' ? node.items : [...node.entries.values()].map(({ value }) => value)
  for (const each of inside) yield* mapsOf(each)
}
