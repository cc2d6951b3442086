// Asks a plugin server which plugins it has, to see whether it is there and well.
import { connect } from 'node:net'
import { rpcCall, rpcReturn } from './calls.ts'
import { readFrame } from './codec.ts'
import { FrameWriter } from './frame-writer.ts'
import { createFrameReader } from './frames.ts'

/**
 * The names of its plugins.
 * @param patienceMillis how long it has
 * @throws {Error} that says what was wrong with the answer
 */
export function askNames(socketPath: string, patienceMillis: number): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path: socketPath })
    const reader = createFrameReader()
    const fail = (problem: string): void => reject(new Error(problem))
    socket.setTimeout(patienceMillis, () => socket.destroy(new Error(`no answer within ${patienceMillis} ms`)))
    socket.on('connect', () => {
      const out = new FrameWriter()
      out.add(rpcCall.write, { sequence: 1, cmd_get_plugin_names: {} })
      socket.write(out.take())
    })
    socket.on('data', (chunk) => {
      try {
        const [frame] = reader.read(chunk)
        if (!frame) return
        const { sequence, plugin_names } = readFrame(rpcReturn, frame)
        if (sequence !== 1 || !plugin_names) throw new Error('not an answer')
        resolve(plugin_names)
      } catch {
        fail('it answers something else')
      }
      socket.destroy()
    })
    socket.on('error', (error) => fail(error.message))
    socket.on('close', () => fail(`it hung up${reader.refusal && `: ${reader.refusal}`}`))
  })
}
