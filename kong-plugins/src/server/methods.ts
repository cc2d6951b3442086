// The methods Kong may call, and no others: kong-pdk's own listener exposes everything, loading code from a path included.
import type { KongPdkServer } from '../pdk/kong-pdk.ts'
import type { Events } from './events.ts'

/** Sends the one answer to a call. @returns whether somebody is still there to read it; throws when it cannot be sent */
export type Answer = (result: unknown) => boolean

/** Answers one call, at once or later. What it throws or rejects with is the answer then. */
export type Method = (argument: unknown, answer: Answer) => Promise<void> | undefined

/** Kong names the step by what the PDK call returns; to us they are one. */
const STEPS = ['Step', 'StepCredential', 'StepConsumer', 'StepMemoryStats', 'StepMultiMap', 'StepRoute', 'StepService']

/** The table, keyed by the name on the wire. */
export function createMethods(server: KongPdkServer, events: Events): ReadonlyMap<string, Method> {
  const step: Method = (argument, answer) => {
    const { EventId, Data } = fields(argument)
    if (!isId(EventId)) throw new Error('Step needs an EventId')
    events.step(EventId, Data, answer)
    return undefined
  }

  return new Map<string, Method>([
    [
      'plugin.GetStatus',
      async (_argument, answer) => void answer({ Pid: process.pid, Plugins: [...server.plugins.keys()] }),
    ],
    [
      'plugin.StartInstance',
      async (argument, answer) => {
        const { Name, Config } = fields(argument)
        if (typeof Name !== 'string' || typeof Config !== 'string')
          throw new Error('StartInstance needs Name and Config')
        requireJson(Config)
        answer(await server.StartInstance({ Name, Config }))
      },
    ],
    [
      'plugin.CloseInstance',
      async (instanceId, answer) => {
        if (!isId(instanceId)) throw new Error('CloseInstance needs an instance id')
        answer(await server.CloseInstance(instanceId))
      },
    ],
    [
      'plugin.HandleEvent',
      (argument, answer) => {
        const { InstanceId, EventName } = fields(argument)
        if (!isId(InstanceId)) throw new Error('HandleEvent needs an InstanceId')
        if (EventName !== 'access') throw new Error('only the access phase is handled')
        const instance = server.instances.get(InstanceId)
        // Kong starts the instance again when the error begins with these words.
        if (!instance) throw new Error(`no plugin instance #${InstanceId}`)
        events.begin((kong) => instance.executePhase('access', kong), answer)
        return undefined
      },
    ],
    ...STEPS.map((name) => [`plugin.${name}`, step] as const),
  ])
}

/** The error of JSON.parse quotes the text, which may hold secrets, and errors are logged. */
function requireJson(text: string): void {
  try {
    JSON.parse(text)
  } catch {
    throw new Error('Config is not JSON')
  }
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
