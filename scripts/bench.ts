// npm run bench: measurements that answer one written question each.
import { benchGateway, usage as gatewayUsage } from './bench/gateway.ts'
import { benchMemory, usage as memoryUsage } from './bench/memory.ts'

/** One row per benchmark. */
const benches: Readonly<Record<string, (args: readonly string[], print: (line: string) => void) => Promise<void>>> = {
  gateway: benchGateway,
  memory: benchMemory,
}

const [name, ...args] = process.argv.slice(2)
const bench = name === undefined ? undefined : benches[name]
try {
  if (!bench) throw new Error(`${gatewayUsage}\n${memoryUsage}`)
  await bench(args, (line) => console.log(line))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
