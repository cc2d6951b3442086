// What a generated request is, before anything of the running server stands in it: numbers and texts that follow from the seed alone.
import fc from 'fast-check'

/** A text, or one of those that the server has told before. */
export type Word = string | Readonly<{ learned: number }>

/** Where a request goes: an address that was seen, or one made of a pattern. */
export interface AddressPlan {
  readonly route: number
  /** Of the known addresses of the route; undefined makes one of `parts`. */
  readonly seen: number | undefined
  readonly parts: readonly Word[]
}

/** A known form or query with changes, or something that is neither. */
export type ContentPlan =
  | Readonly<{ kind: 'none' }>
  | Readonly<{ kind: 'fields'; template: number; changes: readonly FieldChange[] }>
  | Readonly<{ kind: 'json'; draws: readonly Word[]; odd: number }>
  | Readonly<{ kind: 'bytes'; type: string; bytes: Uint8Array }>

export interface FieldChange {
  readonly name: number
  readonly value: Word
  /** `edit` puts the value into what is there, `inside` into what is there in base64. */
  readonly how: 'set' | 'add' | 'drop' | 'rename' | 'edit' | 'inside'
}

export interface RequestPlan {
  readonly address: AddressPlan
  /** Of the route's methods; or a method of another kind. */
  readonly method: number | string
  /** Whoever asks: mostly one of those that the address is for. */
  readonly caller: number
  readonly isFitting: boolean
  readonly query: ContentPlan
  readonly body: ContentPlan
  readonly headers: readonly (readonly [name: string, value: Word])[]
}

/** In whatever comes back as a page, this must not stand as it is. */
export const MARK = `<q"'mark>`
const NASTY = [
  MARK,
  `${MARK}`.repeat(40),
  '"><img src=x onerror=alert(1)>',
  "' or 1=1 --",
  '\u0000',
  'a\u0000b',
  '\r\nX-Injected: yes',
  '\u202egnp.exe',
  '\ud800',
  '__proto__',
  'constructor',
  '../../../etc/passwd',
  '%00%ff%zz',
  '#{7*7}{{7*7}}',
  'x'.repeat(129),
  'x'.repeat(9000),
  '9'.repeat(400),
  '-1',
  '0',
  '1e309',
  'NaN',
  '2147483648',
  '9007199254740993',
  'null',
  '[]',
  '{}',
  '{"__proto__":{"admin":true}}',
  '0001-01-01T00:00:00Z',
  '+275760-09-13T00:00:00.001Z',
  'javascript:alert(1)',
  'data:text/html,x',
  'http://[::1]:0/',
  'https://user:pass@example.com/#x',
  'com.example.shop:/callback',
  'eyJhbGciOiJub25lIn0.e30.',
  'ﷺ'.repeat(30),
  'é',
  'e\u0301',
  'İ',
  'a@b',
  '"a b"@example.com',
  `${'a'.repeat(300)}@example.com`,
  ' ',
  '',
]

const word: fc.Arbitrary<Word> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ learned: fc.nat() }) },
  { weight: 5, arbitrary: fc.constantFrom(...NASTY) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text + MARK) },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.webUrl() },
  { weight: 1, arbitrary: fc.emailAddress() },
  { weight: 1, arbitrary: fc.integer().map(String) },
  { weight: 1, arbitrary: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()) },
)

function words(length: number): fc.Arbitrary<Word[]> {
  return fc.array(word, { minLength: length, maxLength: length })
}

const change: fc.Arbitrary<FieldChange> = fc.record({
  name: fc.nat(),
  value: word,
  how: fc.constantFrom('set', 'set', 'set', 'add', 'drop', 'rename', 'edit', 'inside'),
})

const content: fc.Arbitrary<ContentPlan> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('fields' as const),
      template: fc.nat(),
      changes: fc.array(change, { maxLength: 3 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('json' as const),
      draws: words(12),
      odd: fc.nat(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('bytes' as const),
      type: fc.constantFrom(
        'application/json',
        'application/x-www-form-urlencoded',
        'application/x-www-form-urlencoded; charset=utf-16',
        'multipart/form-data; boundary=x',
        'multipart/form-data',
        'application/secevent+jwt',
        'application/jwt',
        'text/plain',
        'nonsense',
        '',
      ),
      bytes: fc.uint8Array({ maxLength: 300 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'none' as const }) },
)

const HEADERS = [
  'accept',
  'accept-language',
  'authorization',
  'cookie',
  'dpop',
  'if-match',
  'if-none-match',
  'idempotency-key',
  'origin',
  'range',
  'referer',
  'sec-fetch-site',
  'sec-fetch-dest',
  'traceparent',
  'user-agent',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-request-id',
  'x-http-method-override',
]
const header = fc.tuple(
  fc.constantFrom(...HEADERS),
  fc.oneof(
    word,
    fc.constantFrom(
      'text/html',
      'application/json',
      '*/*',
      'de',
      'de;q=abc',
      'Bearer',
      'Basic Og==',
      'DPoP x',
      'null',
      'cross-site',
      'bytes=0-1',
      '*',
      'W/"x"',
      '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    ),
  ),
)

const plan: fc.Arbitrary<RequestPlan> = fc.record({
  address: fc.record({
    route: fc.nat(),
    seen: fc.oneof({ weight: 5, arbitrary: fc.nat() }, { weight: 1, arbitrary: fc.constant(undefined) }),
    parts: words(4),
  }),
  method: fc.oneof(
    { weight: 30, arbitrary: fc.nat() },
    { weight: 1, arbitrary: fc.constantFrom('HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'POST') },
  ),
  caller: fc.nat(),
  isFitting: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  query: fc.oneof({ weight: 2, arbitrary: content }, { weight: 1, arbitrary: fc.constant({ kind: 'none' as const }) }),
  body: content,
  headers: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(header, { maxLength: 3 }) },
  ),
})

/** So many plans of a seed; the same every time. */
export function plansOf(seed: number, from: number, count: number): readonly RequestPlan[] {
  return fc.sample(plan, { seed: seed + from, numRuns: count })
}
