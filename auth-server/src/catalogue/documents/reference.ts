// An OpenAPI document as a page draws it: operations by tag with parameters, bodies and answers, then the schemas. Pure.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import type { YamlNode } from '../../config/yaml-tree.ts'
import { Book } from './book.ts'
import { plainName, plainProse } from './plain-text.ts'
import { resolve } from './references.ts'
import { METHODS } from './rules.ts'
import { shapeOf, typesOf } from './shape.ts'
import { isTrue, items, member, members, scalar } from './tree.ts'
import { factsOf } from './value-facts.ts'

export type DrawnReference = OperationAnswer<'apis.reference'>
export type DrawnOperation = DrawnReference['tags'][number]['operations'][number]
type Contents = DrawnOperation['answers'][number]['contents']

// A page of more would be read by nobody, and costs whoever opens it.
const MAX_OPERATIONS = 300
const MAX_SCHEMAS = 200
const MAX_PARAMETERS = 50
const MAX_ANSWERS = 30
const MAX_CONTENTS = 5
const MAX_SERVERS = 10
const MAX_DESCRIPTION = 1000

/** @param root a tree that keeps the rules of rules.ts */
export function drawReference(root: YamlNode): DrawnReference {
  const book = new Book(root)
  const info = member(root, 'info')
  const operations = [...operationsOf(root)]
  const schemas = members(member(member(root, 'components'), 'schemas'))
  const tags = byTag(book, operations.slice(0, MAX_OPERATIONS))
  const drawn = schemas.slice(0, MAX_SCHEMAS).flatMap(([name, schema]) => drawSchema(book, name, schema))
  const shown = tags.reduce((sum, tag) => sum + tag.operations.length, drawn.length)
  return {
    openapi: plainName(scalar(member(root, 'openapi'))),
    title: plainName(scalar(member(info, 'title'))),
    version: plainName(scalar(member(info, 'version'))),
    description: plainProse(scalar(member(info, 'description'))),
    servers: items(member(root, 'servers'))
      .slice(0, MAX_SERVERS)
      .map((server) => plainName(scalar(member(server, 'url')))),
    tags,
    schemas: drawn,
    left_out: operations.length + schemas.length - shown,
  }
}

function drawSchema(book: Book, name: string, schema: YamlNode): DrawnReference['schemas'] {
  const [description, called] = [plainProse(scalar(member(schema, 'description'))), plainName(name)]
  return book.hasRoomFor(description, called) ? [{ name: called, description, shape: shapeOf(book, schema) }] : []
}

interface FoundOperation {
  readonly path: string
  readonly method: string
  readonly item: YamlNode
  readonly operation: YamlNode
}

function* operationsOf(root: YamlNode): Generator<FoundOperation> {
  for (const [path, written] of members(member(root, 'paths'))) {
    const item = path.startsWith('/') ? resolve(root, written) : undefined
    if (!item) continue
    for (const method of METHODS) {
      const operation = member(item, method)
      if (operation) yield { path, method, item, operation }
    }
  }
}

/** In the order in which the document names its tags; each operation once, what has no tag last. */
function byTag(book: Book, operations: readonly FoundOperation[]): DrawnReference['tags'] {
  const described = new Map(
    items(member(book.root, 'tags')).map((tag) => [scalar(member(tag, 'name')), scalar(member(tag, 'description'))]),
  )
  const grouped = Map.groupBy(operations, ({ operation }) => scalar(items(member(operation, 'tags'))[0]))
  const names = [...new Set([...described.keys(), ...grouped.keys()])].sort(
    (a, b) => Number(a === '') - Number(b === ''),
  )
  return names
    .map((name) => ({
      name: plainName(name),
      description: plainProse(described.get(name) ?? ''),
      operations: (grouped.get(name) ?? []).flatMap((found) => drawOperation(book, found)),
    }))
    .filter((tag) => tag.operations.length > 0)
}

/** Nothing where there is no room for it. */
function drawOperation(book: Book, { path, method, item, operation }: FoundOperation): DrawnOperation[] {
  const { root } = book
  const head = {
    method: method.toUpperCase(),
    path: plainName(path),
    summary: plainName(scalar(member(operation, 'summary'))),
    description: plainProse(scalar(member(operation, 'description'))),
    deprecated: isTrue(member(operation, 'deprecated')),
    scopes: scopesOf(root, operation),
  }
  if (!book.hasRoomFor(head.path, head.summary, head.description, ...head.scopes)) return []
  const body = resolve(root, member(operation, 'requestBody'))
  const answers = members(member(operation, 'responses')).slice(0, MAX_ANSWERS)
  return [
    {
      ...head,
      parameters: parametersOf(book, item, operation),
      body: body
        ? {
            required: isTrue(member(body, 'required')),
            description: plainProse(scalar(member(body, 'description')), MAX_DESCRIPTION),
            contents: contentsOf(book, body),
          }
        : null,
      answers: answers.map(([status, written]) => {
        const answer = resolve(root, written)
        const description = plainProse(scalar(member(answer, 'description')), MAX_DESCRIPTION)
        const contents = answer && book.hasRoomFor(description) ? contentsOf(book, answer) : []
        return { status: plainName(status), description, contents }
      }),
    },
  ]
}

/** Those of its path apply unless it has its own of the name and place. */
function parametersOf(book: Book, item: YamlNode, operation: YamlNode): DrawnOperation['parameters'] {
  const found = [...items(member(item, 'parameters')), ...items(member(operation, 'parameters'))]
    .map((parameter) => resolve(book.root, parameter))
    .filter((parameter) => parameter?.kind === 'map')
  const named = new Map(
    found.map((parameter) => [`${scalar(member(parameter, 'in'))} ${scalar(member(parameter, 'name'))}`, parameter]),
  )
  return [...named.values()].slice(0, MAX_PARAMETERS).flatMap((parameter) => {
    const [, content] = members(member(parameter, 'content'))[0] ?? []
    const schema = member(parameter, 'schema') ?? member(content, 'schema')
    const drawn = {
      name: plainName(scalar(member(parameter, 'name'))),
      in: plainName(scalar(member(parameter, 'in'))),
      required: isTrue(member(parameter, 'required')),
      types: schema ? typesOf(schema) : [],
      facts: schema ? factsOf(schema) : [],
      description: plainProse(scalar(member(parameter, 'description')), MAX_DESCRIPTION),
    }
    return book.hasRoomFor(drawn.name, drawn.description, ...drawn.facts.map(({ text }) => text)) ? [drawn] : []
  })
}

function contentsOf(book: Book, node: YamlNode): Contents {
  return members(member(node, 'content'))
    .slice(0, MAX_CONTENTS)
    .map(([type, content]) => ({ media_type: plainName(type), shape: shapeOf(book, member(content, 'schema')) }))
}

/** Those of every way in that it names; its own `security` stands before that of the document. */
function scopesOf(root: YamlNode, operation: YamlNode): string[] {
  const ways = items(member(operation, 'security') ?? member(root, 'security'))
  const scopes = ways.flatMap((way) => members(way).flatMap(([, names]) => items(names).map(scalar)))
  return [...new Set(scopes)].map(plainName)
}
