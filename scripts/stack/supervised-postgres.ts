// The stack's own PostgreSQL as a part that is started again when it has died.
import { join } from 'node:path'
import { type Postgres, startPostgres } from './postgres.ts'
import type { ProcessEnd } from './processes.ts'
import type { StackOptions } from './stack-options.ts'
import type { Part } from './supervise.ts'

/** Starts PostgreSQL, again on the same port when it has died. @returns its address */
export async function superviseDatabase(
  { durable = true, onProgress }: StackOptions,
  dataDir: string,
  died: (part: Part, end: ProcessEnd) => void,
  onStop: (undo: () => Promise<void>) => void,
): Promise<string> {
  const options = { dataDir: join(dataDir, 'postgres'), durable, ...(onProgress && { log: onProgress }) }
  let stopping = false
  let postgres: Postgres | undefined
  let starting: Promise<void> | undefined
  async function start(): Promise<void> {
    const started = await startPostgres({ ...options, ...(postgres && { port: postgres.port }) })
    postgres = started
    void started.exited.then((end) => {
      if (!stopping) died(part, { name: part.name, output: '', ...end })
    })
  }
  const part: Part = {
    name: 'PostgreSQL',
    start() {
      starting = start()
      return starting
    },
  }
  onStop(async () => {
    stopping = true
    await starting?.catch(() => {}) // told by whoever asked for it
    await postgres?.stop()
  })
  await part.start()
  if (postgres === undefined) throw new Error('PostgreSQL did not start')
  return postgres.url
}
