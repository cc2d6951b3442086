// npm run bench: measurements that answer one written question each.
import { runCommand, UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import { USAGE as authUsage, benchAuth } from './bench/auth.ts'
import { benchGateway, USAGE as gatewayUsage } from './bench/gateway.ts'
import { benchGrowth, USAGE as growthUsage } from './bench/growth.ts'
import { benchMemory, USAGE as memoryUsage } from './bench/memory.ts'
import { benchTiming, USAGE as timingUsage } from './bench/timing.ts'

/** One row per benchmark. */
const BENCHES: Readonly<Record<string, (args: readonly string[], print: (line: string) => void) => Promise<void>>> = {
  auth: benchAuth,
  gateway: benchGateway,
  growth: benchGrowth,
  memory: benchMemory,
  timing: benchTiming,
}

const USAGE = `Usage: npm run bench -- auth | gateway | growth | memory | timing [options]

${authUsage}
${gatewayUsage}
${growthUsage}
${memoryUsage}
${timingUsage}
  --help  this text
`

await runCommand({ usage: USAGE, options: {}, allowPositionals: true, handsOn: true }, async ({ positionals }) => {
  const [name] = positionals
  if (name === undefined) throw new UsageError('Which one?')
  const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined
  if (!bench) throw new UsageError(`There is no benchmark ${name}.`)
  // Each benchmark has options of its own.
  await bench(process.argv.slice(3), (line) => console.log(line))
  return 0
})
