// What a schema says of a value beside its type: what it can be, and what it is unless told. Pure.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { anything } from '../../config/yaml-fields.ts'
import type { YamlNode } from '../../config/yaml-tree.ts'
import { plainName } from './plain-text.ts'
import { isTrue, items, member, scalar } from './tree.ts'

type Facts = OperationAnswer<'apis.reference'>['schemas'][number]['shape'][number]['facts']
type Fact = Facts[number]['fact']

const MAX_VALUES = 30

export function factsOf(schema: YamlNode): Facts {
  const facts: Facts = []
  const add = (fact: Fact, text: string) => facts.push({ fact, text: plainName(text) })
  // OpenAPI 3.0 has a word of its own for it.
  if (isTrue(member(schema, 'nullable')) || items(member(schema, 'type')).some((type) => scalar(type) === 'null'))
    add('nullable', '')
  const values = items(member(schema, 'enum'))
  if (values.length > 0)
    add('values', `${values.slice(0, MAX_VALUES).map(written).join(', ')}${values.length > MAX_VALUES ? ', …' : ''}`)
  for (const [name, fact] of SAID) {
    const node = member(schema, name)
    if (node) add(fact, written(node))
  }
  const [example] = items(member(schema, 'examples'))
  if (example && !member(schema, 'example')) add('example', written(example))
  const length = lengthOf(schema)
  if (length !== '') add('length', length)
  for (const [name, fact] of MARKS) if (isTrue(member(schema, name))) add(fact, '')
  return facts
}

const SAID = [
  ['const', 'constant'],
  ['default', 'default'],
  ['example', 'example'],
  ['minimum', 'minimum'],
  ['maximum', 'maximum'],
  ['pattern', 'pattern'],
] as const
const MARKS = [
  ['readOnly', 'read_only'],
  ['writeOnly', 'write_only'],
  ['deprecated', 'deprecated'],
] as const

function lengthOf(schema: YamlNode): string {
  const [least, most] = [
    scalar(member(schema, 'minLength') ?? member(schema, 'minItems')),
    scalar(member(schema, 'maxLength') ?? member(schema, 'maxItems')),
  ]
  return least === '' && most === '' ? '' : `${least || 0}–${most || '∞'}`
}

function written(node: YamlNode): string {
  return node.kind === 'value' ? String(node.value) : JSON.stringify(anything(node)).slice(0, 300)
}
