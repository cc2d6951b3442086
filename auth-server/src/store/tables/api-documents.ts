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
  /** In JSON: what a page draws of it, or what is wrong with it; null where no release that keeps it has read it. */
  drawn: Defaulted<string | null>
  /** Of another release it is worth nothing. */
  drawn_by: Defaulted<string | null>
}

export const API_DOCUMENTS: TableDeclaration<ApiDocuments> = {
  purpose: 'The OpenAPI documents of APIs.',
  lifetime: { kept: 'Part of the catalogue; goes with its API.' },
  people: { nobody: 'Describes APIs.' },
}

/** What is told of a document without reading it. */
export interface DocumentFacts extends Omit<ApiDocuments, 'api_id' | 'document' | 'changed_at' | 'drawn' | 'drawn_by'> {
  readonly changedAt: Date
}
/** The same with the document itself. */
export interface StoredDocument extends DocumentFacts {
  readonly document: string
}

/** What a release has drawn of a document. */
export interface KeptDrawing {
  readonly drawn: string
  readonly drawnBy: string
}

/** Sets or replaces the document of an API; the same again changes nothing but what is drawn of it. */
export async function upsertDocument(
  trx: Trx,
  apiId: string,
  {
    document,
    format,
    openapi,
    title,
    version,
    sha256,
    drawn,
    drawnBy,
  }: Omit<StoredDocument, 'changedAt'> & KeptDrawing,
): Promise<void> {
  const values = { document, format, openapi, title, version, sha256, drawn, drawn_by: drawnBy }
  await trx
    .insertInto('api_documents')
    .values({ api_id: apiId, ...values })
    .onConflict((conflict) =>
      conflict.column('api_id').doUpdateSet({
        ...values,
        changed_at: sql<Date>`case when api_documents.sha256 = ${sha256} then api_documents.changed_at else auth_now() end`,
      }),
    )
    .execute()
}

/** Keeps what was drawn, if the document is still the one that it was drawn of. */
export async function keepDrawing(
  db: Db,
  apiId: string,
  { sha256, drawn, drawnBy }: KeptDrawing & Pick<StoredDocument, 'sha256'>,
): Promise<void> {
  await db
    .updateTable('api_documents')
    .set({ drawn, drawn_by: drawnBy })
    .where('api_id', '=', apiId)
    .where('sha256', '=', sha256)
    .execute()
}

/** What this release has drawn; undefined where it has not. */
export async function findDrawing(db: Db, apiId: string, drawnBy: string): Promise<string | undefined> {
  const found = await db
    .selectFrom('api_documents')
    .where('api_id', '=', apiId)
    .where('drawn_by', '=', drawnBy)
    .select('drawn')
    .executeTakeFirst()
  return found?.drawn ?? undefined
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
