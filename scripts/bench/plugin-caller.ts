// Plays a busy Kong towards the plugin server: many connections, one call at a time on each, nothing looked at but the outcome.
import { PluginClient } from '@mobile-api-gateway/kong-plugins/gateway/plugin-server/client.ts'
import { readFrame } from '@mobile-api-gateway/kong-plugins/protocol/codec.ts'
import { exit, getHeader } from '@mobile-api-gateway/kong-plugins/protocol/pdk-calls.ts'

/** Milliseconds for each answer. */
const PATIENCE_MILLIS = 10_000

/** Starts an instance of `mobile-gateway`. */
export async function startInstance(socketPath: string, config: object): Promise<number> {
  const client = new PluginClient(socketPath, PATIENCE_MILLIS)
  const start = { name: 'mobile-gateway', config: JSON.stringify(config) }
  const { instance_status } = await client.call({ cmd_start_instance: start }).finally(() => client.close())
  return instance_status?.instance_id ?? 0
}

/** How many calls ended how: `passed`, or the status they were answered with. */
export type Outcomes = Readonly<Record<string, number>>

/** What to send. */
export interface Calls {
  readonly socketPath: string
  readonly instanceId: number
  readonly connections: number
  readonly total: number
  /** The Authorization header of the nth call. */
  readonly authorization: (n: number) => string | undefined
}

/** Makes all calls. */
export async function makeCalls({
  socketPath,
  instanceId,
  connections,
  total,
  authorization,
}: Calls): Promise<Outcomes> {
  const outcomes: Record<string, number> = {}
  let next = 0
  const client = new PluginClient(socketPath, PATIENCE_MILLIS)
  async function work(): Promise<void> {
    while (next < total) {
      const outcome = await makeCall(client, instanceId, authorization(next++))
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: connections }, work)).finally(() => client.close())
  return outcomes
}

async function makeCall(client: PluginClient, instanceId: number, authorization: string | undefined): Promise<string> {
  let outcome = 'passed'
  await client.event(instanceId, 'access', (name, argument, out) => {
    if (name === exit.name) {
      outcome = String(readFrame(exit.argument, argument).status)
      return false // as Kong: the connection is not used again
    }
    const isToken = name === getHeader.name && readFrame(getHeader.argument, argument) === 'authorization'
    out.add(getHeader.result.write, isToken ? authorization : undefined)
    return true
  })
  return outcome
}
