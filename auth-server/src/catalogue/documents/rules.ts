// What a tree has to have to be an OpenAPI document of ours, and where it has it not. Pure.
import { noteAt } from '../../config/yaml-fields.ts'
import type { YamlNode, YamlProblem } from '../../config/yaml-tree.ts'
import { lookUp, referenceOf, resolve } from './references.ts'
import { mapsOf, member, members, scalar } from './tree.ts'

export const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const
/** As many are told at once. */
const MAX_TOLD = 20
const MAX_QUOTED = 100

export function problemsOf(root: YamlNode): readonly YamlProblem[] {
  const problems: YamlProblem[] = []
  noteVersion(root, problems)
  if (problems.length > 0) return problems
  const info = member(root, 'info')
  for (const name of ['title', 'version'])
    if (scalar(member(info, name)).trim() === '') noteAt(info ?? root, `has no info.${name}`, problems)
  const has = ['paths', 'webhooks', 'components'].filter((name) => member(root, name)?.kind === 'map')
  if (has.length === 0) noteAt(root, 'has no paths', problems)
  for (const [path, item] of members(member(root, 'paths'))) notePath(root, path, item, problems)
  for (const node of mapsOf(root)) noteReference(root, node, problems)
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column).slice(0, MAX_TOLD)
}

function noteVersion(root: YamlNode, problems: YamlProblem[]): void {
  const version = member(root, 'openapi')
  const said = scalar(version)
  if (version && /^3\.[01]\.\d+(-.+)?$/.test(said)) return
  const old = member(root, 'swagger')
  if (version)
    noteAt(version, `is of version ${quoted(said)}: OpenAPI 3.0 and 3.1 are read, like openapi: 3.1.0`, problems)
  else if (old) noteAt(old, 'is Swagger 2: convert it to OpenAPI 3', problems)
  else noteAt(root, 'does not say openapi: 3.0.0 or 3.1.0: is it one?', problems)
}

function notePath(root: YamlNode, path: string, item: YamlNode, problems: YamlProblem[]): void {
  if (path.startsWith('x-')) return
  if (!path.startsWith('/')) noteAt(item, `has the path ${quoted(path)}, which does not begin with /`, problems)
  const found = resolve(root, item)
  // What refers to nothing is told of its reference.
  if (found && found.kind !== 'map') noteAt(item, `has nothing that is an operation at ${quoted(path)}`, problems)
  for (const method of METHODS) {
    const operation = member(found, method)
    if (operation && operation.kind !== 'map')
      noteAt(operation, `has no operation at ${method.toUpperCase()} ${quoted(path)}`, problems)
  }
}

function noteReference(root: YamlNode, node: YamlNode, problems: YamlProblem[]): void {
  const reference = referenceOf(node)
  if (reference === undefined) return
  const at = member(node, '$ref') ?? node
  if (!reference.startsWith('#'))
    noteAt(at, `refers to ${quoted(reference)}, which is outside of it: bundle all into one document`, problems)
  else if (lookUp(root, reference) === undefined)
    noteAt(at, `refers to ${quoted(reference)}, which is not in it`, problems)
  else if (resolve(root, node) === undefined) noteAt(at, `refers to ${quoted(reference)} in a circle`, problems)
}

function quoted(text: string): string {
  return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text
}
