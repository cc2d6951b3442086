// Kong's schema language as the embedded gateway and the checker read it: values that break a rule are named with their path.
import t from 'tap'
import { LuaFactory } from 'wasmoon'
import { luaPattern } from '../../gateway/config/model/lua-pattern.ts'
import { applySchema, type FieldSchema } from '../../gateway/config/model/schema.ts'

function problems(schema: FieldSchema, value: unknown): string[] {
  const found: string[] = []
  applySchema(schema, value, (path, text) => found.push([...path, text].join(' ')))
  return found
}

t.test('Lua patterns match what they match in Lua', async (t) => {
  const rows: [string, string[], string[]][] = [
    ['^[A-Za-z0-9-]+$', ['a-b', '-'], ['', 'a b', 'ä']],
    ['^https?://[^%s]+$', ['http://a', 'https://a/b?c'], ['ftp://a', 'http://', 'http://a b']],
    ['^[!#-/0-Z%[%]^-~]+$', ['orders:read', '[]^~'], ['a b', '"', '\\']],
    ['^%u+$', ['GET'], ['Get', '']],
    ['^[a-z][a-z%d-]-[a-z%d]+$', ['my-env', 'a1'], ['1a', 'a', 'A1']],
    ['%.$', ['a.'], ['a', '.a']],
    ['^%W+$', ['-?'], ['a-']],
    ['a.c', ['abc', 'a\nc'], ['ac']],
    ['^$', [''], ['a']],
    ['$^', ['$^'], ['']],
  ]
  for (const [pattern, good, bad] of rows) {
    for (const text of good) t.match(text, luaPattern(pattern), `${pattern}: ${text}`)
    for (const text of bad) t.notMatch(text, luaPattern(pattern), `${pattern}: ${text}`)
  }
  for (const pattern of ['%bxy', '%f[a]', '(a)%1', '[a']) t.throws(() => luaPattern(pattern), pattern)
})

t.test('every character gets the answer that Lua itself gives', async (t) => {
  const lua = await new LuaFactory().createEngine()
  const find: unknown = await lua.doString(
    'return function(text, pattern) return string.find(text, pattern) ~= nil end',
  )
  const patterns = [
    '^[A-Za-z0-9-]+$',
    '^[!#-/0-Z%[%]^-~]+$',
    '^[!#-%[%]-~]+$',
    '^[]a]$',
    '^[^%s-]$',
    '^[a-]$',
    '^[%a_]$',
    '^%p$',
  ]
  patterns.push('^[z-a]$', '^[+-%d]$', '^.$', '^a?-$', '[%w%-]', '^[%^x]$')
  for (const pattern of patterns) {
    const characters = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i))
    const differing = characters.filter((char) => {
      return typeof find === 'function' && find(char, pattern) !== luaPattern(pattern).test(char)
    })
    t.strictSame(differing, [], pattern)
  }
  lua.global.close()
})

t.test('each rule of a value', async (t) => {
  const rows: [FieldSchema, unknown, string[]][] = [
    [{ type: 'string' }, '', ['needs at least 1']],
    [{ type: 'string', len_min: 0 }, '', []],
    [{ type: 'string', len_max: 2 }, 'abc', ['may have at most 2']],
    [{ type: 'string', match: '^a' }, 'b', ['must match the Lua pattern ^a']],
    [{ type: 'string', starts_with: '/' }, 'a', ['must start with /']],
    [{ type: 'string', not_one_of: ['a'] }, 'a', ['must not be a']],
    [{ type: 'string', uuid: true }, 'a', ['must be a UUID (8-4-4-4-12 hex digits)']],
    [{ type: 'string', eq: null }, 'a', ['must not be set here']],
    [{ type: 'string', match: '^a', referenceable: true }, '{vault://env/b}', []],
    [{ type: 'integer', between: [1, 2] }, 3, ['must be from 1 to 2']],
    [{ type: 'number', gt: 0 }, 0, ['must be greater than 0']],
    [{ type: 'set', elements: { type: 'string', one_of: ['a'] } }, ['a', 'b'], ['1 must be one of a']],
    [
      { type: 'map', keys: { type: 'string', match: '^%u' }, values: { type: 'integer' } },
      { a: 'b' },
      ['a must match the Lua pattern ^%u', 'a must be of type integer'],
    ],
  ]
  for (const [schema, value, found] of rows) t.strictSame(problems(schema, value), found, JSON.stringify(schema))
})

t.test('rules on several fields, defaults included', async (t) => {
  const record = (...entity_checks: FieldSchema[]): FieldSchema => ({
    type: 'record',
    fields: ['a', 'b', 'c'].map((name) => ({ [name]: { type: 'string', ...(name === 'c' ? { default: 'x' } : {}) } })),
    entity_checks,
  })
  const conditional = (then_match: FieldSchema): FieldSchema => ({
    conditional: { if_field: 'c', if_match: { one_of: ['x'] }, then_field: 'a', then_match },
  })
  const rows: [FieldSchema, object, string[]][] = [
    [record({ at_least_one_of: ['a', 'b'] }), {}, ['needs at least one of a, b']],
    [record({ only_one_of: ['a', 'b'] }), { a: '1', b: '2' }, ['needs exactly one of a, b']],
    [record({ mutually_exclusive: ['a', 'b'] }), { a: '1', b: '2' }, ['b may not be set together with a']],
    [record({ mutually_required: ['a', 'b'] }), { a: '1' }, ['needs b as well']],
    [record({ mutually_required: ['a', 'b'] }), {}, []],
    [record(conditional({ required: true })), {}, ['needs a when c is x']],
    [record(conditional({ required: true })), { c: 'y' }, []],
    [record(conditional({ eq: null })), { a: '1' }, ['a must not be set here when c is x']],
  ]
  for (const [schema, value, found] of rows) t.strictSame(problems(schema, value), found, JSON.stringify(value))
})
