// The embedded gateway reads kong.yml by the model that the checker has: what Kong refuses does not start here, either.
import t from 'tap'
import { parseKongConfig } from '../../gateway/config/kong-config.ts'
import { faults } from '../check/support/kong-faults.ts'
import { pluginInfos } from './support/front.ts'

const infos = await pluginInfos

function read(text: string): { readonly said: string; readonly closed: boolean } {
  try {
    return { said: '', closed: parseKongConfig(text, infos).refusals.length > 0 }
  } catch (error) {
    return { said: String(error), closed: false }
  }
}

t.test('each mistake that Kong refuses is named with its line, or lies in what is closed here', async (t) => {
  for (const { yaml, says, kongTakesIt = false } of faults) {
    if (kongTakesIt || says.includes('must be Lua')) continue // Lua that does not compile is for the Lua VM
    const { said, closed } = read(`_format_version: "3.0"\n${yaml}`)
    t.ok(closed || new RegExp(`\\n {2}line ${says.split(':')[0]}: `).test(said), `${says} (${said})`)
  }
})

t.test('Kong converts paths of its older formats: what looks like a regular expression is one', async (t) => {
  const text = `_format_version: "2.1"
services: [{ name: s, host: h, routes: [{ name: r, paths: ["/a(b|c)", /plain] }] }]`
  t.strictSame(parseKongConfig(text, infos).routes[0]?.paths, ['~/a(b|c)', '/plain'])
})

t.test("a plugin entry for other protocols than a request's never runs", async (t) => {
  const entry = (protocols: string): string =>
    `_format_version: "3.0"\nplugins: [{ name: cors, protocols: [${protocols}] }]`
  t.strictSame(parseKongConfig(entry('http'), infos).plugins.length, 1)
  t.strictSame(parseKongConfig(entry('grpc'), infos).plugins.length, 1)
  t.throws(() => parseKongConfig(entry('tcp'), infos), /cors: protocols\.0 must be one of/)
})
