// A plan becomes a request: what it leaves open is filled with what the server has told.
import { MANAGEMENT_PATH } from '@mobile-api-gateway/sdk/contract/scopes.ts'
import type { FieldsSeen, Learned } from './learn.ts'
import type { ContentPlan, RequestPlan, Word } from './plan.ts'

/** Somebody who asks: by cookies, by a header, or by nothing. */
export interface FuzzCaller {
  readonly name: string
  /** Beginnings of the addresses that are for them. */
  readonly at: readonly string[]
  readonly cookies: Map<string, string>
  readonly headers: Readonly<Record<string, string>>
  /** What the server has told them. */
  readonly learned: Learned
}

export interface GeneratedRequest {
  readonly caller: FuzzCaller
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | undefined
}

/** JSON Schema of what an operation takes, by `METHOD /pattern`. */
export type Schemas = ReadonlyMap<string, unknown>

/** One of the three newest: what is older may have ended. */
function pickNew<Item>(list: readonly Item[], at: number): Item | undefined {
  return list[list.length - 1 - (at % Math.max(1, Math.min(3, list.length)))]
}

function pick<Item>(list: readonly Item[], at: number): Item | undefined {
  return list[at % Math.max(1, list.length)]
}

const BODILESS = ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'DELETE']

/** @param fieldNames of all parameters that there are */
export function requestOf(
  plan: RequestPlan,
  callers: readonly [FuzzCaller, ...FuzzCaller[]],
  { origin, schemas, fieldNames }: Readonly<{ origin: string; schemas: Schemas; fieldNames: readonly string[] }>,
): GeneratedRequest {
  const { pattern, methods } = pick(callers[0].learned.routes, plan.address.route) ?? { pattern: '/', methods: ['GET'] }
  const fitting = callers.filter(({ at }) => at.some((start) => pattern.startsWith(start)))
  const caller = pick(plan.isFitting && fitting.length > 0 ? fitting : callers, plan.caller) ?? callers[0]
  const { learned } = caller
  const text = (word: Word): string => (typeof word === 'string' ? word : (pick(learned.words, word.learned) ?? ''))
  const { seen: which } = plan.address
  let part = 0
  const made = pattern.replace(/:(\w+)/g, (_all, name: string) => {
    const id = which === undefined ? undefined : pickNew(learned.ids.get(name) ?? [], which)
    return encoded(id ?? text(plan.address.parts[part++ % 4] ?? ''))
  })
  const seen = which === undefined ? undefined : pickNew(learned.seen.get(pattern) ?? [], which)
  const path = seen ?? made
  const method = typeof plan.method === 'string' ? plan.method : (pick(methods, plan.method) ?? 'GET')
  const fields = (content: ContentPlan) =>
    fieldsOf(content, pickNew(learned.fields.get(pattern) ?? [], templateOf(content)) ?? [], text, fieldNames)
  const asQuery = BODILESS.includes(method) || plan.body.kind === 'json' ? fields(plan.query) : []
  const query = asQuery.map((pair) => pair.map(encoded).join('=')).join('&')
  const schema = schemas.get(`${method} ${pattern}`)
  const { type, bytes } = BODILESS.includes(method)
    ? { type: undefined, bytes: undefined }
    : bodyOf(
        plan.body,
        schema,
        fields(plan.body),
        text,
        schema === undefined && pattern.startsWith(MANAGEMENT_PATH) && plan.isFitting,
      )
  return {
    caller,
    method,
    target: query === '' ? path : `${path}?${query}`,
    headers: {
      ...(caller.cookies.size > 0 && {
        cookie: [...caller.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      }),
      ...caller.headers,
      ...(plan.isFitting && method !== 'GET' && { origin, 'sec-fetch-site': 'same-origin' }),
      ...(type !== undefined && type !== '' && { 'content-type': type }),
      ...Object.fromEntries(plan.headers.map(([name, value]) => [name, asHeader(text(value))])),
    },
    body: bytes,
  }
}

function templateOf(content: ContentPlan): number {
  return content.kind === 'fields' ? content.template : 0
}

/** Half of a surrogate pair has no encoding; it is sent as what it looks like. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

/** What Node would not send at all is left out. */
function asHeader(text: string): string {
  return Buffer.from(text)
    .toString('latin1')
    .replace(/[^\t\u0020-\u007e\u0080-\u00ff]/g, '')
    .slice(0, 4000)
}

function fieldsOf(
  content: ContentPlan,
  template: FieldsSeen,
  text: (word: Word) => string,
  fieldNames: readonly string[],
): FieldsSeen {
  if (content.kind !== 'fields') return []
  const fields = [...template]
  for (const { name, value, how } of content.changes) {
    const at = name % Math.max(1, fields.length)
    const there = fields[at]
    const other = pick(fieldNames, name) ?? 'x'
    if (how === 'add' || !there) fields.push([other, text(value)])
    else if (how === 'set') fields[at] = [there[0], text(value)]
    else if (how === 'edit') fields[at] = [there[0], spliced(there[1], text(value), name)]
    else if (how === 'inside') fields[at] = [there[0], insideOf(there[1], text(value), name)]
    else if (how === 'rename') fields[at] = [other, there[1]]
    else fields.splice(at, 1)
  }
  return fields
}

/** A text with another one in place of a part of it. */
function spliced(text: string, other: string, at: number): string {
  const start = at % (text.length + 1)
  return text.slice(0, start) + other.slice(0, 200) + text.slice(start + (at % 7))
}

/** The same in base64, and in one of the parts of a JWT. */
function insideOf(text: string, other: string, at: number): string {
  const parts = text.split('.')
  const which = at % parts.length
  const inner = Buffer.from(parts[which] ?? '', 'base64').toString()
  const encoding = parts.length > 1 ? 'base64url' : 'base64'
  return parts.toSpliced(which, 1, Buffer.from(spliced(inner, other, at)).toString(encoding)).join('.')
}

const FORM = 'application/x-www-form-urlencoded'

function bodyOf(
  content: ContentPlan,
  schema: unknown,
  fields: FieldsSeen,
  text: (word: Word) => string,
  takesNothing: boolean,
): Readonly<{ type: string | undefined; bytes: Buffer | undefined }> {
  if (content.kind === 'none' || takesNothing) return { type: undefined, bytes: undefined }
  if (content.kind === 'bytes') return { type: content.type, bytes: Buffer.from(content.bytes) }
  // What takes JSON is sent JSON, and what takes forms is sent forms.
  if (schema !== undefined || (content.kind === 'json' && fields.length === 0 && content.odd % 5 === 0)) {
    const draws = content.kind === 'json' ? content.draws : content.changes.map(({ value }) => value)
    const odd = content.kind === 'json' ? content.odd : content.template
    let drawn = 0
    const value = instanceOf(schema, () => text(draws[drawn++ % Math.max(1, draws.length)] ?? ''), odd, 0)
    return { type: 'application/json', bytes: Buffer.from(JSON.stringify(value) ?? '') }
  }
  return { type: FORM, bytes: Buffer.from(fields.map((pair) => pair.map(encoded).join('=')).join('&')) }
}

/** Something of the shape of a schema; `odd` says where it does not fit. */
function instanceOf(schema: unknown, draw: () => string, odd: number, depth: number): unknown {
  const { type, properties, items, anyOf, enum: choices, const: only, patternProperties, required } = Object(schema)
  if (odd % 23 === depth + 1) return [draw(), null, { a: draw() }, Number.MAX_VALUE, -1, true][odd % 6]
  if (only !== undefined) return only
  if (Array.isArray(choices)) return pick(choices, odd)
  if (Array.isArray(anyOf)) return instanceOf(pick(anyOf, odd), draw, odd + 1, depth + 1)
  if (type === 'string') return draw()
  if (type === 'integer' || type === 'number') return [0, 1, -1, 2 ** 31, 2 ** 53, 0.5, 60, 3600][odd % 8]
  if (type === 'boolean') return odd % 2 === 0
  if (type === 'null') return null
  if (type === 'array') return Array.from({ length: odd % 4 }, () => instanceOf(items, draw, odd + 1, depth + 1))
  if (type === 'object') {
    const named = Object.entries(Object(properties)).filter(
      ([name], index) => (required ?? []).includes(name) || (odd >> (index % 16)) % 2 === 0,
    )
    const others = Object.values(Object(patternProperties)).map((each) => [draw(), each] as const)
    return Object.fromEntries(
      [...named, ...others].map(([name, each], index) => [name, instanceOf(each, draw, odd + index, depth + 1)]),
    )
  }
  return draw()
}
