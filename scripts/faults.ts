// npm run faults: breaks what an authorization server and a gateway stand on, under load, and fails where a promise does not hold.
import { runCommand, UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import { FAULTS } from './faults/faults.ts'
import { chooseGateway } from './stack/choose-gateway.ts'

const names: readonly string[] = Object.keys(FAULTS)
const USAGE = `Usage: npm run faults -- [--gateway kong|embedded] [NAME…]

Eight phones refresh, sign out and sign in without a break, while something breaks. Afterwards every login that was
acknowledged must be there, none that was ended, no token twice, and everything works again without a hand. From
redis-restart on it is a gateway that phones call, and strangers, who must not get through whatever breaks: no limit is
passed, nothing counted twice. The last one measures times: run it on a machine that does little else.

${Object.entries(FAULTS)
  .map(([name, { what }]) => `  ${name.padEnd(18)}${what}`)
  .join('\n')}
  --gateway KIND    kong or embedded; a real Kong where it is on PATH unless told
  --help            this text
`

await runCommand(
  { usage: USAGE, options: { gateway: { type: 'string' } }, allowPositionals: true },
  async ({ positionals, values }) => {
    const gateway = chooseGateway(values.gateway)
    const asked: readonly string[] = positionals
    const unknown = asked.find((name) => !names.includes(name))
    if (unknown !== undefined) throw new UsageError(`There is no fault ${unknown}.`)
    let broken = 0
    for (const [name, fault] of Object.entries(FAULTS)) {
      if (asked.length > 0 && !asked.includes(name)) continue
      console.log(`${name}: ${fault.what}`)
      if (fault.missing !== undefined) {
        console.log(`  skipped: ${fault.missing}`)
        continue
      }
      const report = await fault.run(gateway)
      console.log(`  ${report.line}`)
      for (const each of report.broken) console.log(`  BROKEN: ${each}`)
      for (const each of report.broken.length > 0 ? (report.notes ?? []) : []) console.log(`  ${each}`)
      broken += report.broken.length
    }
    return broken === 0 ? 0 : 1
  },
)
