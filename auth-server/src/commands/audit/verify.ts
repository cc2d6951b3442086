// npm run audit -- verify: in a sentence what fits, or what is the first that does not.
import { UsageError } from '@mobile-api-gateway/sdk/command-line.ts'
import { verifyExported } from '../../audit/exported-chain.ts'
import { headText, readHeadText } from '../../audit/head.ts'
import type { Misfit, Verified } from '../../audit/verify.ts'
import { verifyDatabase } from '../../audit/verify-database.ts'
import type { ChainPoint } from '../../store/tables/audit-seals.ts'
import { withDatabase } from '../database-command.ts'
import { linesOf } from '../lines-of.ts'

type Outcome = Verified & { readonly anchor: ChainPoint; readonly unsealed?: number }

/** @returns the exit code */
export async function runVerify(
  { file, head = [] }: Readonly<{ file?: string | undefined; head?: readonly string[] | undefined }>,
  url: () => string,
): Promise<number> {
  const noted = head.map(readNoted)
  const outcome: Outcome =
    file === undefined
      ? await withDatabase(url(), (db) => verifyDatabase(db, noted))
      : await verifyExported(linesOf(file), noted)
  if (outcome.misfit) {
    console.error(`${placeOf(outcome.misfit)}: ${outcome.misfit.problem}.`)
    console.error(`Up to position ${outcome.head.position} everything fits.`)
    return 1
  }
  for (const line of words(outcome)) console.log(line)
  return 0
}

function readNoted(text: string): ChainPoint {
  const point = readHeadText(text)
  if (!point) throw new UsageError('--head is a position, a colon and a hash, as npm run audit -- head prints it.')
  return point
}

function placeOf({ position, seq, at }: Misfit): string {
  const event = seq === undefined ? '' : `event ${seq}${at === undefined ? '' : ` of ${at}`}`
  if (position === undefined) return `Does not fit: ${event}`
  return `Does not fit: position ${position}${event && ` (${event})`}`
}

function words({ count, anchor, head, unsealed = 0, endedHeads }: Outcome): readonly string[] {
  return [
    `Everything fits: ${count} sealed events, to the head ${headText(head)}.`,
    ...(anchor.position > 0
      ? [
          `The chain begins after ${headText(anchor)}; what was before has ended by its age, or was left out of this export.`,
        ]
      : []),
    ...(unsealed > 0 ? [`Not sealed yet: ${unsealed}. The server does that every ten seconds.`] : []),
    ...endedHeads.map(
      (old) => `${headText(old)} is before the beginning, so nothing is left that it could be held against.`,
    ),
  ]
}
