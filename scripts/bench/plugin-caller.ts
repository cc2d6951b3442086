// Plays a busy Kong towards the plugin server: many connections, one call at a time on each, nothing looked at but the outcome.
import { connect, type Socket } from 'node:net'
import { type Call, rpcCall, rpcReturn } from '@mobile-api-gateway/kong-plugins/wire/calls.ts'
import { type Codec, readFrame } from '@mobile-api-gateway/kong-plugins/wire/codec.ts'
import { FrameWriter } from '@mobile-api-gateway/kong-plugins/wire/frame-writer.ts'
import { createFrameReader } from '@mobile-api-gateway/kong-plugins/wire/frames.ts'
import { exit, getHeader } from '@mobile-api-gateway/kong-plugins/wire/pdk-calls.ts'

/** One connection. */
interface Line {
  send<Value>(codec: Codec<Value>, value: Value): void
  /** The next frame. @throws Error when the plugin server hung up */
  receive(): Promise<Buffer>
  close(): void
}

function openLine(socketPath: string): Line {
  const socket: Socket = connect(socketPath)
  const reader = createFrameReader()
  const out = new FrameWriter()
  const frames: Buffer[] = []
  let hungUp = false
  let wake = (): void => {}
  socket.on('error', () => {})
  socket.on('close', () => {
    hungUp = true
    wake()
  })
  socket.on('data', (chunk) => {
    frames.push(...reader.read(chunk))
    wake()
  })
  return {
    send(codec, value) {
      out.add(codec.write, value)
      socket.write(out.take())
    },
    async receive() {
      while (true) {
        const frame = frames.shift()
        if (frame) return frame
        if (hungUp) throw new Error(`the plugin server hung up: ${reader.refusal}`)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
    close: () => socket.destroy(),
  }
}

/** Starts an instance of `mobile-gateway`. */
export async function startInstance(socketPath: string, config: object): Promise<number> {
  const line = openLine(socketPath)
  const start: Call = { sequence: 1, cmd_start_instance: { name: 'mobile-gateway', config: JSON.stringify(config) } }
  line.send(rpcCall, start)
  const { instance_status } = readFrame(rpcReturn, await line.receive())
  line.close()
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
  async function work(): Promise<void> {
    let line = openLine(socketPath)
    while (next < total) {
      const outcome = await makeCall(line, instanceId, authorization(next++))
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
      if (outcome === 'passed') continue
      line.close() // as Kong does after an exit
      line = openLine(socketPath)
    }
    line.close()
  }
  await Promise.all(Array.from({ length: connections }, work))
  return outcomes
}

const NO_RESULT: Codec<unknown> = { read: () => undefined, write() {} }

async function makeCall(line: Line, instanceId: number, authorization: string | undefined): Promise<string> {
  line.send(rpcCall, { sequence: 1, cmd_handle_event: { instance_id: instanceId, event_name: 'access' } })
  while (true) {
    const name = String(await line.receive())
    const argument = await line.receive()
    if (name === '') return 'passed' // and what came with it is the answer
    if (name === exit.name) return String(readFrame(exit.argument, argument).status)
    const isToken = name === getHeader.name && readFrame(getHeader.argument, argument) === 'authorization'
    if (isToken) line.send(getHeader.result, authorization)
    else line.send(NO_RESULT, undefined)
  }
}
