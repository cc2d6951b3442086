// A schema as rows: what a value is, and what is inside of it, each by its path. What is referred to is named, not repeated. Pure.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import type { YamlNode } from '../../config/yaml-tree.ts'
import type { Book } from './book.ts'
import { plainName, plainProse } from './plain-text.ts'
import { calledBy, referenceOf } from './references.ts'
import { items, member, members, scalar } from './tree.ts'
import { factsOf } from './value-facts.ts'

type Shape = OperationAnswer<'apis.reference'>['schemas'][number]['shape']
type Types = Shape[number]['types']

const MAX_DEPTH = 6
const MAX_ROWS = 150
const MAX_TYPES = 20
const MAX_DESCRIPTION = 1000

export function shapeOf(book: Book, schema: YamlNode | undefined): Shape {
  const rows: Shape = []
  if (schema) addRows(book, schema, { name: '', required: false, depth: 0 }, rows)
  return rows
}

interface Spot {
  readonly name: string
  readonly required: boolean
  readonly depth: number
}

function addRows(book: Book, schema: YamlNode, spot: Spot, rows: Shape): void {
  const row = {
    name: plainName(spot.name),
    types: typesOf(schema),
    required: spot.required,
    facts: factsOf(schema),
    description: plainProse(scalar(member(schema, 'description')), MAX_DESCRIPTION),
  }
  const texts = [...row.types, ...row.facts].map(({ text }) => text)
  if (rows.length >= MAX_ROWS || !book.hasRoomFor(row.name, row.description, ...texts)) return
  rows.push(row)
  addInside(book, schema, spot, rows)
}

function addInside(book: Book, schema: YamlNode, { name, depth }: Spot, rows: Shape): void {
  if (referenceOf(schema) !== undefined || depth >= MAX_DEPTH) return
  const needed = new Set(items(member(schema, 'required')).map(scalar))
  for (const [property, value] of members(member(schema, 'properties'))) {
    const path = name === '' ? property : `${name}.${property}`
    addRows(book, value, { name: path, required: needed.has(property), depth: depth + 1 }, rows)
  }
  const rest = member(schema, 'additionalProperties')
  if (rest?.kind === 'map' && rest.entries.size > 0)
    addRows(book, rest, { name: name === '' ? '*' : `${name}.*`, required: false, depth: depth + 1 }, rows)
  const each = member(schema, 'items')
  if (each) addInside(book, each, { name: `${name}[]`, required: false, depth: depth + 1 }, rows)
  for (const part of parts(schema, ['allOf', 'oneOf', 'anyOf']))
    addInside(book, part, { name, required: false, depth: depth + 1 }, rows)
}

/** What a value can be: a type, something that is referred to, or one of several. */
export function typesOf(schema: YamlNode): Types {
  return allTypes(schema).slice(0, MAX_TYPES)
}

function allTypes(schema: YamlNode): Types {
  const reference = referenceOf(schema)
  if (reference !== undefined) {
    const { text, schema } = calledBy(reference)
    return [{ text: plainName(text), schema: schema === null ? null : plainName(schema) }]
  }
  const named = parts(schema, ['allOf']).filter((part) => referenceOf(part) !== undefined)
  const several = [...named, ...parts(schema, ['oneOf', 'anyOf'])].flatMap(allTypes)
  return several.length > 0 ? several : ownTypes(schema)
}

function ownTypes(schema: YamlNode): Types {
  const type = member(schema, 'type')
  const said = (type?.kind === 'list' ? type.items : type ? [type] : []).map(scalar).filter((word) => word !== 'null')
  const each = member(schema, 'items')
  const guessed = each
    ? 'array'
    : parts(schema, ['allOf']).length > 0 || member(schema, 'properties')
      ? 'object'
      : 'any'
  const format = scalar(member(schema, 'format'))
  return (said.length > 0 ? said : [guessed]).flatMap((word) => {
    if (word === 'array' && each)
      return allTypes(each).map(({ text, schema }) => ({ text: plainName(`${text}[]`), schema }))
    return [{ text: plainName(format === '' ? word : `${word} (${format})`), schema: null }]
  })
}

function parts(schema: YamlNode, names: readonly string[]): readonly YamlNode[] {
  return names.flatMap((name) => items(member(schema, name)))
}
