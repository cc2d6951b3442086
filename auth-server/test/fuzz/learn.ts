// What the running server has told so far: its addresses, the forms of its pages, and the words that stand in them.
import type { KnownAddress } from '../support/routes.ts'

/** A form or a query as the server wrote it: names with values. */
export type FieldsSeen = readonly (readonly [name: string, value: string])[]

/** Enough to go on with; the newest push the oldest out. */
const MAX_KEPT = 60

function keep<Item>(list: Item[], item: Item): void {
  list.push(item)
  if (list.length > MAX_KEPT) list.shift()
}

export interface Learned {
  readonly routes: readonly KnownAddress[]
  /** Addresses that were seen, by pattern. */
  readonly seen: ReadonlyMap<string, readonly string[]>
  /** Forms and queries that were seen, by pattern. */
  readonly fields: ReadonlyMap<string, readonly FieldsSeen[]>
  /** Ids, tokens and other values, oldest first. */
  readonly words: readonly string[]
  /** Ids of a kind, by the name that addresses have for them. */
  readonly ids: ReadonlyMap<string, readonly string[]>
  /** Reads an answer, which came from this address. */
  learn(url: string, answer: Readonly<{ body: string; location: string | undefined }>): void
  /** Takes an address, with what was sent in its query, form or both. */
  note(url: string, fields?: FieldsSeen): void
}

function unescaped(text: string): string {
  const signs: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_all, name) => signs[String(name)] ?? '')
}

function matcherOf(pattern: string): RegExp {
  const text = pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:\w+/g, '[^/]+')
  return new RegExp(`^${text}$`)
}

/** @param origin of the server */
export function learner(origin: string, routes: readonly KnownAddress[]): Learned {
  const seen = new Map<string, string[]>(routes.map(({ pattern }) => [pattern, []]))
  const fields = new Map<string, FieldsSeen[]>(routes.map(({ pattern }) => [pattern, []]))
  const words: string[] = []
  const ids = new Map<string, string[]>()
  const matchers = routes.map(({ pattern }) => ({ pattern, matcher: matcherOf(pattern) }))

  function word(text: string): void {
    if (text !== '' && text.length < 2000) {
      words.push(text)
      if (words.length > 2000) words.shift()
    }
  }
  function note(url: string, sent: FieldsSeen = []): void {
    if (!URL.canParse(url, origin)) return
    const { origin: at, pathname, searchParams } = new URL(url, origin)
    for (const [, value] of [...searchParams, ...sent]) word(value)
    if (at !== origin) return
    const { pattern } = matchers.find(({ matcher }) => matcher.test(pathname)) ?? {}
    if (pattern === undefined) return
    const there = seen.get(pattern)
    if (there && !there.includes(pathname)) keep(there, pathname)
    if (pattern.includes(':')) word(pathname.split('/').at(-1) ?? '')
    for (const each of [[...searchParams], sent]) if (each.length > 0) keep(fields.get(pattern) ?? [], each)
  }
  function learn(url: string, { body, location }: Readonly<{ body: string; location: string | undefined }>): void {
    if (location !== undefined) note(new URL(location, new URL(url, origin)).href)
    for (const [, href = ''] of body.matchAll(/ href="([^"]*)"/g))
      note(new URL(unescaped(href), new URL(url, origin)).href)
    for (const [, tag = '', inner = ''] of body.matchAll(/<form ([^>]*)>(.*?)<\/form>/gs)) {
      const [, action = ''] = /action="([^"]*)"/.exec(tag) ?? []
      note(new URL(unescaped(action), new URL(url, origin)).href, fieldsOf(inner))
    }
    // In JSON an id is called as in addresses, but in the list of its own kind.
    const [, kind = ''] = /^\/management\/v1\/([\w-]+?)s?(?:[/?]|$)/.exec(url) ?? []
    const own = kind === 'people' ? 'person_id' : `${kind.replaceAll('-', '_')}_id`
    if (/^\s*[{[]/.test(body))
      for (const [, name = '', text = ''] of body.matchAll(/"(\w+)":"((?:[^"\\]|\\.){1,200})"/g)) {
        word(text)
        for (const id of name === 'id' ? ['id', own] : [name]) {
          if (!ids.has(id)) ids.set(id, [])
          keep(ids.get(id) ?? [], text)
        }
      }
  }
  return { routes, seen, fields, words, ids, learn, note }
}

/** Names and values of a form's fields: those of inputs as they stand, the first choice of others. */
function fieldsOf(form: string): FieldsSeen {
  const found: (readonly [string, string])[] = []
  for (const [tag] of form.matchAll(/<(?:input|select|textarea|button)\b[^>]*>/g)) {
    const [, name] = / name="([^"]*)"/.exec(tag) ?? []
    const [, value = ''] = / value="([^"]*)"/.exec(tag) ?? []
    if (name !== undefined) found.push([unescaped(name), unescaped(value)])
  }
  return found
}
