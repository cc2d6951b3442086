// The fields of a section of a YAML file: one table per kind of object says what each is for and how it is read; all mistakes are told.
import { nearest } from '@mobile-api-gateway/sdk/nearest.ts'
import type { Place, YamlMap, YamlNode, YamlProblem } from './yaml-tree.ts'

/** Reads a node; undefined where it is wrong, and then that is noted. @param path as people would write it: `demo-app.kind` */
export type NodeReader<T> = (node: YamlNode, path: string, problems: YamlProblem[]) => T | undefined

export interface FileField<T> {
  /** What it is for; the reference is made of it. */
  readonly about: string
  readonly read: NodeReader<T>
  readonly isRequired: boolean
}
export type FileFields = Readonly<Record<string, FileField<unknown>>>
export type FileValues<Fields extends FileFields> = {
  readonly [Name in keyof Fields]: Fields[Name] extends FileField<infer T> ? T : never
}

export function needed<T>(about: string, read: NodeReader<T>): FileField<T> {
  return { about, read, isRequired: true }
}
export function optionally<T>(about: string, read: NodeReader<T>): FileField<T | undefined> {
  return { about, read, isRequired: false }
}

export function noteAt({ line, column }: Place, text: string, problems: YamlProblem[]): undefined {
  problems.push({ line, column, text })
  return undefined
}

/** One line of text. */
export function line(node: YamlNode, path: string, problems: YamlProblem[]): string | undefined {
  if (node.kind === 'value' && typeof node.value === 'string' && /^[^\p{Cc}]+$/u.test(node.value)) return node.value
  return noteAt(node, `${path} has to be one line of text; put it in quotes`, problems)
}

/** The same, or nothing. */
export function lineOrNothing(node: YamlNode, path: string, problems: YamlProblem[]): string | undefined {
  return node.kind === 'value' && (node.value === null || node.value === '') ? '' : line(node, path, problems)
}

export function yesOrNo(node: YamlNode, path: string, problems: YamlProblem[]): boolean | undefined {
  if (node.kind === 'value' && typeof node.value === 'boolean') return node.value
  return noteAt(node, `${path} has to be true or false`, problems)
}

export function wholeNumber(node: YamlNode, path: string, problems: YamlProblem[]): number | undefined {
  if (node.kind === 'value' && Number.isSafeInteger(node.value)) return Number(node.value)
  return noteAt(node, `${path} has to be a whole number`, problems)
}

export function oneOfWords<const Word extends string>(words: readonly Word[]): NodeReader<Word> {
  return (node, path, problems) => {
    const written = node.kind === 'value' ? String(node.value) : ''
    const word = words.find((known) => known === written)
    return word ?? noteAt(node, `${path} has to be one of ${words.join(', ')}${meant(written, words)}`, problems)
  }
}

/** A list, all of whose items are right. */
export function listOf<T>(read: NodeReader<T>, example: string): NodeReader<readonly T[]> {
  return (node, path, problems) => {
    if (node.kind !== 'list') return noteAt(node, `${path} has to be a list, like ${example}`, problems)
    const items = node.items.map((item) => read(item, path, problems))
    return items.every((item) => item !== undefined) ? items : undefined
  }
}

/** Anything, as a plain value: for what is checked elsewhere. */
export function anything(node: YamlNode): unknown {
  if (node.kind === 'value') return node.value
  if (node.kind === 'list') return node.items.map(anything)
  return Object.fromEntries([...node.entries].map(([name, { value }]) => [name, anything(value)]))
}

/** An entry of a map, by its name. */
export interface NamedEntry<T> {
  readonly name: string
  readonly at: Place
  readonly value: T
}

/** A map whose names are free: each entry is read; those that are wrong are left out. */
export function entriesOf<T>(read: NodeReader<T>, example: string): NodeReader<readonly NamedEntry<T>[]> {
  return (node, path, problems) => {
    if (node.kind === 'value' && node.value === null) return []
    if (node.kind !== 'map') return noteAt(node, `${path} has to list entries by name, like ${example}`, problems)
    return [...node.entries].flatMap(([name, { at, value }]) => {
      const entry = read(value, name, problems)
      return entry === undefined ? [] : [{ name, at, value: entry }]
    })
  }
}

/** A map with these fields and no other. */
export function fieldsOf<Fields extends FileFields>(fields: Fields): NodeReader<FileValues<Fields>> {
  return (node, path, problems) => {
    if (node.kind !== 'map')
      return noteAt(node, `${path} has to have settings below it: ${Object.keys(fields).join(', ')}`, problems)
    const before = problems.length
    noteUnknown(node, path, Object.keys(fields), problems)
    const read = Object.entries(fields).map(([name, field]) => {
      const entry = node.entries.get(name)
      if (entry) return [name, field.read(entry.value, join(path, name), problems)]
      if (field.isRequired) noteAt(node, `${join(path, name)} is missing: ${field.about}`, problems)
      return [name, undefined]
    })
    return problems.length === before ? Object.fromEntries(read) : undefined
  }
}

function noteUnknown(node: YamlMap, path: string, known: readonly string[], problems: YamlProblem[]): void {
  for (const [name, { at }] of node.entries)
    if (!known.includes(name))
      noteAt(at, `${join(path, name)} is unknown${meant(name, known) || `; there are ${known.join(', ')}`}`, problems)
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

/** `; did you mean …?`, where a known word is near. */
export function meant(word: string, known: readonly string[]): string {
  const near = nearest(word.slice(0, 128), known)
  return near === undefined ? '' : `; did you mean ${near}?`
}
