// Rows of the OpenAPI documents of APIs: each as it was given, and what is told of it without reading it.
import { sql } from 'kysely'
import type { Db, Trx } from '../database.ts'
import type { Defaulted, TableDeclaration } from '../declaration.ts'

export interface ApiDocuments {
  api_id: string
  document: string
  format: 'json' | 'yaml'
  /** The version of OpenAPI. */
  openapi: string
  title: string
  /** Of the API, as the document says. */
  version: string
  /** Of the document, in hexadecimal. */
  sha256: string
  changed_at: Defaulted<Date>
}

export const API_DOCUMENTS: TableDeclaration<ApiDocuments> = {
  purpose: 'The OpenAPI documents of APIs.',
  lifetime: { kept: 'Part of the catalogue; goes with its API.' },
  people: { nobody: 'Describes APIs.' },
}

/** What is told of a document without reading it. */
export interface DocumentFacts extends Omit<ApiDocuments, 'api_id' | 'document' | 'changed_at'> {
  readonly changedAt: Date
}
/** The same with the document itself. */
export interface StoredDocument extends DocumentFacts {
  readonly document: string
}

/** Sets or replaces the document of an API; the same again changes nothing. */
export async function upsertDocument(
  trx: Trx,
  apiId: string,
  { document, format, openapi, title, version, sha256 }: Omit<StoredDocument, 'changedAt'>,
): Promise<void> {
  const values = { document, format, openapi, title, version, sha256 }
  await trx
    .insertInto('api_documents')
    .values({ api_id: apiId, ...values })
    .onConflict((conflict) =>
      conflict
        .column('api_id')
        .doUpdateSet({ ...values, changed_at: sql<Date>`auth_now()` })
        .where('api_documents.sha256', '<>', sha256),
    )
    .execute()
}

export async function deleteDocument(trx: Trx, apiId: string): Promise<void> {
  await trx.deleteFrom('api_documents').where('api_id', '=', apiId).execute()
}

export function findDocument(db: Db, apiId: string): Promise<StoredDocument | undefined> {
  return db
    .selectFrom('api_documents')
    .where('api_id', '=', apiId)
    .select(['document', 'format', 'openapi', 'title', 'version', 'sha256', 'changed_at as changedAt'])
    .executeTakeFirst()
}
