// The JSON of an HTTP answer that may be anything is read up to a bound, and holds nothing that poisons objects.
import t from 'tap'
import { readBoundedJson } from '../src/bounded-json.ts'

t.test('an answer in time is read; what is wrong, too long or no JSON is refused', async (t) => {
  t.strictSame(await readBoundedJson(new Response('{"keys":[]}'), 11), { keys: [] })
  const rows: [name: string, response: Response, says: RegExp, maxBytes?: number][] = [
    ['another status', new Response('{}', { status: 500 }), /status 500/],
    ['a byte too much', new Response('{"keys":[]} '), /more than 11 bytes/, 11],
    ['no JSON', new Response('<html>'), /JSON/],
    ['a prototype', new Response('{"__proto__":{"x":1}}'), /forbidden prototype/],
    ['a prototype, escaped', new Response('{"a":{"\\u005f_proto__":{"x":1}}}'), /forbidden prototype/],
    ['a constructor’s', new Response('{"constructor":{"prototype":{"x":1}}}'), /forbidden prototype/],
  ]
  for (const [name, response, says, maxBytes = 100] of rows)
    await t.rejects(readBoundedJson(response, maxBytes), says, name)
})
