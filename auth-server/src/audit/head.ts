// The head of the chain, as it is told to the log: whoever keeps the log elsewhere finds by it that the newest events were cut off.
import type { Db } from '../store/database.ts'
import { readHead } from '../store/queries/sealed-events.ts'
import type { ChainPoint } from '../store/tables/audit-seals.ts'

/** What a log does. */
interface Log {
  info(fields: object, message: string): void
}

/** As commands take it and print it. */
export function headText({ position, hash }: ChainPoint): string {
  return `${position}:${hash}`
}

/** @returns undefined when it is none */
export function readHeadText(text: string): ChainPoint | undefined {
  const [, position, hash] = /^(\d{1,15}):([\w-]{43}|begin)$/.exec(text) ?? []
  return hash === undefined ? undefined : { position: Number(position), hash }
}

/** Tells the head each time that it is called and has moved since. */
export function headTeller(db: Db, log: Log): () => Promise<void> {
  let told = ''
  return async () => {
    const head = headText(await readHead(db))
    if (head !== told) log.info({ head }, 'the audit log is sealed up to this head')
    told = head
  }
}
