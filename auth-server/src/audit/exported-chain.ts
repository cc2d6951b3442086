// The audit log as a file: NDJSON with the values of its chain, by which it is verified without the database.
import type { Db } from '../store/database.ts'
import { atOneMoment, findSeal, readSeals, summarizeChain } from '../store/queries/sealed-events.ts'
import type { ChainPoint, Sealed } from '../store/tables/audit-seals.ts'
import { type Verified, verifyChain } from './verify.ts'

const FORMAT = 'audit chain 1'

/** Outcomes of a deletion after which somebody is gone. */
const ERASED: ReadonlySet<unknown> = new Set(['done', 'by-administrator'])

/**
 * The lines of a file: what it is, a line per event in the order of the chain, and its end.
 * @param options `withDetails`: also addresses and user agents, which an erasure does not reach once they are in a file;
 *   `after`: only what comes after this position
 * @throws {NotExported} when there is no such position
 */
export async function exportChain(
  db: Db,
  write: (line: string) => Promise<void>,
  { withDetails, after }: Readonly<{ withDetails: boolean; after?: number | undefined }>,
): Promise<ChainPoint> {
  return atOneMoment(db, async (trx) => {
    const { anchor: beginning, head, unsealed, endedBefore } = await summarizeChain(trx)
    const anchor = after === undefined || after === beginning.position ? beginning : await findSeal(trx, after)
    if (!anchor)
      throw new NotExported(
        `There is no position ${after}: the chain goes from ${beginning.position} to ${head.position}.`,
      )
    await write(JSON.stringify({ format: FORMAT, anchor, endedBefore, withDetails }))
    for await (const sealed of readSeals(trx, after ?? 0))
      await write(JSON.stringify(withDetails ? sealed : { ...sealed, details: null }))
    await write(JSON.stringify({ head, unsealed }))
    return head
  })
}

/** A file is no export, or was cut off. */
export class NotExported extends Error {
  override name = 'NotExported'
}

/**
 * Verifies the lines of a file.
 * @throws {NotExported} when they are none of an export's
 */
export async function verifyExported(
  lines: AsyncIterable<string>,
  noted: readonly ChainPoint[] = [],
): Promise<Verified & { readonly anchor: ChainPoint }> {
  const rest = lines[Symbol.asyncIterator]()
  const first = await rest.next()
  const { format, anchor, endedBefore } = parse(first.done ? '' : first.value, 1)
  if (format !== FORMAT || !isPoint(anchor) || typeof endedBefore !== 'string')
    throw new NotExported(`This is no export of the audit log: its first line says nothing of the format “${FORMAT}”.`)
  let head: unknown
  async function* seals(): AsyncGenerator<Sealed> {
    for (let number = 2; ; number++) {
      const next = await rest.next()
      if (next.done) return
      const line = parse(next.value, number)
      if (head !== undefined) throw new NotExported(`Line ${number} comes after the end of the export.`)
      if ('head' in line) head = line.head
      else if (isSealed(line)) yield line
      else throw new NotExported(`Line ${number} is no event of an export.`)
    }
  }
  const verified = await verifyChain({ anchor, endedBefore }, seals(), noted)
  const { head: reached, misfit } = verified
  if (misfit) return { ...verified, anchor }
  if (isPoint(head) && head.position === reached.position && head.hash === reached.hash) return { ...verified, anchor }
  const problem = isPoint(head)
    ? `the events end at position ${reached.position}, and the export says that they go on to this one`
    : `the file ends at position ${reached.position}, without the line that ends an export: it was cut off`
  return { ...verified, anchor, misfit: { position: isPoint(head) ? head.position : reached.position, problem } }
}

/**
 * The pseudonyms of those who were erased, by the events of an export.
 * @throws {NotExported} when the lines are none of an export's
 */
export async function* erasedIn(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let number = 0
  for await (const line of lines) {
    const { format, event } = parse(line, ++number)
    if (number === 1 && format !== FORMAT)
      throw new NotExported(
        `This is no export of the audit log: its first line says nothing of the format “${FORMAT}”.`,
      )
    const { type, outcome, person }: Readonly<Record<string, unknown>> = { ...Object(event) }
    if (type === 'deletion' && ERASED.has(outcome) && typeof person === 'string') yield person
  }
  if (number === 0) throw new NotExported('This is no export of the audit log: it is empty.')
}

function parse(line: string, number: number): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null) return { ...value }
  } catch {
    // Told below.
  }
  throw new NotExported(`Line ${number} is no JSON object: this is no export of the audit log, or a broken one.`)
}

function isPoint(value: unknown): value is ChainPoint {
  return (
    typeof value === 'object' &&
    value !== null &&
    'position' in value &&
    typeof value.position === 'number' &&
    'hash' in value &&
    typeof value.hash === 'string'
  )
}

function isObjectOrNull(value: unknown): boolean {
  return typeof value === 'object'
}

/** Whether it has the shape of a seal; whether its values are true, its hash says. */
function isSealed(value: unknown): value is Sealed {
  if (!isPoint(value)) return false
  const { seq, at, ends, eventHash, detailsHash, event, details }: Readonly<Record<string, unknown>> = { ...value }
  const isText = [seq, at, eventHash].every((text) => typeof text === 'string')
  const hasDetailsHash = detailsHash === null || typeof detailsHash === 'string'
  return isText && typeof ends === 'boolean' && hasDetailsHash && isObjectOrNull(event) && isObjectOrNull(details)
}
