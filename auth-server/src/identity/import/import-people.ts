// Imports the people of a file, portion by portion: what is there stays as it is, so that a run which was broken off is begun anew.
import { BY_COMMAND } from '../../audit/context.ts'
import { record } from '../../audit/record.ts'
import type { Db, Trx } from '../../store/database.ts'
import { type Imported, insertImported } from '../../store/queries/import-people.ts'
import type { Opener } from '../migration/open.ts'
import type { CheckedBelongings } from './belongings.ts'
import { type Candidate, type EntrySettings, readEntry, type Wrong } from './entry.ts'
import { type Item, itemsOf } from './items.ts'
import { countLeft, isLeftOut, LEFT_OUT, type LeftOut } from './left-out.ts'
import { WrongEntry } from './person.ts'
import { SOURCES } from './sources.ts'

/** In one transaction. */
const PORTION = 500

export interface ImportSettings extends EntrySettings {
  /** Everything is done, and undone again. */
  readonly dryRun: boolean
  /** What stands in the file in the place of people, sealed. */
  readonly opener: Opener
  /** Hears of every entry that is not as it should be, in a sentence. */
  readonly tell: (sentence: string) => void
}

export interface ImportCounts {
  added: number
  withPassword: number
  there: number
  wrong: number
  /** Of those who were added. */
  readonly left: Partial<Record<LeftOut, number>>
}

class DryRun extends Error {
  override name = 'DryRun'
}

/** @param chunks the text of the file */
export async function importPeople(
  db: Db,
  chunks: AsyncIterable<string>,
  settings: ImportSettings,
): Promise<Readonly<ImportCounts>> {
  const counts: ImportCounts = { added: 0, withPassword: 0, there: 0, wrong: 0, left: {} }
  let portion: (Candidate | Wrong)[] = []
  const end = async (): Promise<void> => {
    const candidates = portion.filter((entry) => 'row' in entry)
    const outcomes = await importPortion(db, candidates, settings.dryRun)
    for (const entry of portion) {
      const sentence = 'problem' in entry ? countWrong(counts, entry.problem) : count(counts, entry, outcomes)
      if (sentence !== undefined) settings.tell(`${entry.place} ${sentence}.`)
    }
    portion = []
  }
  for await (const item of opened(itemsOf(chunks, SOURCES[settings.source].lists), settings)) {
    const entry = await readEntry(item, settings)
    const isTwice = 'row' in entry && portion.some((other) => 'row' in other && other.row.id === entry.row.id)
    portion.push(isTwice ? { place: entry.place, problem: 'has an id that stands in the file before' } : entry)
    if (portion.length >= PORTION) await end()
  }
  const missing = settings.opener.missing()
  if (missing !== undefined) portion.push({ place: 'the file', problem: missing })
  await end()
  if (!settings.dryRun)
    await record(db, { type: 'people', outcome: 'imported', change: changeOf(settings, counts) }, BY_COMMAND)
  return counts
}

function countWrong(counts: ImportCounts, problem: string): string {
  counts.wrong++
  return problem
}

/** What is to be said of it, if anything. */
function count(
  counts: ImportCounts,
  { person: { hash, leftOut, belongings }, row }: Candidate,
  outcomes: ReadonlyMap<string, Imported>,
): string | undefined {
  const { outcome, came } = outcomes.get(row.id) ?? { outcome: 'there' }
  if (outcome === 'id taken')
    return countWrong(
      counts,
      'has the id of another account, or of one that was erased; without an id it would be imported',
    )
  if (outcome !== 'new') {
    counts.there++
    return 'has the address of an account that is there, which stays as it is'
  }
  counts.added++
  if (hash) counts.withPassword++
  addLeft(counts, belongings, came)
  return leftOut.length > 0 ? `is imported without ${leftOut.join(', ')}, which nobody could type here` : undefined
}

function addLeft(
  { left }: ImportCounts,
  { left: stays, ...all }: CheckedBelongings,
  came: Imported['came'] | undefined,
) {
  for (const kind of Object.keys(LEFT_OUT).filter(isLeftOut)) countLeft(left, kind, stays[kind] ?? 0)
  for (const kind of ['addresses', 'groups', 'identities', 'registrations'] as const)
    countLeft(left, kind, all[kind].length - Number(came?.[kind] ?? 0))
}

function changeOf({ source }: ImportSettings, { added, there, wrong }: ImportCounts) {
  return { before: [], after: [`source ${source}`, `imported ${added}`, `there ${there}`, `wrong ${wrong}`] }
}

/** What is sealed in a line, in its place. */
async function* opened(items: AsyncIterable<Item>, { opener }: ImportSettings): AsyncGenerator<Item> {
  for await (const item of items) {
    if (!('text' in item)) yield item
    else {
      const inner = await opener.open(item.text).catch((error: unknown): readonly Item[] => {
        if (!(error instanceof WrongEntry)) throw error
        return [{ place: '', problem: error.message }]
      })
      for (const one of inner) yield { ...one, place: [item.place, one.place].filter(Boolean).join(', ') }
    }
  }
}

async function importPortion(
  db: Db,
  portion: readonly Candidate[],
  dryRun: boolean,
): Promise<ReadonlyMap<string, Imported>> {
  if (portion.length === 0) return new Map()
  let outcomes: ReadonlyMap<string, Imported> = new Map()
  const insert = async (trx: Trx): Promise<void> => {
    outcomes = await insertImported(
      trx,
      portion.map(({ row }) => row),
    )
    if (dryRun) throw new DryRun()
  }
  await db
    .transaction()
    .execute(insert)
    .catch((error: unknown) => {
      if (!(error instanceof DryRun)) throw error
    })
  return outcomes
}
