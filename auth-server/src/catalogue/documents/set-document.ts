// Sets the OpenAPI document of an API, and takes it away; the audit log says which it was and which it is.
import { createHash } from 'node:crypto'
import { type Db, inTransaction, type Trx } from '../../store/database.ts'
import { findStoredApi } from '../../store/queries/stored-apis.ts'
import {
  deleteDocument,
  type KeptDrawing,
  type StoredDocument,
  upsertDocument,
} from '../../store/tables/api-documents.ts'
import { type CatalogueActor, ManagedElsewhere, managerOf } from '../actor.ts'
import { type Definition, recordApiChange } from '../apis.ts'
import { DRAWN_BY } from './drawn-document.ts'
import { readDocument } from './read-document.ts'
import { formatOf } from './read-text.ts'

/** A document that has been read, and keeps the rules; with what is drawn of it. */
export type SoundDocument = Omit<StoredDocument, 'changedAt'> & KeptDrawing

/** Takes its time: not for a transaction that others wait for. @throws {RefusedDocument} */
export async function requireSoundDocument(document: string): Promise<SoundDocument> {
  const drawn = await readDocument(document)
  const { openapi, title, version } = drawn
  const sha256 = createHash('sha256').update(document, 'utf8').digest('hex')
  return {
    document,
    format: formatOf(document),
    openapi,
    title,
    version,
    sha256,
    drawn: JSON.stringify(drawn),
    drawnBy: DRAWN_BY,
  }
}

/**
 * The document of an API from now on; null: it has none. Nothing where there is no such API.
 * @throws {ManagedElsewhere}
 */
export function setDocument(
  db: Db | Trx,
  apiId: string,
  document: SoundDocument | null,
  by: CatalogueActor,
): Promise<Definition> {
  return inTransaction(db, async (trx) => {
    const before = await findStoredApi(trx, apiId)
    if (!before) return 'unchanged'
    if (before.managedBy !== managerOf(by)) throw new ManagedElsewhere(`The API ${apiId}`, by)
    if (document) await upsertDocument(trx, apiId, document)
    else await deleteDocument(trx, apiId)
    return recordApiChange(trx, apiId, before, by)
  })
}
