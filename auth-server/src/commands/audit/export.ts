// npm run audit -- export: the audit log as a file that can be verified without the database.
import { UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import { BY_COMMAND } from '../../audit/context.ts'
import { exportChain } from '../../audit/exported-chain.ts'
import { headText } from '../../audit/head.ts'
import { record } from '../../audit/record.ts'
import { withDatabase } from '../database-command.ts'
import { written } from '../new-file.ts'

interface Options {
  readonly into?: string | undefined
  readonly after?: string | undefined
  readonly 'with-details'?: boolean | undefined
}

/** @returns the exit code */
export async function runExport(options: Options, url: string): Promise<number> {
  const { into, after, 'with-details': withDetails = false } = options
  if (after !== undefined && !/^\d{1,15}$/.test(after)) throw new UsageError('--after is a position of the chain.')
  const head = await withDatabase(url, (db) =>
    written(into, async (write) => {
      await record(db, { type: 'audit', outcome: 'exported' }, BY_COMMAND)
      return exportChain(db, (line) => write(`${line}\n`), {
        withDetails,
        after: after === undefined ? undefined : Number(after),
      })
    }),
  )
  console.error(
    `Exported up to the head ${headText(head)}. Keep it elsewhere: npm run audit -- verify --head ${headText(head)}`,
  )
  return 0
}
