// Writes down what the Kong on PATH says of every variant: node kong-plugins/test/check/support/record-verdicts.ts
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startThrowawayKong } from '../../../../scripts/facts/throwaway-kong.ts'
import { askKong, type KongVerdicts, verdictsFile } from './kong-oracle.ts'
import { variants } from './kong-variants.ts'

const kong = await startThrowawayKong('_format_version: "3.0"\n')
try {
  const verdicts: KongVerdicts = {}
  for (const text of variants) verdicts[text] = await askKong(kong, text)
  writeFileSync(join(import.meta.dirname, verdictsFile), `${JSON.stringify(verdicts, null, 1)}\n`)
} finally {
  await kong.stop()
}
