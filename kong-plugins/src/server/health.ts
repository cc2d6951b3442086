// Asks a plugin server whether it answers, as a container's health check: exit code 0 when it does, 1 when not.
import { connect } from 'node:net'
import { parseArgs } from 'node:util'
import { Packr } from 'msgpackr'

/** Milliseconds it has for its answer. */
const PATIENCE_MS = 2000

function check(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ path })
    const settle = (problem: string | undefined): void => {
      socket.destroy()
      resolve(problem)
    }
    socket.setTimeout(PATIENCE_MS, () => settle(`no answer within ${PATIENCE_MS} ms`))
    socket.on('connect', () => socket.write(new Packr({ useRecords: false }).pack([0, 1, 'plugin.GetStatus', []])))
    // [1, 1, nil, …]: a response to call 1, without an error.
    socket.on('data', (answer) => settle(answer.subarray(0, 4).toString('hex') === '940101c0' ? undefined : 'an error'))
    socket.on('error', (error) => settle(error.message))
    socket.on('close', () => settle('it hung up'))
  })
}

const { values } = parseArgs({ options: { socket: { type: 'string' } } })
const problem = values.socket === undefined ? 'usage: health.ts --socket PATH' : await check(values.socket)
if (problem !== undefined) {
  console.error(problem)
  process.exitCode = 1
}
