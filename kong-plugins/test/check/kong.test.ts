// The checker against Kong itself: what it calls fine, Kong takes; what Kong refuses, it finds.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { findKong } from '../../../scripts/testing/optional-parts.ts'
import { checkKongText } from '../../check/check.ts'
import { faults } from './support/kong-faults.ts'
import { startOracle } from './support/kong-oracle.ts'

t.setTimeout(120_000)

const samples = join(import.meta.dirname, 'samples')
const files = [
  ...readdirSync(samples).map((file) => join(samples, file)),
  join(import.meta.dirname, '../../../kong.yml'),
]
const skip = findKong() === undefined ? 'kong is not on PATH' : false

t.test('Kong and the checker agree', { skip, timeout: 110_000 }, async (t) => {
  const ask = await startOracle(t)
  for (const file of files) {
    const text = readFileSync(file, 'utf8')
    t.strictSame(await checkKongText(file, text), [])
    t.equal(await ask(text), true, file)
  }
  for (const { yaml, says, kongTakesIt = false } of faults) {
    const text = `_format_version: "3.0"\n${yaml}`
    t.equal((await ask(text)) === true, kongTakesIt, says)
    t.not((await checkKongText('kong.yml', text)).length, 0)
  }
})
