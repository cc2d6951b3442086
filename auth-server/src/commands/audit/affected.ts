// npm run audit -- affected: whom and what something between two moments has touched, to read, or as lines and tables for whoever has to tell people.
import { UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import { isAddressOrRange } from '@mobile-api-gateway/sdk/network.ts'
import { BY_COMMAND } from '../../audit/context.ts'
import { record } from '../../audit/record.ts'
import { csvOf } from '../../http/csv.ts'
import type { Db, Trx } from '../../store/database.ts'
import { findApplicationId, readAffected } from '../../store/queries/affected.ts'
import {
  AFFECTED_COLUMNS,
  type AffectedFilter,
  type AffectedKind,
  type AffectedRow,
} from '../../store/queries/affected-selects.ts'
import { atOneMoment } from '../../store/queries/sealed-events.ts'
import { findSigningPeriod } from '../../store/queries/signing-periods.ts'
import { withDatabase } from '../database-command.ts'
import { type WriteText, written } from '../new-file.ts'
import { summaryOf } from './affected-summary.ts'

interface Options {
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly application?: string | undefined
  readonly key?: string | undefined
  readonly 'client-ip'?: string | undefined
  readonly json?: boolean | undefined
  readonly csv?: string | undefined
  readonly into?: string | undefined
}

export const KINDS = Object.keys(AFFECTED_COLUMNS).filter(isKind)

function isKind(text: string): text is AffectedKind {
  return Object.hasOwn(AFFECTED_COLUMNS, text)
}

/** @returns the exit code */
export async function runAffected(options: Options, url: () => string): Promise<number> {
  const { json = false, csv, into } = options
  const [from, to] = [readMoment('from', options.from), readMoment('to', options.to)]
  if (from >= to) throw new UsageError('--from is before --to.')
  if (json && csv !== undefined) throw new UsageError('Choose --json or --csv, not both.')
  if (csv !== undefined && !isKind(csv)) throw new UsageError(`--csv is one of ${KINDS.join(', ')}.`)
  const clientIp = options['client-ip']
  if (clientIp !== undefined && !isAddressOrRange(clientIp))
    throw new UsageError('--client-ip is an address, or a range like 192.0.2.0/24.')
  await withDatabase(url(), async (db) => {
    const applicationId =
      options.application === undefined ? undefined : await requireApplication(db, options.application)
    const key = options.key === undefined ? undefined : await requireKey(db, options.key)
    const filter: AffectedFilter = { from, to, applicationId, key, clientIp }
    await record(db, { type: 'audit', outcome: 'searched' }, BY_COMMAND)
    await written(into, (write) =>
      atOneMoment(db, async (trx) => {
        if (json) for (const kind of KINDS) await writeLines(trx, kind, filter, write)
        else if (csv !== undefined) await writeTable(trx, csv, filter, write)
        else await write(await summaryOf(trx, filter))
      }),
    )
  })
  return 0
}

/** RFC 3339: without a zone nobody knows which hour is meant. */
function readMoment(name: string, text: string | undefined): Date {
  const date = new Date(/^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/i.test(text ?? '') ? (text ?? '') : '')
  if (Number.isNaN(date.getTime())) throw new UsageError(`--${name} is a moment like 2026-11-20T13:00:00Z.`)
  return date
}

async function requireApplication(db: Db, name: string): Promise<string> {
  const id = await findApplicationId(db, name)
  if (id !== undefined) return id
  // Events go on naming one that was removed.
  if (/^app_/.test(name)) return name
  throw new Error(`There is no application ${name}. One that was removed is named by its id (app_…).`)
}

async function requireKey(db: Db, kid: string) {
  const key = await findSigningPeriod(db, kid)
  if (key) return key
  throw new Error(
    `There is no signing key ${kid}. One that was withdrawn as leaked is deleted: leave --key away, and let --from and --to be when it signed.`,
  )
}

async function writeLines(trx: Trx, kind: AffectedKind, filter: AffectedFilter, write: WriteText): Promise<void> {
  for await (const row of readAffected(trx, kind, filter)) await write(`${JSON.stringify({ what: kind, ...row })}\n`)
}

async function writeTable(trx: Trx, kind: AffectedKind, filter: AffectedFilter, write: WriteText): Promise<void> {
  const columns = AFFECTED_COLUMNS[kind]
  await write(csvOf([columns]))
  for await (const row of readAffected(trx, kind, filter))
    await write(csvOf([columns.map((column) => cellOf(row[column]))]))
}

function cellOf(value: AffectedRow[string] | undefined): string {
  if (value instanceof Date) return value.toISOString()
  return Array.isArray(value) ? value.join(' ') : String(value ?? '')
}
