// Plays a busy Kong towards the plugin server: many connections, one call at a time on each, nothing looked at but the outcome.
import { connect, type Socket } from 'node:net'
import { encodeMessage } from '@mobile-api-gateway/kong-plugins/server/encode-message.ts'
import { createMessageDecoder } from '@mobile-api-gateway/kong-plugins/server/frames.ts'

/** One connection. */
interface Line {
  /** @throws Error when the plugin server answers with an error */
  call(method: string, argument: unknown): Promise<unknown>
  close(): void
}

function openLine(socketPath: string): Line {
  const socket: Socket = connect(socketPath)
  const decode = createMessageDecoder()
  let waiting: { resolve: (result: unknown) => void; reject: (cause: Error) => void } | undefined
  let lastId = 0
  const fail = (cause: Error): void => waiting?.reject(cause)
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the plugin server hung up')))
  socket.on('data', (chunk) => {
    for (const message of decode(chunk)) {
      const [, , error, result] = Array.isArray(message) ? message : []
      if (error === null) waiting?.resolve(result)
      else fail(new Error(String(error)))
    }
  })
  return {
    call: (method, argument) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject }
        lastId += 1
        socket.write(encodeMessage([0, lastId, method, [argument]]), 'latin1')
      }),
    close: () => socket.destroy(),
  }
}

/** Starts an instance of `mobile-gateway`. */
export async function startInstance(socketPath: string, config: object): Promise<number> {
  const line = openLine(socketPath)
  const started = await line.call('plugin.StartInstance', { Name: 'mobile-gateway', Config: JSON.stringify(config) })
  line.close()
  return Number(Object(started).Id)
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
  async function work(): Promise<void> {
    const line = openLine(socketPath)
    while (next < total) {
      const outcome = await makeCall(line, instanceId, authorization(next++))
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    }
    line.close()
  }
  await Promise.all(Array.from({ length: connections }, work))
  return outcomes
}

async function makeCall(line: Line, instanceId: number, authorization: string | undefined): Promise<string> {
  let reply = Object(await line.call('plugin.HandleEvent', { InstanceId: instanceId, EventName: 'access' }))
  while (reply.Data !== 'ret') {
    const { Method, Args } = reply.Data
    if (Method === 'kong.response.exit') return String(Args[0])
    const isToken = Method === 'kong.request.get_header' && Args[0] === 'authorization'
    // A nil result has no Data key in Lua.
    const answer = isToken && authorization !== undefined ? { Data: authorization } : {}
    reply = Object(await line.call('plugin.Step', { EventId: reply.EventId, ...answer }))
  }
  return 'passed'
}
