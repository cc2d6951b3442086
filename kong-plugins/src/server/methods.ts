// The methods Kong may call, and no others: kong-pdk's own listener exposes everything, loading code from a path included.
import type { EventReply, KongPdkServer } from '../pdk/kong-pdk.ts'
import type { EventLedger } from './events.ts'

/** Answers one call. `delivered` tells whether somebody is still there to read the answer. */
export type Method = (argument: unknown, delivered: () => boolean) => Promise<unknown>

/** Kong names the step by what the PDK call returns; to us they are one. */
const STEPS = ['Step', 'StepCredential', 'StepConsumer', 'StepMemoryStats', 'StepMultiMap', 'StepRoute', 'StepService']

/** The table, keyed by the name on the wire. */
export function createMethods(server: KongPdkServer, ledger: EventLedger): ReadonlyMap<string, Method> {
  async function noted(reply: Promise<EventReply>, delivered: () => boolean): Promise<EventReply> {
    const settled = await reply
    ledger.note(settled, delivered())
    return settled
  }

  const step: Method = async (argument, delivered) => {
    const { EventId, Data } = fields(argument)
    if (!isId(EventId)) throw new Error('Step needs an EventId')
    return noted(server.Step({ EventId, Data }), delivered)
  }

  return new Map<string, Method>([
    ['plugin.GetStatus', async () => ({ Pid: process.pid, Plugins: [...server.plugins.keys()] })],
    [
      'plugin.StartInstance',
      async (argument) => {
        const { Name, Config } = fields(argument)
        if (typeof Name !== 'string' || typeof Config !== 'string')
          throw new Error('StartInstance needs Name and Config')
        return server.StartInstance({ Name, Config })
      },
    ],
    [
      'plugin.CloseInstance',
      async (instanceId) => {
        if (!isId(instanceId)) throw new Error('CloseInstance needs an instance id')
        return server.CloseInstance(instanceId)
      },
    ],
    [
      'plugin.HandleEvent',
      async (argument, delivered) => {
        const { InstanceId, EventName } = fields(argument)
        if (!isId(InstanceId)) throw new Error('HandleEvent needs an InstanceId')
        // kong-pdk calls whatever method has this name.
        if (EventName !== 'access') throw new Error('only the access phase is handled')
        return noted(server.HandleEvent({ InstanceId, EventName }), delivered)
      },
    ],
    ...STEPS.map((name) => [`plugin.${name}`, step] as const),
  ])
}

function fields(argument: unknown): Readonly<Record<string, unknown>> {
  return isRecord(argument) ? argument : {}
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
