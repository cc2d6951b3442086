// Asks a plugin server whether it answers, as a container's health check: exit code 0 when it does, 1 when not.
import { connect } from 'node:net'
import { parseArgs } from 'node:util'
import { Packr, UnpackrStream } from 'msgpackr'

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
    const answers = socket.pipe(new UnpackrStream({ useRecords: false }))
    // A response: [1, id, error or nil, result].
    answers.on('data', (answer: unknown) => {
      const [kind, , error]: unknown[] = Array.isArray(answer) ? answer : []
      settle(kind === 1 && error === null ? undefined : 'it answers with an error')
    })
    answers.on('error', () => settle('it answers something else'))
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
