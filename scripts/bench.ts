// npm run bench: measurements that answer one written question each.
import { runCommand, UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import { USAGE as authUsage, benchAuth } from './bench/auth.ts'
import { benchGateway, USAGE as gatewayUsage } from './bench/gateway.ts'
import { benchMemory, USAGE as memoryUsage } from './bench/memory.ts'

/** One row per benchmark. */
const BENCHES: Readonly<Record<string, (args: readonly string[], print: (line: string) => void) => Promise<void>>> = {
  auth: benchAuth,
  gateway: benchGateway,
  memory: benchMemory,
}

const USAGE = `Usage: npm run bench -- auth | gateway | memory [options]

${authUsage}
${gatewayUsage}
${memoryUsage}
  --help  this text
`
const [name = '', ...rest] = process.argv.slice(2)
const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined

// Each benchmark parses its own options, so that only its name passes through here, or --help, wherever it stands.
await runCommand(
  { usage: USAGE, options: {}, allowPositionals: true },
  async ({ positionals }) => {
    if (!bench)
      throw new UsageError(positionals[0] === undefined ? 'Which one?' : `There is no benchmark ${positionals[0]}.`)
    await bench(rest, (line) => console.log(line))
    return 0
  },
  rest.some((arg) => /^(-h|--help)$/.test(arg)) ? ['--help'] : bench ? [name] : process.argv.slice(2),
)
