// The checker against what Kong 3.9 said of two thousand small files: neither misses what Kong refuses nor invents anything.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readFacts } from '../../../scripts/facts/read-facts.ts'
import { findKong } from '../../../scripts/testing/optional-parts.ts'
import { checkKongText } from '../../check/check.ts'
import { FACTS_FILE } from '../../gateway/config/model/facts.ts'
import { ConfigSource } from '../../gateway/config/model/source.ts'
import { type KongVerdicts, startOracle, verdictsFile } from './support/kong-oracle.ts'
import { variants } from './support/kong-variants.ts'

t.setTimeout(300_000)

const verdicts: KongVerdicts = JSON.parse(readFileSync(join(import.meta.dirname, 'support', verdictsFile), 'utf8'))
const withoutKong = findKong() === undefined ? 'kong is not on PATH' : false

/** What Kong takes, and what is wrong all the same. */
const ours = /inside a consumer is taken by Kong, and never run/

t.test('what Kong refuses is found, and what it takes is fine', async (t) => {
  t.ok(variants.length > 2000)
  for (const text of variants) {
    const said = (await checkKongText('f', text)).map(({ problem }) => problem).filter((each) => !ours.test(each))
    const verdict = verdicts[text]
    if (verdict === undefined) t.fail(`no verdict is recorded (test/check/support/record-verdicts.ts): ${text}`)
    else if ((said.length === 0) !== (verdict === true))
      t.fail(`Kong says ${verdict}, the checker ${said.join('; ')}: ${text}`)
  }
})

t.test('a problem lies in the entry that Kong names', async (t) => {
  for (const [text, verdict] of Object.entries(verdicts)) {
    const [list = '', index = '', below] = String(verdict).split('.')
    if (verdict === true || !/^\d+$/.test(index) || below === '0') continue
    const source = new ConfigSource(text)
    const [from, to] = [Number(index), Number(index) + 1].map((each) => source.position([list, each]))
    const isAfter = (a: { line: number; column: number }, b?: { line: number; column: number }): boolean =>
      b !== undefined && (a.line > b.line || (a.line === b.line && a.column >= b.column))
    const next = source.position([list, Number(index) + 1, 'x'])
    const last =
      to === undefined || (next.line === source.position([list]).line && next.column === source.position([list]).column)
    const found = (await checkKongText('f', text)).some((each) => isAfter(each, from) && (last || !isAfter(each, to)))
    if (!found && source.problems.length === 0) t.fail(`${verdict}: ${text}`)
  }
})

t.test('the recorded verdicts are those of the Kong on PATH', { skip: withoutKong, timeout: 250_000 }, async (t) => {
  const ask = await startOracle(t)
  for (const text of variants) {
    const verdict = await ask(text)
    if ((verdict === true) !== (verdicts[text] === true)) t.fail(`Kong says ${verdict}: ${text}`)
  }
})

t.test('the recorded facts are those of the Kong on PATH', { skip: withoutKong, timeout: 60_000 }, async (t) => {
  t.equal(await readFacts(), readFileSync(FACTS_FILE, 'utf8'))
})
